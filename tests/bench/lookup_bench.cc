// Prints what a lookup in a DomainMatcher costs, for every kind of pattern, at 10, 1,000 and 10,000 rules:
// for names that match, for names never seen before, and for hostile names of 253 bytes that are built from
// as many pieces of the patterns as fit. No name is asked twice, so nothing can be answered from a cache.
// Usage: lookup_bench [lookups per cell, default 20000]
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "common/routing/domain_matcher.h"

namespace {

using Clock = std::chrono::steady_clock;
using otoroshi::DomainMatcher;

struct Kind {
  const char* title;
  std::function<std::string(std::size_t rule)> pattern;
  std::function<std::string(std::size_t rule, std::size_t serial)> matching;
  std::function<std::string(std::size_t rule)> piece;  // of a hostile name
};

std::string text(std::size_t number) {
  return std::to_string(number);
}

std::string letters(std::size_t number) {
  std::string word;
  for (; number > 0 || word.empty(); number /= 26) word += static_cast<char>('a' + number % 26);
  return word;
}

const std::vector<Kind> kinds{
    {"exact", [](auto n) { return "host" + text(n) + ".example.com"; },
     [](auto n, auto) { return "host" + text(n) + ".example.com"; },
     [](auto n) { return "host" + text(n) + ".example.co"; }},
    {"*.tN.example.com", [](auto n) { return "*.t" + text(n) + ".example.com"; },
     [](auto n, auto serial) { return letters(serial) + ".t" + text(n) + ".example.com"; },
     [](auto n) { return ".t" + text(n) + ".example.com"; }},
    {"*shopN*.example.com", [](auto n) { return "*shop" + text(n) + "*.example.com"; },
     [](auto n, auto serial) { return letters(serial) + "shop" + text(n) + "-x.example.com"; },
     [](auto n) { return "shop" + text(n); }},
    {".*textN.*", [](auto n) { return ".*text" + text(n) + ".*"; },
     [](auto n, auto serial) { return letters(serial) + "text" + text(n) + ".example.com"; },
     [](auto n) { return "text" + text(n); }},
    {"^(foo|bar)N-[a-z]+\\.example\\.(com|org)$",
     [](auto n) { return "^(foo|bar)" + text(n) + "-[a-z]+\\.example\\.(com|org)$"; },
     [](auto n, auto serial) { return "bar" + text(n) + "-" + letters(serial) + ".example.org"; },
     [](auto n) { return "foo" + text(n) + "-a.example.com"; }},
    {"[a-z0-9-]+\\.siteN\\.(dev|test)[0-9]*\\.local",
     [](auto n) { return "[a-z0-9-]+\\.site" + text(n) + "\\.(dev|test)[0-9]*\\.local"; },
     [](auto n, auto serial) {
       return letters(serial) + ".site" + text(n) + ".test" + text(serial) + ".local";
     },
     [](auto n) { return ".site" + text(n) + ".dev.local"; }},
    {".*(read|write)N[0-9]?x.*", [](auto n) { return ".*(read|write)" + text(n) + "[0-9]?x.*"; },
     [](auto n, auto serial) { return letters(serial) + "-write" + text(n) + "x.example.com"; },
     [](auto n) { return "read" + text(n) + "-"; }},
};

std::string hostile_name(const Kind& kind, std::size_t rules, std::size_t serial) {
  constexpr std::size_t longest_name = 253;
  auto end = letters(serial);
  std::string name;
  for (auto rule = serial;; rule += 7919) {
    auto piece = kind.piece(rule % rules);
    if (name.size() + piece.size() + end.size() > longest_name) break;
    name += piece;
  }
  return name + std::string(longest_name - name.size() - end.size(), '-') + end;
}

struct Measured {
  double nanoseconds;  // per lookup
  std::size_t found;
};

Measured measure(const DomainMatcher& matcher, const std::vector<std::string>& names) {
  std::size_t found = 0;
  auto begin = Clock::now();
  for (const auto& name : names) found += matcher.find(name).has_value();
  std::chrono::duration<double, std::nano> spent = Clock::now() - begin;
  return {spent.count() / static_cast<double>(names.size()), found};
}

void run(const Kind& kind, std::size_t rules, std::size_t lookups) {
  std::vector<std::string> patterns, matching, unseen, hostile;
  for (std::size_t rule = 0; rule < rules; ++rule) patterns.push_back(kind.pattern(rule));
  for (std::size_t serial = 0; serial < lookups; ++serial) {
    auto rule = serial * 7919 % rules;
    matching.push_back(kind.matching(rule, serial));
    unseen.push_back(letters(serial * 31) + "." + letters(serial) + ".shop.example.net");
    hostile.push_back(hostile_name(kind, rules, serial));
  }

  auto heap_before = mallinfo2().uordblks + mallinfo2().hblkhd;
  auto begin = Clock::now();
  auto matcher = DomainMatcher::build(std::move(patterns));
  std::chrono::duration<double, std::milli> build_time = Clock::now() - begin;
  if (!matcher) {
    std::printf("%s\n", matcher.error().sentence.c_str());
    std::exit(1);
  }
  auto heap = mallinfo2().uordblks + mallinfo2().hblkhd - heap_before;

  auto m = measure(*matcher, matching), u = measure(*matcher, unseen), h = measure(*matcher, hostile);
  auto heap_after = mallinfo2().uordblks + mallinfo2().hblkhd - heap_before;
  std::printf("%-44s %6zu %9.0f %9.0f %9.0f %9.0f %8.1f %8.1f\n", kind.title, rules, m.nanoseconds,
              u.nanoseconds, h.nanoseconds, build_time.count(), static_cast<double>(heap) / 1e6,
              static_cast<double>(heap_after) / 1e6);
  if (m.found != lookups || u.found != 0) {
    std::printf("wrong answers: %zu of %zu names matched, %zu that must not\n", m.found, lookups, u.found);
    std::exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t lookups = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20000;
  std::printf("%-44s %6s %9s %9s %9s %9s %8s %8s\n", "patterns", "rules", "match ns", "unseen ns", "hostile",
              "build ms", "MB built", "MB used");
  for (const auto& kind : kinds)
    for (std::size_t rules : {10, 1000, 10000}) run(kind, rules, lookups);
}
