// Two ends of a connection that exists in memory only, so that what is built on Stream can be tested without
// a socket, and told to misbehave.
#pragma once

#include <cstddef>
#include <deque>
#include <limits>
#include <memory>
#include <optional>

#include "common/net/stream.h"
#include "common/net/worker.h"

namespace otoroshi::test {

class MemoryStream;

struct MemoryPair {
  std::unique_ptr<MemoryStream> near;
  std::unique_ptr<MemoryStream> far;
};

// `capacity`: bytes that each direction holds before a writer has to wait.
MemoryPair make_memory_pair(Worker& worker, std::size_t capacity = 64 * 1024);

// One end. Behaves like a TCP socket: what was written before a reset is still read, then the reset is an
// error; an abort of one end is a reset for the other; destroying an end is closing it in order.
class MemoryStream final : public Stream {
 public:
  ~MemoryStream() override;

  IoResult try_read(MutableBytes into) override;
  IoResult try_write(Bytes from) override;
  IoResult try_flush() override;
  IoResult try_finish() override;

  void arm_readable(Waiter& waiter) override;
  void arm_writable(Waiter& waiter) override;
  void arm_broken(Waiter& waiter) override;
  bool is_broken() const override;

  void abort(const Error& why) override;
  const Error& failure() const override { return *failure_; }

  // How the test steers this end.
  void set_step(std::size_t bytes) { step_ = bytes; }     // the most that one read or write moves
  void set_capacity(std::size_t bytes);                   // of what comes in here; 0: takes nothing
  void hold_flush(bool hold);                             // flushing answers would_block
  void reset();                                           // the other end sees a reset
  std::size_t unread() const;                             // bytes that came in and wait
  bool was_ended() const;                                 // the other end has finished its direction
  std::size_t operations() const { return operations_; }  // calls of try_*() so far

 private:
  struct End;
  friend MemoryPair make_memory_pair(Worker&, std::size_t);

  MemoryStream(std::shared_ptr<End> own, std::shared_ptr<End> other);
  IoResult fail_reset();
  std::size_t room() const;

  std::shared_ptr<End> own_;
  std::shared_ptr<End> other_;
  std::optional<Error> failure_;
  std::size_t step_ = std::numeric_limits<std::size_t>::max();
  std::size_t operations_ = 0;
  bool flush_held_ = false;
  bool finished_ = false;
  bool aborted_ = false;
};

}  // namespace otoroshi::test
