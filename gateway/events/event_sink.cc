#include "gateway/events/event_sink.h"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace otoroshi::gateway {
namespace {

constexpr std::size_t batch_bytes = 64 * 1024;  // lines gathered for one write
// PIPE_BUF: a pipe that polls as writable takes so much without blocking.
constexpr std::size_t pipe_bytes = 4096;
constexpr int poll_interval_ms = 100;  // how soon a blocked writer notices that it should stop
constexpr std::chrono::seconds patience_at_stop{2};

std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

class EventSink::File {
 public:
  static Result<std::unique_ptr<File>> open(const std::string& output) {
    if (output == "stdout") return std::make_unique<File>(STDOUT_FILENO);
    // O_NONBLOCK: opening a named pipe that nobody reads must fail, not wait.
    int descriptor = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0640);
    if (descriptor >= 0) return std::make_unique<File>(descriptor);
    return fail(ErrorCode::io, Side::gateway,
                "events.output: cannot open '" + output + "' for writing: " + reason(errno));
  }

  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ != STDOUT_FILENO) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

Result<std::unique_ptr<EventSink>> EventSink::open(const std::string& output, std::size_t queue) {
  if (output == "none") return std::unique_ptr<EventSink>(new EventSink(output, queue, nullptr));
  auto file = File::open(output);
  if (!file) return std::unexpected(file.error());
  return std::unique_ptr<EventSink>(new EventSink(output, queue, std::move(*file)));
}

EventSink::EventSink(std::string output, std::size_t queue, std::unique_ptr<File> file)
    : output_(std::move(output)), queue_limit_(queue), file_(std::move(file)) {
  if (file_) writer_ = std::thread([this] { run(); });
}

EventSink::~EventSink() {
  if (!enabled()) return;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    give_up_at_ = Clock::now() + patience_at_stop;
  }
  changed_.notify_one();
  writer_.join();
}

void EventSink::publish(TcpEvent event) {
  if (!enabled()) return;
  {
    std::lock_guard lock(mutex_);
    if (queue_.size() >= queue_limit_) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    queue_.push_back(std::move(event));
    if (queue_.size() > 1) return;  // the writer has been woken for an earlier one
  }
  changed_.notify_one();
}

Result<void> EventSink::reopen() {
  if (!enabled() || output_ == "stdout") return {};
  auto file = File::open(output_);
  if (!file) return std::unexpected(file.error());
  {
    std::lock_guard lock(mutex_);
    reopened_ = std::move(*file);
  }
  changed_.notify_one();
  return {};
}

void EventSink::run() {
  std::vector<TcpEvent> events;
  for (bool stopping = false; !stopping;) {
    std::unique_ptr<File> reopened;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || reopened_ || !queue_.empty(); });
      stopping = stopping_;
      reopened = std::move(reopened_);
      events.swap(queue_);
    }
    if (reopened) file_ = std::move(reopened);
    write(events);
    events.clear();
    report_losses();
  }
}

void EventSink::write(const std::vector<TcpEvent>& events) {
  std::string lines;
  std::size_t count = 0;
  for (const auto& event : events) {
    lines += to_json(event);
    lines += '\n';
    ++count;
    if (lines.size() < batch_bytes && count < events.size()) continue;
    write_lines(lines, count);
    lines.clear();
    count = 0;
  }
  if (count > 0) write_lines(lines, count);
}

// A lost batch counts as a whole, though its first lines may have got through.
void EventSink::write_lines(std::string_view lines, std::size_t count) {
  std::string completed;
  if (inside_line_) {
    completed.append("\n").append(lines);
    lines = completed;
  }
  while (!lines.empty()) {
    if (!wait_writable()) {
      lose(count, "its reader does not read");
      return;
    }
    auto written = ::write(file_->descriptor(), lines.data(), std::min(lines.size(), pipe_bytes));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written < 0) {
      lose(count, reason(errno));
      return;
    }
    inside_line_ = lines[static_cast<std::size_t>(written) - 1] != '\n';
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
}

// False once the sink is being closed and has waited long enough.
bool EventSink::wait_writable() {
  for (;;) {
    pollfd poll_for{file_->descriptor(), POLLOUT, 0};
    if (::poll(&poll_for, 1, poll_interval_ms) > 0) return true;
    std::lock_guard lock(mutex_);
    if (stopping_ && Clock::now() >= give_up_at_) return false;
  }
}

void EventSink::lose(std::size_t count, std::string why) {
  dropped_.fetch_add(count, std::memory_order_relaxed);
  why_lost_ = std::move(why);
}

void EventSink::report_losses() {
  auto dropped = this->dropped();
  if (dropped == reported_) return;
  spdlog::warn("events.output: {} events could not be written to '{}': {}", dropped - reported_, output_,
               why_lost_);
  reported_ = dropped;
  why_lost_ = "the queue was full";
}

}  // namespace otoroshi::gateway
