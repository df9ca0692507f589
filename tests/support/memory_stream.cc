#include "tests/support/memory_stream.h"

#include <algorithm>
#include <utility>

namespace otoroshi::test {

// What has come in at one end. Lives as long as a wake-up that is under way.
struct MemoryStream::End : std::enable_shared_from_this<End> {
  End(Worker& its_worker, std::size_t its_capacity) : worker(its_worker), capacity(its_capacity) {}

  // Never on the stack of whoever caused it, as with a socket.
  void wake(WaitSlot End::*slot) {
    worker.post([self = shared_from_this(), slot] { ((*self).*slot).ring(); });
  }
  void wake_all() {
    for (auto slot : {&End::readable, &End::writable, &End::broken}) wake(slot);
  }

  Worker& worker;
  std::size_t capacity;
  std::deque<std::byte> bytes;
  bool ended = false;   // no more will come
  bool reset = false;   // the other end has gone without a word
  bool closed = false;  // nobody reads here any more
  WaitSlot readable;
  WaitSlot writable;
  WaitSlot broken;
};

MemoryPair make_memory_pair(Worker& worker, std::size_t capacity) {
  auto near = std::make_shared<MemoryStream::End>(worker, capacity);
  auto far = std::make_shared<MemoryStream::End>(worker, capacity);
  return {std::unique_ptr<MemoryStream>(new MemoryStream(near, far)),
          std::unique_ptr<MemoryStream>(new MemoryStream(far, near))};
}

MemoryStream::MemoryStream(std::shared_ptr<End> own, std::shared_ptr<End> other)
    : own_(std::move(own)), other_(std::move(other)) {}

MemoryStream::~MemoryStream() {
  own_->closed = true;
  other_->ended = true;
  other_->wake(&End::readable);
  other_->wake(&End::writable);
}

IoResult MemoryStream::fail_reset() {
  if (!failure_) failure_ = Error{ErrorCode::reset, Side::gateway, "the other end was reset"};
  return {IoStatus::error};
}

std::size_t MemoryStream::room() const {
  return other_->capacity - std::min(other_->capacity, other_->bytes.size());
}

IoResult MemoryStream::try_read(MutableBytes into) {
  ++operations_;
  if (failure_) return {IoStatus::error};
  auto& bytes = own_->bytes;
  if (!bytes.empty()) {
    auto count = std::min({into.size(), bytes.size(), step_});
    std::copy_n(bytes.begin(), count, into.begin());
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    other_->wake(&End::writable);
    return IoResult::moved(count);
  }
  if (own_->reset) return fail_reset();
  return {own_->ended ? IoStatus::end : IoStatus::would_block};
}

IoResult MemoryStream::try_write(Bytes from) {
  ++operations_;
  if (failure_) return {IoStatus::error};
  if (own_->reset || other_->closed) return fail_reset();
  auto count = std::min({from.size(), room(), step_});
  if (count == 0) return {IoStatus::would_block};
  other_->bytes.insert(other_->bytes.end(), from.begin(), from.begin() + static_cast<std::ptrdiff_t>(count));
  other_->wake(&End::readable);
  return IoResult::moved(count);
}

IoResult MemoryStream::try_flush() {
  ++operations_;
  if (failure_) return {IoStatus::error};
  return {flush_held_ ? IoStatus::would_block : IoStatus::done};
}

IoResult MemoryStream::try_finish() {
  auto flushed = try_flush();
  if (!flushed.done() || finished_) return flushed;
  finished_ = true;
  other_->ended = true;
  other_->wake(&End::readable);
  return {};
}

void MemoryStream::arm_readable(Waiter& waiter) {
  if (failure_ || !own_->bytes.empty() || own_->reset || own_->ended) return waiter.wake();
  waiter.sleep_on(own_->readable);
}

void MemoryStream::arm_writable(Waiter& waiter) {
  if (failure_ || own_->reset || other_->closed || (room() > 0 && !flush_held_)) return waiter.wake();
  waiter.sleep_on(own_->writable);
}

void MemoryStream::arm_broken(Waiter& waiter) {
  if (is_broken()) return waiter.wake();
  waiter.sleep_on(own_->broken);
}

bool MemoryStream::is_broken() const {
  return failure_ || own_->reset;
}

void MemoryStream::abort(const Error& why) {
  if (!failure_) failure_ = why;
  if (std::exchange(aborted_, true)) return;
  own_->wake_all();
  reset();
}

void MemoryStream::set_capacity(std::size_t bytes) {
  own_->capacity = bytes;
  other_->wake(&End::writable);
}

void MemoryStream::hold_flush(bool hold) {
  flush_held_ = hold;
  own_->wake(&End::writable);
}

void MemoryStream::reset() {
  other_->reset = true;
  other_->wake_all();
}

std::size_t MemoryStream::unread() const {
  return own_->bytes.size();
}

bool MemoryStream::was_ended() const {
  return own_->ended;
}

}  // namespace otoroshi::test
