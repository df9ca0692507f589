// A header that a server sends twice is read as one word: "a" and "b" as "ab".
#include <catch2/catch.hpp>
#include <string>

#include "common/http/answer_reader.h"

using namespace otoroshi;

TEST_CASE("http answer: a header that comes twice is a list, however it is cut") {
  const std::string wire = "HTTP/1.1 200 OK\r\nVary: a\r\nX:\r\nvary: b\r\nX: c\r\nContent-Length: 0\r\n\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, wire.size()}) {
    CAPTURE(piece);
    HttpAnswerReader reader(100);
    for (std::size_t at = 0; at < wire.size(); at += piece)
      REQUIRE(reader.take(as_bytes(std::string_view(wire).substr(at, piece))));
    CHECK(reader.answer().headers["vary"] == "a, b");
    CHECK(reader.answer().headers["x"] == "c");
  }
}
