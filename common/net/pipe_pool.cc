#include "common/net/pipe_pool.h"

#include <fcntl.h>
#include <unistd.h>

namespace otoroshi {

Pipe::~Pipe() {
  if (!pool_) return;
  --pool_->lent_;
  if (held_ == 0 && pool_->idle_.size() < PipePool::kept_at_most) {
    pool_->idle_.emplace_back(read_end_, write_end_);
    return;
  }
  ::close(read_end_);
  ::close(write_end_);
}

PipePool::~PipePool() {
  for (auto [read_end, write_end] : idle_) {
    ::close(read_end);
    ::close(write_end);
  }
}

std::optional<Pipe> PipePool::borrow() {
  if (lent_ == lent_at_most) return std::nullopt;
  if (!idle_.empty()) {
    auto [read_end, write_end] = idle_.back();
    idle_.pop_back();
    ++lent_;
    return Pipe(*this, read_end, write_end);
  }
  int ends[2];
  if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return std::nullopt;
  // Over the user's soft limit the kernel refuses to enlarge a pipe (and hands out tiny ones): copying is
  // faster then.
  if (::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(pipe_size)) < 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    return std::nullopt;
  }
  ++lent_;
  return Pipe(*this, ends[0], ends[1]);
}

}  // namespace otoroshi
