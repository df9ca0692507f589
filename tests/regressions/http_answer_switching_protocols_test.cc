// A server answers 101 though nobody asked: what otoroshictl makes of it depends on how its bytes are cut.
#include <catch2/catch.hpp>
#include <string>

#include "common/http/answer_reader.h"

using namespace otoroshi;

TEST_CASE("http answer: 101 is the answer, however it is cut") {
  const std::string wire =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, wire.size()}) {
    CAPTURE(piece);
    HttpAnswerReader reader(100);
    Result<bool> complete = false;
    for (std::size_t at = 0; complete && !*complete && at < wire.size(); at += piece)
      complete = reader.take(as_bytes(std::string_view(wire).substr(at, piece)));
    REQUIRE(complete);
    CHECK(*complete);
    CHECK(reader.answer().status == 101);
    CHECK(reader.answer().body.empty());
  }
}
