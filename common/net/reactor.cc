#include "common/net/reactor.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace otoroshi {
namespace {

constexpr std::size_t events_in_a_round = 256;

[[noreturn]] void throw_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

WatchedSocket::WatchedSocket(Reactor& reactor, SocketHandle socket, State state)
    : reactor_(reactor),
      socket_(std::move(socket)),
      may_read_(state != State::connecting),
      may_write_(state == State::connected) {
  reactor_.add(*this);
}

WatchedSocket::~WatchedSocket() {
  reactor_.forget(*this);
}

void WatchedSocket::close() {
  if (!is_open()) return;
  socket_ = SocketHandle();  // leaves the epoll set with its last descriptor
  may_read_ = may_write_ = broken_ = true;
  reactor_.closed_.push_back(this);
}

Reactor::Reactor()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wakeup_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      events_(events_in_a_round) {
  if (!epoll_ || !wakeup_) throw_errno("epoll_create1 or eventfd");
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.ptr = nullptr;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wakeup_.get(), &event) != 0) throw_errno("epoll_ctl");
}

Reactor::~Reactor() = default;

void Reactor::add(WatchedSocket& socket) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &socket;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.fd(), &event) != 0) throw_errno("epoll_ctl");
}

void Reactor::forget(WatchedSocket& socket) {
  if (current_ == &socket) current_ = nullptr;
  for (auto index = next_event_; index < event_count_; ++index) {
    if (events_[index].data.ptr == &socket) events_[index].data.ptr = nullptr;
  }
  std::erase(closed_, &socket);
}

std::size_t Reactor::wait(int timeout_ms) {
  auto count = ring_closed();
  if (count > 0) timeout_ms = 0;
  auto got = ::epoll_wait(epoll_.get(), events_.data(), static_cast<int>(events_.size()), timeout_ms);
  event_count_ = got > 0 ? static_cast<std::size_t>(got) : 0;
  for (next_event_ = 0; next_event_ < event_count_;) {
    auto& event = events_[next_event_++];
    if (auto* socket = static_cast<WatchedSocket*>(event.data.ptr)) dispatch(*socket, event.events);
  }
  count += event_count_;
  event_count_ = 0;
  return count;
}

void Reactor::interrupt() {
  // Edge-triggered, so nobody has to read the counter; every write is an edge.
  std::uint64_t one = 1;
  auto written = ::write(wakeup_.get(), &one, sizeof one);
  (void)written;
}

void Reactor::dispatch(WatchedSocket& socket, std::uint32_t events) {
  constexpr std::uint32_t over = EPOLLERR | EPOLLHUP;
  if (events & (EPOLLIN | EPOLLRDHUP | over)) socket.may_read_ = true;
  if (events & (EPOLLRDHUP | EPOLLPRI | over)) socket.short_reads_mislead_ = true;
  if (events & (EPOLLOUT | over)) socket.may_write_ = true;
  if (events & EPOLLERR) socket.broken_ = true;
  ring_all(socket);
}

// Whoever wakes may destroy the socket.
void Reactor::ring_all(WatchedSocket& socket) {
  current_ = &socket;
  if (socket.may_read_) socket.readable_.ring();
  if (current_ && socket.may_write_) socket.writable_.ring();
  if (current_ && socket.broken_) socket.broken_slot_.ring();
  current_ = nullptr;
}

std::size_t Reactor::ring_closed() {
  std::size_t count = 0;
  for (; !closed_.empty(); ++count) {
    auto* socket = closed_.back();
    closed_.pop_back();
    ring_all(*socket);
  }
  return count;
}

}  // namespace otoroshi
