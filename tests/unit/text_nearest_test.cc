#include "common/text/nearest.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>

using namespace otoroshi;
using namespace std::string_view_literals;

TEST_CASE("a mistyped word is told from the known ones by its changes") {
  constexpr std::array known = {"port"sv, "idle"sv, "clientId"sv, "interface"sv};
  const struct {
    std::string_view word, guess;  // "": none
  } rows[] = {
      {"port", "port"},
      {"Port", "port"},
      {"CLIENTID", "clientId"},
      {"pott", "port"},
      {"pot", "port"},
      {"portt", "port"},
      {"prot", "port"},
      {"idel", "idle"},
      {"IDEL", "idle"},
      {"clinetDI", "clientId"},
      {"intrefcae", "interface"},
      {"nterfac", "interface"},
      {"prto", ""},
      {"rpto", ""},
      {"trop", ""},
      {"clietnI", "clientId"},
      {"somethingElse", ""},
      {"", ""},
      {"po", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.word);
    CHECK(nearest(row.word, known).value_or("") == row.guess);
  }
  CHECK_FALSE(nearest("port", {}));
  CHECK_FALSE(nearest(std::string(65, 'a'), known));
}

TEST_CASE("of several near words the nearest is guessed, and of equally near ones the first") {
  constexpr std::array known = {"rules"sv, "rule"sv, "ruler"sv};
  CHECK(nearest("rule", known) == "rule");
  CHECK(nearest("rulse", known) == "rules");
  CHECK(nearest("rulex", known) == "rules");
}
