// EventSink writes TcpEvents, one JSON a line, to where `events.output` says.
// Any thread may publish(). It never waits for the disk: a thread of the sink's own turns events into JSON
// and writes them; what does not fit into its bounded queue is dropped, counted, and told in the log once
// there is room again.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/base/result.h"
#include "gateway/events/tcp_event.h"

namespace otoroshi::gateway {

class EventSink {
 public:
  static constexpr std::size_t default_queue = 16 * 1024;  // events

  // `output` as in the settings: "none", "stdout" or the path of a file, which is created (0640) or appended
  // to. Fails if the file cannot be opened.
  static Result<std::unique_ptr<EventSink>> open(const std::string& output,
                                                 std::size_t queue = default_queue);

  // Writes what is queued, for at most 2 s if the reader of stdout does not read, and joins the thread.
  ~EventSink();
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;

  bool enabled() const { return writer_.joinable(); }  // false for "none": an event need not even be built
  void publish(TcpEvent event);

  // Opens the file anew, for log rotation (SIGHUP); on failure the old one stays in use. Control thread only.
  Result<void> reopen();

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;
  class File;  // an owned descriptor

  EventSink(std::string output, std::size_t queue, std::unique_ptr<File> file);
  void run();
  void write(const std::vector<TcpEvent>& events);
  void write_lines(std::string_view lines, std::size_t count);
  bool wait_writable();
  void lose(std::size_t count, std::string why);
  void report_losses();

  const std::string output_;
  const std::size_t queue_limit_;

  std::mutex mutex_;  // guards the five below
  std::condition_variable changed_;
  std::vector<TcpEvent> queue_;
  std::unique_ptr<File> reopened_;  // waits for the writer to take it
  bool stopping_ = false;
  Clock::time_point give_up_at_;  // once stopping: a reader that does not read is waited for until then

  std::atomic<std::uint64_t> dropped_ = 0;

  // The writer thread's own:
  std::unique_ptr<File> file_;
  std::uint64_t reported_ = 0;  // of dropped_
  std::string why_lost_ = "the queue was full";
  bool inside_line_ = false;  // the last write failed in the middle of a line

  std::thread writer_;
};

}  // namespace otoroshi::gateway
