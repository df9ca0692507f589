#include "common/routing/atom_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

using otoroshi::AtomSearch;

namespace {

using Atoms = std::vector<std::string>;

Atoms occurrences(const Atoms& atoms, std::string_view text) {
  Atoms found;
  AtomSearch(atoms).for_each_occurrence(text, [&](std::uint32_t atom) { found.push_back(atoms[atom]); });
  return found;
}

Atoms prefixes(const Atoms& atoms, std::string_view text) {
  Atoms found;
  AtomSearch(atoms).for_each_prefix(text, [&](std::uint32_t atom) { found.push_back(atoms[atom]); });
  return found;
}

Atoms naive_occurrences(const Atoms& atoms, std::string_view text) {
  Atoms found;
  for (std::size_t end = 1; end <= text.size(); ++end)
    for (const auto& atom : atoms)
      if (text.substr(0, end).ends_with(atom)) found.push_back(atom);
  return found;
}

}  // namespace

TEST_CASE("every occurrence of every atom is found, also of atoms inside atoms") {
  struct Row {
    Atoms atoms;
    std::string_view text;
    Atoms expected;
  };
  for (const auto& [atoms, text, expected] :
       std::vector<Row>{{{}, "text", {}},
                        {{"text"}, "", {}},
                        {{"text"}, "tex", {}},
                        {{"text"}, "textext", {"text", "text"}},
                        {{"he", "she", "his", "hers"}, "ushers", {"she", "he", "hers"}},
                        {{"abcd", "bc"}, "abce", {"bc"}},  // the failed longer atom hides no shorter one
                        {{"a", "aa", "aaa"}, "aaa", {"a", "aa", "a", "aaa", "aa", "a"}},
                        {{"text1", "text12"}, "xtext123", {"text1", "text12"}},
                        {{"abc"}, "ABC", {}},  // letter case is the caller's business
                        {{"\xff\x01", std::string(1, '\0')},
                         std::string_view("\xff\x01\0", 3),
                         {"\xff\x01", std::string(1, '\0')}}}) {
    CAPTURE(text);
    CHECK(occurrences(atoms, text) == expected);
  }
}

TEST_CASE("every atom that a text begins with is found") {
  Atoms atoms{"ab", "abcd", "b", "abx"};
  CHECK(prefixes(atoms, "abcde") == Atoms{"ab", "abcd"});
  CHECK(prefixes(atoms, "abc") == Atoms{"ab"});
  CHECK(prefixes(atoms, "xab") == Atoms{});
  CHECK(prefixes(atoms, "") == Atoms{});
  CHECK(prefixes({}, "ab") == Atoms{});
}

TEST_CASE("random atoms are found exactly where comparing one by one finds them") {
  std::mt19937 random(20261121);
  auto word = [&](std::size_t longest, std::string_view letters) {
    std::string word(1 + random() % longest, ' ');
    std::ranges::generate(word, [&] { return letters[random() % letters.size()]; });
    return word;
  };
  for (int round = 0; round < 300; ++round) {
    std::string_view letters = round % 2 ? "ab" : "abcdefghij.-0123456789\xf0";
    Atoms atoms(1 + random() % 200);
    std::ranges::generate(atoms, [&] { return word(6, letters); });
    std::ranges::sort(atoms);
    atoms.erase(std::unique(atoms.begin(), atoms.end()), atoms.end());
    auto text = word(60, letters);
    CAPTURE(round, text);
    auto found = occurrences(atoms, text), expected = naive_occurrences(atoms, text);
    std::ranges::sort(found), std::ranges::sort(expected);
    REQUIRE(found == expected);
  }
}
