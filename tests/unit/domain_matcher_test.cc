#include "common/routing/domain_matcher.h"

#include <re2/re2.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <future>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using otoroshi::check_domain;
using otoroshi::DomainMatcher;

namespace {

using Patterns = std::vector<std::string>;

DomainMatcher matcher_of(Patterns patterns) {
  auto matcher = DomainMatcher::build(std::move(patterns));
  if (!matcher) FAIL(matcher.error().sentence);
  return std::move(*matcher);
}

std::string error_of(Patterns patterns) {
  auto matcher = DomainMatcher::build(std::move(patterns));
  return matcher ? "" : matcher.error().sentence;
}

}  // namespace

TEST_CASE("a pattern matches these names and not those") {
  struct Row {
    std::string_view pattern;
    std::vector<std::string_view> matching, other;
  };
  for (const auto& [pattern, matching, other] : std::vector<Row>{
           // names
           {"www.example.com",
            {"www.example.com", "WWW.Example.COM", "www.example.com."},
            {"wwwxexample.com", "example.com", "a.www.example.com", ""}},
           {"Host_1-a", {"host_1-a"}, {"host_1-b"}},
           {"www.example.com.", {"www.example.com", "www.example.com."}, {"www.example.com.."}},
           // wildcards
           {"*", {"", "a", "a.b.c"}, {}},
           {"*.Example.com",
            {"a.example.com", "A.B.EXAMPLE.COM."},
            {"example.com", "a.example.com.org", "aexample.com"}},
           {"*read*", {"read", "db-read.test"}, {"rea.d"}},
           {"Wildcard(api-*.test)",
            {"api-1.test", "api-.test", "API-a.b.test"},
            {"api-1-test", "xapi-1.test"}},
           {"Wildcard(plain.test)", {"plain.test"}, {"plainxtest"}},
           {"Wildcard(a+*)", {"a+b"}, {"aab"}},
           // regular expressions
           {".*read.*", {"db-read.example.com", "READ", "read."}, {"db-rea-d", ""}},
           {"^www\\.example\\.com$",
            {"www.example.com", "WWW.EXAMPLE.COM."},
            {"wwwxexample.com", "www.example.com.x"}},
           {"(foo|bar)\\.test", {"foo.test", "BAR.test"}, {"foo.test.x", "xfoo.test", "baz.test"}},
           {"foo|bar", {"foo", "bar"}, {"fooar", "foobar", "xbar"}},
           {"db[0-9]+\\.example\\.com",
            {"db1.example.com", "DB42.example.com."},
            {"db.example.com", "db1xexample.com"}},
           {"api-*\\.test",
            {"api.test", "api--.test"},
            {"api-x.test"}},  // not a wildcard: that begins with a star
           {"[A-Z]{3}", {"abc", "XYZ"}, {"ab", "ab1"}},
           {"Regex(a.c)", {"abc", "a.c"}, {"ac", "abbc"}},
           {"Regex(www.example.com)", {"wwwxexample.com"}, {"www.example"}},
           {"Regex(plain)", {"plain"}, {"plains"}},
           {"(?-i)Foo.*x?", {}, {"foo"}},  // only lower case is ever compared
           {"a\\.test\\.", {}, {"a.test.", "a.test"}},
           {".*", {"", "anything"}, {}}}) {
    CAPTURE(pattern);
    REQUIRE(check_domain(pattern));
    auto matcher = matcher_of({std::string(pattern)});
    for (auto name : matching) {
      CAPTURE(name);
      CHECK(matcher.find(name) == 0);
    }
    for (auto name : other) {
      CAPTURE(name);
      CHECK_FALSE(matcher.find(name));
    }
  }
}

TEST_CASE("of all patterns that match, the first counts, whatever its kind") {
  auto matcher =
      matcher_of({"never.test", "db[0-9]+\\.test", "*.test", "db1.test", ".*read.*", "x.read", "*"});
  struct Row {
    std::string_view name;
    std::size_t expected;
  };
  for (auto [name, expected] : std::vector<Row>{{"never.test", 0},
                                                {"db1.test", 1},
                                                {"db.test", 2},
                                                {"x.read", 4},
                                                {"ready.test", 2},
                                                {"test", 6},
                                                {std::string_view("\xff\0", 2), 6}}) {
    CAPTURE(name);
    CHECK(matcher.find(name) == expected);
  }
}

TEST_CASE("names longer than any in DNS are compared like others") {
  auto matcher = matcher_of({"*.test", "[a-z]+read"});
  std::string padding(1000, 'X');
  CHECK(matcher.find(padding + ".test.") == 0);
  CHECK(matcher.find(padding + "read") == 1);
  CHECK_FALSE(matcher.find(padding));
}

TEST_CASE("a pattern that cannot be used is named, with RE2's message") {
  CHECK(error_of({"a.test", "(b"}) ==
        "pattern 1: '(b' is not a regular expression that RE2 takes: missing ): (b");
  CHECK_THAT(error_of({"Regex(a**)"}), Catch::Contains("bad repetition operator: **"));
  CHECK_THAT(error_of({"a\\1"}), Catch::Contains("invalid escape sequence: \\1"));
  CHECK_THAT(error_of({"a)(?:b"}), Catch::Contains("unexpected )"));  // although ^(?:a)(?:b)$ would be one
  CHECK_THAT(error_of({"a.test", ""}), Catch::StartsWith("pattern 1: the domain is empty"));
  CHECK_FALSE(check_domain(""));
  CHECK(check_domain("(b").error().sentence ==
        "'(b' is not a regular expression that RE2 takes: missing ): (b");
}

