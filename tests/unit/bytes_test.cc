#include <catch2/catch.hpp>
#include <string>

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

TEST_CASE("integers are appended big-endian, at their whole width") {
  std::string out = "x";
  otoroshi::append_u16(out, 0x0102);
  otoroshi::append_u32(out, 0xfffefd00);
  otoroshi::append_u64(out, 0x8000000000000001);
  CHECK(out == "x\x01\x02\xff\xfe\xfd\0\x80\0\0\0\0\0\0\x01"sv);
}
