#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tests/bench/load_generator/event_loop.h"
#include "tests/bench/load_generator/tls.h"

namespace otoroshi::bench {

enum class Mode { plain, passthrough, terminate };

// How clients enter the proxy: its port, and what they say first.
class Entrance {
 public:
  // PassThrough clients use the server names 0 … names-1 in turn.
  Entrance(Mode mode, std::uint16_t port, unsigned names);

  Mode mode() const { return mode_; }
  std::uint16_t port() const { return port_; }
  Tls new_tls() const;
  // What a client sends first (inside TLS, if it does the handshake); the target answers it with one byte. In
  // PassThrough it is a ClientHello: it is all of TLS that such a proxy reads, and what follows may as well
  // be plain. Real TLS on both sides would keep the load's core busy, and the proxy idle. Valid until the
  // next call.
  std::string_view next_opening();
  std::size_t opening_size();

 private:
  Mode mode_;
  std::uint16_t port_;
  unsigned names_;
  unsigned turn_ = 0;
  TlsContext context_;
  ClientHello hello_;
};

// One client connection through the proxy: connects, does the handshake, sends the opening, waits for the
// answer; then a kind of work, derived from it, takes over.
class Client : public Watcher {
 public:
  Client(EventLoop& loop, Entrance& entrance) : loop_(loop), entrance_(entrance) {}

  void open();
  void close();  // in TLS with a close_notify

  void on_ready(std::uint32_t events) final;

 protected:
  virtual void opened() = 0;                    // the answer has come
  virtual void work(std::uint32_t events) = 0;  // the socket is ready, after opened()

  void watch(std::uint32_t events) { loop_.change(socket_, events, *this); }
  // Through TLS where there is TLS; results as those of socket.h.
  std::ptrdiff_t receive(std::span<char> into);
  std::ptrdiff_t send(std::span<const char> bytes);
  // Ends this direction, in TLS with a close_notify; false: no room for it, call again when the socket is
  // writable.
  bool finish();
  // Drops what has come, in TLS without decrypting it: the proxy's work is the same, the load's core stays
  // free.
  std::ptrdiff_t discard() { return discard_some(socket_); }

 private:
  enum class State { connecting, handshake, answer, open };

  bool handshake();
  void send_opening();
  std::ptrdiff_t tls_outcome(int result);

  EventLoop& loop_;
  Entrance& entrance_;
  Fd socket_;
  Tls tls_;
  State state_ = State::connecting;
};

}  // namespace otoroshi::bench
