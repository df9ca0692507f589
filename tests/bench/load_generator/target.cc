#include "tests/bench/load_generator/target.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>

namespace otoroshi::bench {

class Target::Connection : public Watcher {
 public:
  Connection(Target& target, Fd socket)
      : target_(target),
        socket_(std::move(socket)),
        opening_left_(target.options_.opening_size),
        source_left_(target.options_.source_bytes) {
    target_.loop_.add(socket_, EPOLLIN, *this);
  }

  void on_ready(std::uint32_t events) override {
    if ((events & EPOLLOUT) != 0) {
      send_source();
    } else if (!receive()) {
      ++target_.ended_;
      target_.connections_.erase(socket_.get());  // destroys this
    }
  }

 private:
  // False when the peer has ended its direction.
  bool receive() {
    if (opening_left_ > 0) return receive_opening();
    switch (target_.options_.role) {
      case TargetRole::echo:
        return echo();
      case TargetRole::sink:
        return sink();
      case TargetRole::source:
        return start_source();
    }
    return false;
  }

  bool receive_opening() {
    const std::ptrdiff_t got =
        receive_some(socket_, std::span(buffer_).first(std::min(buffer_.size(), opening_left_)));
    if (got == kEnd) return false;
    if (got == kWouldBlock) return true;
    opening_left_ -= static_cast<std::size_t>(got);
    if (opening_left_ == 0) send_all(std::span(buffer_).first(1));
    return true;
  }

  bool echo() {
    const std::ptrdiff_t got = receive_some(socket_, buffer_);
    if (got > 0) send_all(std::span(buffer_).first(static_cast<std::size_t>(got)));
    return got != kEnd;
  }

  bool sink() {
    const std::ptrdiff_t got = discard_some(socket_);
    if (got > 0) target_.received_ += static_cast<std::uint64_t>(got);
    return got != kEnd;
  }

  bool start_source() {
    const std::ptrdiff_t got = receive_some(socket_, buffer_);
    if (got > 0) target_.loop_.change(socket_, EPOLLOUT, *this);
    return got != kEnd;
  }

  void send_source() {
    const auto block = bulk_block();
    const std::ptrdiff_t sent =
        send_some(socket_, block.first(std::min<std::uint64_t>(block.size(), source_left_)));
    if (sent > 0) source_left_ -= static_cast<std::uint64_t>(sent);
    if (source_left_ > 0) return;
    finish_sending(socket_);
    target_.loop_.change(socket_, EPOLLIN, *this);
  }

  // Answers are small and the socket is otherwise empty, so a short send is not a case to handle but a wrong
  // run.
  void send_all(std::span<const char> bytes) {
    if (send_some(socket_, bytes) != static_cast<std::ptrdiff_t>(bytes.size()))
      die("an echo did not fit its socket");
  }

  Target& target_;
  Fd socket_;
  std::size_t opening_left_;
  std::uint64_t source_left_;
  std::array<char, 1024> buffer_{};
};

Target::Target(EventLoop& loop, const TargetOptions& options)
    : loop_(loop), options_(options), listener_(listen_on(options.port)) {
  loop_.add(listener_, EPOLLIN, *this);
}

Target::~Target() = default;

void Target::on_ready(std::uint32_t) {
  for (Fd socket = accept_from(listener_); socket.get() >= 0; socket = accept_from(listener_)) {
    const int number = socket.get();
    connections_[number] = std::make_unique<Connection>(*this, std::move(socket));
  }
}

}  // namespace otoroshi::bench
