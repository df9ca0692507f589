// The event loop of one worker: edge-triggered epoll over its sockets.
//
// Why not Asio's: it arms epoll anew for every wait, sets every socket non-blocking once more, and keeps some
// hundred bytes of operations and state for a socket that waits. Measured before and after, with what went
// along: 40 and 19 system calls a connection, 4.8 and 2.4 KiB for an idle one. Asio stays where speed is no
// matter (signals, the control thread's timers, addresses).
#pragma once

#include <cstdint>
#include <vector>

#include "common/net/socket_handle.h"
#include "common/net/wait.h"

struct epoll_event;

namespace otoroshi {

class Reactor;

// A non-blocking socket that a reactor watches, and that closes itself. What may be done with it is
// remembered from one edge to the next: after an operation that found nothing to do, its user calls
// read_blocked() or write_blocked() and sleeps on the slot. Worker's thread only.
class WatchedSocket {
 public:
  // A socket that is still connecting is watched as well: it becomes writable when there is a result.
  enum class State : std::uint8_t { connected, connecting, listening };
  WatchedSocket(Reactor& reactor, SocketHandle socket, State state = State::connected);
  ~WatchedSocket();
  WatchedSocket(const WatchedSocket&) = delete;
  WatchedSocket& operator=(const WatchedSocket&) = delete;

  int fd() const { return socket_.get(); }  // -1 once closed
  bool is_open() const { return static_cast<bool>(socket_); }

  bool may_read() const { return may_read_; }
  bool may_write() const { return may_write_; }
  bool is_broken() const { return broken_; }
  void read_blocked() { may_read_ = false; }
  void write_blocked() { may_write_ = false; }
  void mark_broken() { broken_ = may_read_ = true; }
  // A read got less than it asked for: there is nothing more, unless the peer has ended its direction behind
  // it, or has sent an urgent byte, in front of which reads stop.
  void read_was_short() { may_read_ = short_reads_mislead_; }

  void arm_readable(Waiter& waiter) { arm(waiter, may_read_, readable_); }
  void arm_writable(Waiter& waiter) { arm(waiter, may_write_, writable_); }
  void arm_broken(Waiter& waiter) { arm(waiter, broken_, broken_slot_); }  // the peer has reset

  // Closes at once; everybody who sleeps here wakes in the next round of the loop.
  void close();

 private:
  friend Reactor;
  void arm(Waiter& waiter, bool already, WaitSlot& slot) {
    if (already || !is_open()) return waiter.wake();
    waiter.sleep_on(slot);
  }

  Reactor& reactor_;
  SocketHandle socket_;
  bool may_read_;
  bool may_write_;
  bool broken_ = false;
  bool short_reads_mislead_ = false;
  WaitSlot readable_;
  WaitSlot writable_;
  WaitSlot broken_slot_;
};

class Reactor {
 public:
  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // Waits for events for at the most `timeout_ms` (-1: without limit) and rings the slots of all that came.
  // Returns how many sockets had something to say.
  std::size_t wait(int timeout_ms);

  // Any thread: makes wait() return.
  void interrupt();

 private:
  friend WatchedSocket;
  void add(WatchedSocket& socket);
  void forget(WatchedSocket& socket);
  void dispatch(WatchedSocket& socket, std::uint32_t events);
  void ring_all(WatchedSocket& socket);
  std::size_t ring_closed();

  SocketHandle epoll_;
  SocketHandle wakeup_;  // an eventfd
  std::vector<epoll_event> events_;
  std::size_t next_event_ = 0;  // of those that wait() is working through
  std::size_t event_count_ = 0;
  WatchedSocket* current_ = nullptr;    // null once it is destroyed by somebody who woke
  std::vector<WatchedSocket*> closed_;  // whose sleepers wake in the next round
};

}  // namespace otoroshi
