#include "common/net/stream_io.h"

#include <array>

namespace otoroshi {

Task<Result<void>> write_all(Stream& stream, Bytes bytes) {
  for (;;) {
    auto step = bytes.empty() ? stream.try_flush() : stream.try_write(bytes);
    if (step.error()) co_return std::unexpected(stream.failure());
    if (step.would_block()) {
      co_await writable(stream);
    } else if (bytes.empty()) {
      co_return Result<void>();
    } else {
      bytes = bytes.subspan(step.bytes);
    }
  }
}

Task<Result<std::size_t>> read_some(Stream& stream, MutableBytes into) {
  for (;;) {
    auto step = stream.try_read(into);
    if (step.error()) co_return std::unexpected(stream.failure());
    if (step.end()) co_return std::size_t{0};
    if (step.done()) co_return step.bytes;
    co_await readable(stream);
  }
}

Task<Result<void>> finish(Stream& stream) {
  for (;;) {
    auto step = stream.try_finish();
    if (step.error()) co_return std::unexpected(stream.failure());
    if (step.done()) co_return Result<void>();
    co_await writable(stream);
  }
}

Task<> discard_until_end(Worker& worker, Stream& stream) {
  constexpr unsigned rounds_in_a_row = 16;
  std::array<std::byte, 1024> nowhere;
  for (unsigned rounds = 1;; ++rounds) {
    auto step = stream.try_read(nowhere);
    if (step.end() || step.error()) co_return;
    if (step.would_block() && co_await readable(stream)) continue;
    if (rounds % rounds_in_a_row == 0) co_await worker.yield();
  }
}

}  // namespace otoroshi
