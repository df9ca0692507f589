// The kernel pipes through which one worker splices. A connection borrows a pipe while bytes flow and gives
// it back empty; an idle connection has none. Belongs to one worker's thread.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace otoroshi {

class PipePool;

// A borrowed pipe. Goes back to its pool when destroyed, or is closed if bytes were left in it.
class Pipe {
 public:
  Pipe(Pipe&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        read_end_(other.read_end_),
        write_end_(other.write_end_),
        held_(other.held_) {}
  Pipe& operator=(Pipe&&) = delete;
  ~Pipe();

  int read_end() const { return read_end_; }
  int write_end() const { return write_end_; }
  std::size_t held() const { return held_; }  // bytes in the pipe
  void add(std::size_t bytes) { held_ += bytes; }
  void remove(std::size_t bytes) { held_ -= bytes; }

 private:
  friend PipePool;
  Pipe(PipePool& pool, int read_end, int write_end)
      : pool_(&pool), read_end_(read_end), write_end_(write_end) {}

  PipePool* pool_;
  int read_end_;
  int write_end_;
  std::size_t held_ = 0;
};

class PipePool {
 public:
  // As much as a socket buffer holds: each splice then takes all that is there. Bulk needs about two thirds
  // of the CPU that it needs with 256 KiB. All pipes of a user share the kernel's pipe-user-pages-soft of 64
  // MiB.
  static constexpr std::size_t pipe_size = 1024 * 1024;

  PipePool() = default;
  PipePool(const PipePool&) = delete;
  PipePool& operator=(const PipePool&) = delete;
  ~PipePool();

  // So many flows splice at a time; a pipe is lent across a wait only while its sink is full.
  static constexpr std::size_t lent_at_most = 16;

  // Nothing if that many are lent, or the machine has no pipe to give: the caller copies then.
  std::optional<Pipe> borrow();

 private:
  friend Pipe;
  static constexpr std::size_t kept_at_most = 8;
  std::size_t lent_ = 0;
  std::vector<std::pair<int, int>> idle_;
};

}  // namespace otoroshi