TEST_CASE("only so many patterns may have to be tried on every name") {
  Patterns patterns{"a.test", "text[0-9]+"};
  for (std::size_t i = 0; i < DomainMatcher::max_slow_patterns; ++i)
    patterns.push_back("[a-z]{" + std::to_string(i + 1) + "}");
  auto matcher = matcher_of(patterns);
  CHECK(matcher.find("text7") == 1);
  CHECK(matcher.find("abc") == 4);
  CHECK(matcher.find(std::string(64, 'z')) == 65);
  CHECK_FALSE(matcher.find("a-b"));

  patterns.push_back("ab?c?");
  CHECK_THAT(error_of(patterns), Catch::StartsWith("pattern 66: 'ab?c?' is one regular expression too many"));
}

TEST_CASE("a matcher without patterns matches nothing") {
  auto matcher = matcher_of({});
  CHECK_FALSE(matcher.find(""));
  CHECK_FALSE(matcher.find("a.test"));
}

TEST_CASE("several threads may ask one matcher") {
  auto matcher = matcher_of({"*.a.test", "(foo|bar)[0-9]+\\.test", ".*read.*"});
  auto ask = [&] {
    std::size_t sum = 0;
    for (int i = 0; i < 500; ++i) sum += matcher.find("bar" + std::to_string(i) + ".test").value_or(1000);
    return sum;
  };
  auto other = std::async(std::launch::async, ask);
  CHECK(ask() == 500);
  CHECK(other.get() == 500);
}

// Whether a pattern matches, by the notation's rules alone and without any index.
namespace {

bool matches_naively(std::string_view pattern, std::string name) {
  constexpr auto name_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  if (name.ends_with('.')) name.pop_back();
  bool is_wildcard = false;
  if (pattern.starts_with("Regex(")) {
    pattern = pattern.substr(6, pattern.size() - 7);
  } else if (pattern.starts_with("Wildcard(")) {
    pattern = pattern.substr(9, pattern.size() - 10), is_wildcard = true;
  } else {
    auto other = pattern.find_first_not_of(name_characters);
    is_wildcard = other == pattern.npos ||
                  (pattern.front() == '*' &&
                   pattern.find_first_not_of(std::string(name_characters) + "*") == pattern.npos);
  }
  if (is_wildcard && pattern.ends_with('.')) pattern.remove_suffix(1);
  std::string regex;
  for (char c : pattern)
    regex += !is_wildcard ? std::string(1, c) : c == '*' ? ".*" : RE2::QuoteMeta({&c, 1});
  return RE2::FullMatch(name, RE2("(?is:" + regex + ")", RE2::Latin1));
}

class RandomDomains {
 public:
  std::string pattern() {
    switch (random_() % 8) {
      case 0:
        return name();
      case 1:
        return "*" + word() + maybe("*" + word());
      case 2:
        return "Wildcard(" + maybe("*") + word() + "*" + maybe(word() + "*" + word()) + ")";
      case 3:
        return ".*" + word() + ".*";
      case 4:
        return "^" + word() + "[a-c]+" + word() + "$";
      case 5:
        return "(" + word() + "|" + word() + ")" + maybe(".*") + word();
      case 6:
        return "Regex(" + word() + maybe("?") + word() + maybe("{1,2}") + ".*" + word() + ")";
      default:
        return maybe("[ab]*") + "\\." + word() + maybe("\\.") + word() + maybe(".*");
    }
  }

  std::string name() {
    std::string name = word();
    for (auto more = random_() % 4; more > 0; --more) name += maybe(".") + word();
    return name + (random_() % 10 == 0 ? "." : "");
  }

  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  // Few different letters, so that much matches by chance.
  std::string word() {
    constexpr std::string_view letters = "aaabbcABC-";
    std::string word(1 + random_() % 5, ' ');
    std::ranges::generate(word, [&] { return letters[random_() % letters.size()]; });
    return word;
  }
  std::string maybe(std::string text) { return random_() % 2 ? text : ""; }

  std::mt19937 random_{20261121};
};

}  // namespace

TEST_CASE("the indexes answer what asking every pattern in order answers") {
  RandomDomains random;
  for (int round = 0; round < 60; ++round) {
    Patterns patterns(1 + random.below(60));
    std::ranges::generate(patterns, [&] { return random.pattern(); });
    auto matcher = matcher_of(patterns);
    for (int i = 0; i < 20; ++i) {
      auto name = random.name();
      auto first =
          std::ranges::find_if(patterns, [&](const auto& pattern) { return matches_naively(pattern, name); });
      auto found = matcher.find(name).value_or(patterns.size());
      CAPTURE(name, found, found < patterns.size() ? patterns[found] : "",
              first == patterns.end() ? "" : *first);
      REQUIRE(found == static_cast<std::size_t>(first - patterns.begin()));
    }
  }
}
