#include <catch2/catch.hpp>

#include "common/base/bytes.h"

using otoroshi::as_bytes;
using otoroshi::as_text;
using otoroshi::ByteReader;
using namespace std::string_view_literals;

TEST_CASE("ByteReader reads big-endian integers and vectors, and refuses what is not there") {
  ByteReader reader(as_bytes("\x01\x02\x03\x04\x05\x06\x02hi\xff"sv));
  REQUIRE(reader.u8() == 0x01);
  REQUIRE(reader.u16() == 0x0203);
  REQUIRE(reader.u24() == 0x040506u);
  REQUIRE(as_text(*reader.vector8()) == "hi");

  REQUIRE_FALSE(reader.u16());
  REQUIRE_FALSE(reader.vector8());
  REQUIRE(reader.left() == 1);  // a failed read takes nothing
  REQUIRE(reader.u8() == 0xff);
  REQUIRE(reader.empty());
}
