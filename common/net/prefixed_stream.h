// A stream whose first bytes have been read already: while peeking at a ClientHello, or behind the head of an
// HTTP upgrade. Reads deliver the prefix first; everything else goes to the stream underneath.
#pragma once

#include <vector>

#include "common/net/stream.h"

namespace otoroshi {

class PrefixedStream final : public Stream {
 public:
  PrefixedStream(StreamPtr under, std::vector<std::byte> prefix)
      : under_(std::move(under)), prefix_(std::move(prefix)) {}

  IoResult try_read(MutableBytes into) override;
  IoResult try_write(Bytes from) override { return under_->try_write(from); }
  IoResult try_flush() override { return under_->try_flush(); }
  IoResult try_finish() override { return under_->try_finish(); }

  void arm_readable(Waiter& waiter) override {
    if (!prefix_.empty()) return waiter.wake();
    under_->arm_readable(waiter);
  }
  void arm_writable(Waiter& waiter) override { under_->arm_writable(waiter); }
  void arm_broken(Waiter& waiter) override { under_->arm_broken(waiter); }
  bool is_broken() const override { return under_->is_broken(); }

  RawSource raw_source() override { return prefix_.empty() ? under_->raw_source() : RawSource{}; }
  int raw_sink() const override { return under_->raw_sink(); }
  IoResult begin_raw(std::uint64_t bytes) override { return under_->begin_raw(bytes); }
  void raw_moved(std::uint64_t in, std::uint64_t out) override { under_->raw_moved(in, out); }
  void raw_sink_blocked() override { under_->raw_sink_blocked(); }

  void tick(Clock::time_point now) override { under_->tick(now); }
  void abort(const Error& why) override {
    prefix_.clear();
    under_->abort(why);
  }
  const Error& failure() const override { return under_->failure(); }

 private:
  StreamPtr under_;
  std::vector<std::byte> prefix_;  // empty, without memory, once it is delivered
  std::size_t delivered_ = 0;
};

// Puts bytes back in front of a stream; a stream without a prefix stays as it is.
StreamPtr with_prefix(StreamPtr stream, std::vector<std::byte> prefix);

}  // namespace otoroshi
