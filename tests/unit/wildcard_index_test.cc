#include "common/routing/wildcard_index.h"

#include <catch2/catch.hpp>
#include <string_view>
#include <vector>

using otoroshi::matches_wildcard;
using otoroshi::WildcardIndex;

TEST_CASE("a star stands for any characters, also none") {
  struct Row {
    std::string_view wildcard;
    std::vector<std::string_view> matching, other;
  };
  for (const auto& [wildcard, matching, other] :
       std::vector<Row>{{"*", {"", "a", "a.b"}, {}},
                        {"**", {"", "a.b"}, {}},
                        {"*.test", {"a.test", ".test", "a.b.test"}, {"test", "a.test.org", "atest"}},
                        {"a*", {"a", "a.test"}, {"", "ba"}},
                        {"*mid*", {"mid", "amidst", "mid."}, {"", "mi.d"}},
                        {"a*a", {"aa", "aba"}, {"a", "ab", "ba"}},  // no character serves twice
                        {"*ab*ba*", {"abba", "xabxbax"}, {"aba", "baab"}},
                        {"a*b*c", {"abc", "a.b.b.c", "abcbc"}, {"ac", "acb", "abcd"}},
                        {"*b*bc", {"abbc", "bbc"}, {"abc", "bcb"}},
                        {"plain", {"plain"}, {"plain.", "lain", ""}}}) {
    for (auto name : matching) {
      CAPTURE(wildcard, name);
      CHECK(matches_wildcard(wildcard, name));
    }
    for (auto name : other) {
      CAPTURE(wildcard, name);
      CHECK_FALSE(matches_wildcard(wildcard, name));
    }
  }
}

TEST_CASE("the first wildcard that matches is found, if it stands before the limit") {
  WildcardIndex index(
      {{"*.a.test", 2}, {"*.a.test", 3}, {"api-*.test", 5}, {"*shop*", 6}, {"*shop*.com", 7}, {"*", 9}});
  struct Row {
    std::string_view name;
    std::uint32_t limit, expected;
  };
  for (auto [name, limit, expected] : std::vector<Row>{{"x.a.test", 100, 2},
                                                       {"api-.a.test", 100, 2},
                                                       {"api-x.test", 100, 5},
                                                       {"myshop.com", 100, 6},
                                                       {"sho.p", 100, 9},
                                                       {"x.a.test", 2, 2},
                                                       {"x.a.test", 1, 1},
                                                       {"sho.p", 9, 9},
                                                       {"sho.p", 4, 4}}) {
    CAPTURE(name, limit);
    CHECK(index.find(name, limit) == expected);
  }
}
