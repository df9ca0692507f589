#include "gateway/admin/body_intake.h"

#include <catch2/catch.hpp>

using namespace otoroshi::gateway;

TEST_CASE("a body is kept up to its limit, and dropped as a whole beyond") {
  const struct {
    std::string what;
    std::uint64_t announced;
    std::vector<std::string> pieces;
    std::string kept;
    bool is_too_long;
  } rows[] = {
      {"none", 0, {}, "", false},
      {"in one piece", 3, {"abc"}, "abc", false},
      {"in many", 4, {"ab", "c", "d"}, "abcd", false},
      {"just as long as the limit", 5, {"abc", "de"}, "abcde", false},
      {"announced as too long", 6, {"a"}, "", true},
      {"too long without a word", 0, {"abc", "def"}, "", true},
      {"and still coming", 0, {"abc", "def", "g"}, "", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    BodyIntake intake;
    intake.begin(row.announced, 5);
    std::string body;
    for (const auto& piece : row.pieces) CHECK(intake.take(piece, body));
    CHECK(body == row.kept);
    CHECK(intake.is_too_long() == row.is_too_long);
  }
}

TEST_CASE("a body that is dropped holds no memory, and the next one is a new one") {
  BodyIntake intake;
  intake.begin(0, 1000);
  std::string body;
  CHECK(intake.take(std::string(1000, 'a'), body));
  CHECK(intake.take("b", body));
  CHECK(body.capacity() < 100);
  intake.begin(0, 1000);
  CHECK(intake.take("c", body));
  CHECK(body == "c");
  CHECK_FALSE(intake.is_too_long());
}

TEST_CASE("what has no end is not even dropped for ever") {
  BodyIntake intake;
  intake.begin(0, 0);
  std::string body;
  const std::string piece(16 * 1024 * 1024, 'a');
  std::uint64_t dropped = 0;
  while (intake.take(piece, body)) dropped += piece.size();
  CHECK(dropped == BodyIntake::dropped_at_most);
  CHECK(body.empty());
}
