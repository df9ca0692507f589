// What the two far ends of a connection under test do: send, receive, and say how it ended.
#pragma once

#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/stream_io.h"

namespace otoroshi::test {

inline std::vector<std::byte> random_bytes(std::size_t size, std::uint64_t seed = 1) {
  std::mt19937_64 random(seed);
  std::vector<std::byte> bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

inline std::vector<std::byte> bytes_of(std::string_view text) {
  Bytes bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Received {
  std::vector<std::byte> bytes;
  std::optional<Error> error;  // none: the peer ended in order
};

// Reads until the end or a failure, at the most `at_once` bytes at a time. Not by read_some(): GCC does not
// make a tail call of the return from a task in a sanitizer's build, and this loop may go round very often.
inline Task<> receive_all(Stream& stream, Received& received, std::size_t at_once = 64 * 1024) {
  std::vector<std::byte> buffer(at_once);
  for (;;) {
    auto got = stream.try_read(buffer);
    if (got.error()) received.error = stream.failure();
    if (got.error() || got.end()) co_return;
    if (got.would_block()) co_await readable(stream);
    received.bytes.insert(received.bytes.end(), buffer.begin(),
                          buffer.begin() + static_cast<long>(got.bytes));
  }
}

// Reads exactly so many bytes, fewer if the stream ends or fails before.
inline Task<std::vector<std::byte>> receive(Stream& stream, std::size_t count) {
  std::vector<std::byte> bytes(count);
  std::size_t have = 0;
  while (have < count) {
    auto got = stream.try_read(MutableBytes(bytes).subspan(have));
    if (got.error() || got.end()) break;
    if (got.would_block()) co_await readable(stream);
    have += got.bytes;
  }
  bytes.resize(have);
  co_return bytes;
}

inline Task<Result<void>> send_and_finish(Stream& stream, Bytes bytes) {
  auto sent = co_await write_all(stream, bytes);
  if (!sent) co_return sent;
  co_return co_await finish(stream);
}

}  // namespace otoroshi::test
