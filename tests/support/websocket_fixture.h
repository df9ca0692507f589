// Our end of a WebSocket over a connection in memory, whose peer is a test that writes and reads frames
// itself.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/websocket_stream.h"
#include "tests/support/conversation.h"
#include "tests/support/memory_stream.h"
#include "tests/support/websocket_frames.h"

namespace otoroshi::test {

struct WebSocketFixture {
  explicit WebSocketFixture(WebSocketOptions options = {}, std::size_t capacity = 1024 * 1024)
      : own(options.role), pair(make_memory_pair(worker, capacity)), under(*pair.near), peer(*pair.far) {
    stream = std::make_unique<WebSocketStream>(worker, std::move(pair.near), Side::client, options);
    now = Clock::now();
  }

  tunnel::Role peer_role() const {
    return own == tunnel::Role::client ? tunnel::Role::server : tunnel::Role::client;
  }

  void peer_sends(std::string_view wire) {
    while (!wire.empty()) {
      auto put = peer.try_write(as_bytes(wire));
      REQUIRE(put.done());
      wire.remove_prefix(put.bytes);
    }
  }
  void peer_sends_frame(int first, std::string_view payload = "") {
    peer_sends(frame(peer_role(), first, payload));
  }
  void peer_sends_close(int code, std::string_view reason = "") {
    peer_sends_frame(fin | close_frame, close_payload(static_cast<std::uint16_t>(code), reason));
  }

  std::string peer_gets_wire() {
    std::string wire(2 * 1024 * 1024, '\0');
    auto got = peer.try_read(std::as_writable_bytes(std::span(wire)));
    wire.resize(got.bytes);
    return wire;
  }
  Decoded peer_gets() { return decode_at_once(peer_role(), peer_gets_wire()); }

  // Reads until there is nothing, and says what that was.
  IoStatus read(std::string& bytes, std::size_t at_once = 64 * 1024) {
    std::vector<std::byte> into(at_once);
    for (;;) {
      auto got = stream->try_read(into);
      if (!got.done()) return got.status;
      bytes += text_of(Bytes(into).first(got.bytes));
    }
  }
  IoStatus read_nothing() {
    std::string bytes;
    auto status = read(bytes);
    CHECK(bytes.empty());
    return status;
  }

  // What a reader does who has nothing to read; true if there is a reason to read again at once.
  bool arm_readable() {
    Waiter waiter;
    stream->arm_readable(waiter);
    return waiter.woken();
  }

  // As the sweep does, once a second for so long. `each` comes before each call.
  template <class Each>
  void let_time_pass(Clock::duration time, Each each) {
    for (const auto until = now + time; now < until;) {
      now += std::chrono::seconds(1);
      each();
      stream->tick(now);
    }
  }
  void let_time_pass(Clock::duration time) {
    let_time_pass(time, [] {});
  }

  tunnel::Role own;
  Worker worker;
  MemoryPair pair;
  MemoryStream& under;
  MemoryStream& peer;
  std::unique_ptr<WebSocketStream> stream;
  Clock::time_point now;
};

}  // namespace otoroshi::test
