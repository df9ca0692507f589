#include "common/tunnel/frame_codec.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/conversation.h"
#include "tests/support/websocket_frames.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::string_literals;
using tunnel::CloseCode;
using tunnel::FrameHead;
using tunnel::FrameReader;
using tunnel::Role;

namespace {

constexpr Role roles[] = {Role::client, Role::server};

Role peer_of(Role own) {
  return own == Role::client ? Role::server : Role::client;
}

tunnel::Mask::Key key() {
  tunnel::Mask::Key key;
  std::memcpy(key.data(), masking_key.data(), key.size());
  return key;
}

std::string random_text(std::size_t size, std::uint64_t seed = 1) {
  return text_of(random_bytes(size, seed));
}

// In turn the whole, byte by byte, and pieces of random sizes: all must come to the same.
void check_in_any_pieces(Role own, std::string_view wire, const Decoded& expected) {
  CHECK(decode_at_once(own, wire) == expected);
  if (wire.size() < 1000) CHECK(decode_in_pieces(own, wire, [](std::size_t) { return 1; }) == expected);
  std::mt19937 random(7);
  for (std::size_t most : {3, 15, 200, 70'000})
    CHECK(decode_in_pieces(
              own, wire, [&](std::size_t left) { return std::min(left, 1 + random() % most); }) == expected);
}

Decoded only_bytes(std::string bytes) {
  Decoded decoded;
  decoded.bytes = std::move(bytes);
  decoded.between_frames = true;
  return decoded;
}

}  // namespace

TEST_CASE("the payload of a binary message comes out as it went in, whatever its size") {
  for (auto own : roles) {
    for (std::size_t size : {0, 1, 124, 125, 126, 127, 65'535, 65'536, 300'000}) {
      CAPTURE(own, size);
      const auto payload = random_text(size);
      const auto wire = frame(peer_of(own), fin | binary, payload);
      check_in_any_pieces(own, wire, only_bytes(payload));
      check_in_any_pieces(own, wire + wire + wire, only_bytes(payload + payload + payload));
    }
  }
}

TEST_CASE("what is not a binary message leaves nothing behind, between frames and between fragments") {
  struct Row {
    const char* name;
    std::vector<std::pair<int, std::string>> frames;
    std::string bytes;
    std::optional<std::string> ping;
  };
  const Row rows[] = {
      {"no frame", {}, "", {}},
      {"empty message", {{fin | binary, ""}}, "", {}},
      {"empty fragments", {{binary, ""}, {continuation, ""}, {fin | continuation, ""}}, "", {}},
      {"three fragments", {{binary, "a"}, {continuation, ""}, {fin | continuation, "b"}}, "ab", {}},
      {"a message that goes on", {{binary, "a"}, {continuation, "b"}}, "ab", {}},
      {"text is dropped", {{fin | text, "no"}, {fin | binary, "yes"}}, "yes", {}},
      {"text need not be UTF-8", {{fin | text, "\xff"}, {fin | binary, "yes"}}, "yes", {}},
      {"fragmented text is dropped",
       {{text, "no"}, {continuation, "no"}, {fin | continuation, "no"}, {fin | binary, "yes"}},
       "yes",
       {}},
      {"Ping", {{fin | ping, "p"}, {fin | binary, "a"}}, "a", "p"},
      {"Ping without payload", {{fin | ping, ""}}, "", ""},
      {"the longest Ping", {{fin | ping, std::string(125, 'p')}}, "", std::string(125, 'p')},
      {"of many Pings the last is owed", {{fin | ping, "p"}, {fin | ping, "q"}}, "", "q"},
      {"Ping between fragments",
       {{binary, "a"}, {fin | ping, "p"}, {fin | continuation, "b"}, {fin | binary, "c"}},
       "abc",
       "p"},
      {"Ping between fragments of text",
       {{text, "no"}, {fin | ping, "p"}, {fin | continuation, "no"}, {fin | binary, "a"}},
       "a",
       "p"},
      {"Pong without a Ping", {{fin | pong, "x"}, {fin | binary, "a"}}, "a", {}},
  };
  for (const auto& row : rows) {
    for (auto own : roles) {
      CAPTURE(row.name, own);
      std::string wire;
      for (const auto& [first, payload] : row.frames) wire += frame(peer_of(own), first, payload);
      auto expected = only_bytes(row.bytes);
      expected.ping = row.ping;
      check_in_any_pieces(own, wire, expected);
    }
  }
}

TEST_CASE("what breaks the protocol is told, and what came before it is not lost") {
  struct Row {
    std::string wrong;  // a frame of a server
    const char* violation;
  };
  const auto sender = Role::server;
  auto of = [&](int first, std::string_view payload = "", int length_bytes = 0) {
    return frame(sender, first, payload, length_bytes);
  };
  const auto reserved_bits = "reserved bits";
  const auto opcode = "opcode that means nothing";
  const auto minimal = "more bytes than it needs";
  const auto control = "fragmented or longer than 125";
  const auto fragment = "does not continue a message";
  const auto code = "code that must not be sent";
  std::vector<Row> rows = {
      {of(fin | binary | 0x40, "a"), reserved_bits},
      {of(fin | binary | 0x20, "a"), reserved_bits},
      {of(fin | ping | 0x10), reserved_bits},
      {of(fin | binary, "a", 2), minimal},
      {of(fin | binary, std::string(125, 'a'), 2), minimal},
      {of(fin | binary, std::string(125, 'a'), 8), minimal},
      {of(fin | binary, std::string(126, 'a'), 8), minimal},
      {of(fin | binary, std::string(65'535, 'a'), 8), minimal},
      {of(fin | binary, "", 2), minimal},
      {of(fin | ping, "", 2), minimal},
      {frame_head(sender, fin | binary, std::uint64_t{1} << 63), "larger than frames can be"},
      {frame_head(sender, fin | text, ~std::uint64_t{0}), "larger than frames can be"},
      {frame(Role::client, fin | binary, "a"), "a frame of a server is masked"},
      {frame(Role::client, fin | ping, ""), "a frame of a server is masked"},
      {of(ping, "p"), control},
      {of(pong), control},
      {of(close_frame), control},
      {of(fin | ping, std::string(126, 'p')), control},
      {of(fin | pong, std::string(126, 'p')), control},
      {of(fin | close_frame, std::string(126, '\x03')), control},
      {of(fin | continuation, "a"), fragment},
      {of(continuation, "a"), fragment},
      {of(binary, "") + of(fin | binary, "a"), fragment},
      {of(binary, "") + of(fin | text, "a"), fragment},
      {of(text, "") + of(fin | binary, "a"), fragment},
      {of(binary, "") + of(fin | ping) + of(binary, "a"), fragment},
      {of(fin | close_frame, "\x03"), code},
      {of(fin | close_frame, close_payload(1000, "\xff")), "not UTF-8"},
      {of(fin | close_frame, close_payload(1011, "cut \xc3")), "not UTF-8"},
  };
  for (int unknown : {0x03, 0x04, 0x05, 0x06, 0x07, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f})
    rows.push_back({of(fin | unknown), opcode});
  for (int unsendable : {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65'535})
    rows.push_back({of(fin | close_frame, close_payload(static_cast<std::uint16_t>(unsendable))), code});

  for (const auto& row : rows) {
    CAPTURE(row.violation,
            text_of(Bytes(as_bytes(row.wrong)).first(std::min<std::size_t>(row.wrong.size(), 16))));
    const auto wire =
        of(fin | binary, "before") + row.wrong + of(fin | binary, "behind") + of(fin | ping, "p");
    const auto whole = decode_at_once(Role::client, wire);
    CHECK(whole.bytes == "before");
    CHECK_THAT(whole.violation, Catch::Contains(row.violation));
    CHECK_FALSE(whole.close_code);
    check_in_any_pieces(Role::client, wire, whole);
  }
  const auto unmasked = decode_at_once(Role::server, of(fin | binary, "a"));
  CHECK(unmasked.violation == "a frame of a client is not masked");
  CHECK(unmasked.bytes.empty());
}

TEST_CASE("a Close frame gives its code and reason, and nothing behind it is looked at") {
  struct Row {
    std::string payload;
    int code;
    std::string reason;
    bool is_end;
  };
  std::vector<Row> rows = {
      {"", 1005, "", true},
      {close_payload(1000), 1000, "", true},
      {close_payload(1000, "bye"), 1000, "bye", true},
      {close_payload(1001, "going away"), 1001, "going away", false},
      {close_payload(1008, std::string(123, 'r')), 1008, std::string(123, 'r'), false},
      {close_payload(1011, "\xe2\x82\xac"), 1011, "\xe2\x82\xac", false},
  };
  for (int code : {1002, 1003, 1007, 1009, 1010, 1012, 1013, 1014, 3000, 3999, 4000, 4999})
    rows.push_back({close_payload(static_cast<std::uint16_t>(code)), code, "", false});
  for (const auto& row : rows) {
    for (auto own : roles) {
      CAPTURE(row.code, row.reason, own);
      const auto sender = peer_of(own);
      const auto wire = frame(sender, fin | binary, "a") + frame(sender, fin | close_frame, row.payload) +
                        frame(sender, fin | binary, "b") + frame(sender, fin | ping, "p") + "no frame at all";
      auto expected = only_bytes("a");
      expected.close_code = static_cast<CloseCode>(row.code);
      expected.close_reason = row.reason;
      check_in_any_pieces(own, wire, expected);
      CHECK(tunnel::Close{*expected.close_code, row.reason}.is_end() == row.is_end);
    }
  }
}

TEST_CASE("a frame of 2^63 - 1 bytes is read like any other, without being held") {
  const auto size = (std::uint64_t{1} << 63) - 1;
  FrameReader reader(Role::client);
  auto wire = frame_head(Role::server, fin | binary, size) + "abc";
  const auto bytes = std::as_writable_bytes(std::span(wire));
  REQUIRE(reader.decode(bytes) == 3);
  CHECK(as_text(bytes.first(3)) == "abc");
  CHECK(reader.violation().empty());
  CHECK(reader.raw_left() == size - 3);
  CHECK_FALSE(reader.between_frames());
}

TEST_CASE("raw bytes of a frame are taken past the decoder, up to its end") {
  FrameReader reader(Role::client);
  CHECK(reader.raw_left() == 0);
  auto feed = [&](std::string wire) {
    const auto bytes = std::as_writable_bytes(std::span(wire));
    const auto count = reader.decode(bytes);
    return text_of(bytes.first(count));
  };
  CHECK(feed(frame_head(Role::server, binary, 100'000)).empty());
  CHECK(reader.raw_left() == 100'000);
  reader.raw_taken(60'000);
  CHECK(feed("xy") == "xy");
  CHECK(reader.raw_left() == 39'998);
  reader.raw_taken(39'998);
  CHECK(reader.between_frames());
  CHECK(reader.raw_left() == 0);
  // It was a fragment: a control frame may follow, and then the message goes on.
  CHECK(feed(frame(Role::server, fin | ping, "p") + frame(Role::server, fin | continuation, "z")) == "z");
  CHECK(reader.take_ping() == "p");
  CHECK_FALSE(reader.take_ping());

  // Nothing else is ever taken past it: neither text, nor a control frame, nor what is masked.
  CHECK(feed(frame_head(Role::server, fin | text, 100'000)).empty());
  CHECK(reader.raw_left() == 0);
  FrameReader control(Role::client);
  auto half_a_ping = frame(Role::server, fin | ping, "12345").substr(0, 4);
  CHECK(control.decode(std::as_writable_bytes(std::span(half_a_ping))) == 0);
  CHECK(control.raw_left() == 0);
  FrameReader server(Role::server);
  auto masked = frame_head(Role::client, fin | binary, 100'000);
  CHECK(server.decode(std::as_writable_bytes(std::span(masked))) == 0);
  CHECK(server.raw_left() == 0);
  CHECK_FALSE(server.between_frames());
}

TEST_CASE("heads and control frames are written as the RFC has them, and read back") {
  for (auto own : roles) {
    for (std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{125}, std::uint64_t{126},
                               std::uint64_t{65'535}, std::uint64_t{65'536}, (std::uint64_t{1} << 63) - 1}) {
      CAPTURE(own, size);
      const auto head = FrameHead::binary(own, size, key());
      CHECK(as_text(head.bytes()) == frame_head(own, fin | binary, size));
      CHECK(head.bytes().size() <= tunnel::max_frame_head);
    }
    CAPTURE(own);
    CHECK(tunnel::ping_frame(own, key()) == frame(own, fin | ping, ""));
    for (const auto& payload : {""s, "p"s, std::string(125, 'p')})
      CHECK(tunnel::pong_frame(own, payload, key()) == frame(own, fin | pong, payload));
  }
  CHECK(text_of(FrameHead::binary(Role::server, 0x1234, {}).bytes()) == "\x82\x7e\x12\x34");
  CHECK(tunnel::close_frame(Role::server, CloseCode::normal, "", {}) == "\x88\x02\x03\xe8");
}

TEST_CASE("the reason of a Close frame is cut to 123 bytes, between characters") {
  const std::string euro = "\xe2\x82\xac";
  std::string euros;
  for (int count = 0; count < 60; ++count) euros += euro;
  const std::pair<std::string, std::string> rows[] = {
      {"", ""},
      {"a reason", "a reason"},
      {std::string(123, 'r'), std::string(123, 'r')},
      {std::string(5000, 'r'), std::string(123, 'r')},
      {euros, euros.substr(0, 123)},
      {"x" + euros, "x" + euros.substr(0, 120)},
      {"xy" + euros, "xy" + euros.substr(0, 120)},
      {"up to the \xff byte", "up to the "},
  };
  for (const auto& [reason, kept] : rows) {
    for (auto own : roles) {
      CAPTURE(reason, own);
      const auto wire = tunnel::close_frame(own, CloseCode::internal_error, reason, key());
      CHECK(wire == frame(own, fin | close_frame, close_payload(1011, kept)));
      CHECK(decode_at_once(peer_of(own), wire).close_reason == kept);
    }
  }
}

TEST_CASE("a mask goes on from piece to piece, in place, apart, and moved to the front") {
  std::mt19937 random(11);
  const auto plain = random_text(5000);
  for (int round = 0; round < 400; ++round) {
    const auto moved = random() % 15;  // by how much the result begins before: 14 is the longest head
    const auto size = random() % (round % 2 == 0 ? 300 : plain.size());
    const auto expected = masked_byte_by_byte(plain.substr(0, size));
    CAPTURE(round, moved, size);

    std::string memory = std::string(moved, '.') + plain.substr(0, size);
    const auto bytes = std::as_writable_bytes(std::span(memory));
    std::string apart(size, '.');
    tunnel::Mask in_place(key());
    tunnel::Mask elsewhere(key());
    tunnel::Mask skipping(key());
    for (std::size_t done = 0; done < size;) {
      const auto piece = std::min(size - done, 1 + random() % (round % 3 == 0 ? 9 : 500));
      tunnel::Mask copy = skipping;
      copy.apply(as_bytes(std::string_view(plain).substr(done, piece)),
                 std::as_writable_bytes(std::span(apart)).data() + done);
      skipping.skip(piece);
      in_place.apply(bytes.subspan(moved + done, piece), bytes.data() + done);
      done += piece;
    }
    CHECK(apart == expected);
    CHECK(memory.substr(0, size) == expected);

    std::string same = plain.substr(0, size);
    const auto whole = std::as_writable_bytes(std::span(same));
    elsewhere.apply(whole, whole.data());
    CHECK(same == expected);
    tunnel::Mask(key()).apply(whole, whole.data());
    CHECK(same == plain.substr(0, size));
    tunnel::Mask().apply(whole, whole.data());
    CHECK(same == plain.substr(0, size));
  }
  tunnel::Mask far(key());
  far.skip((std::uint64_t{1} << 63) + 3);
  std::byte one{0};
  far.apply({&one, 1}, &one);
  CHECK(one == static_cast<std::byte>(masking_key[3]));
}
