#include "tests/bench/load_generator/client.h"

#include <openssl/err.h>
#include <sys/epoll.h>

namespace otoroshi::bench {

Entrance::Entrance(Mode mode, std::uint16_t port, unsigned names)
    : mode_(mode), port_(port), names_(names), context_(client_context()), hello_(*context_) {}

Tls Entrance::new_tls() const {
  Tls tls(SSL_new(context_.get()));
  SSL_set_tlsext_host_name(tls.get(), server_name(0).c_str());
  return tls;
}

std::string_view Entrance::next_opening() {
  if (mode_ != Mode::passthrough) return "?";
  return hello_.with_name(turn_++ % names_);
}

std::size_t Entrance::opening_size() {
  return mode_ == Mode::passthrough ? hello_.with_name(0).size() : std::size_t{1};
}

void Client::open() {
  state_ = State::connecting;
  socket_ = connect_to(entrance_.port());
  loop_.add(socket_, EPOLLOUT, *this);
}

void Client::close() {
  if (tls_) SSL_shutdown(tls_.get());
  tls_.reset();
  socket_.reset();
}

void Client::on_ready(std::uint32_t events) {
  switch (state_) {
    case State::connecting:
      check_connected(socket_);
      if (entrance_.mode() == Mode::terminate) {
        tls_ = entrance_.new_tls();
        SSL_set_fd(tls_.get(), socket_.get());
      }
      state_ = State::handshake;
      [[fallthrough]];
    case State::handshake:
      if (handshake()) send_opening();
      return;
    case State::answer: {
      char byte;
      const std::ptrdiff_t got = receive(std::span(&byte, 1));
      if (got == kEnd) die("the proxy closed a connection instead of serving it");
      if (got == kWouldBlock) return;
      state_ = State::open;
      opened();
      return;
    }
    case State::open:
      work(events);
  }
}

// True when there is nothing (more) to negotiate.
bool Client::handshake() {
  if (!tls_) return true;
  const int result = SSL_connect(tls_.get());
  if (result == 1) return true;
  watch(SSL_get_error(tls_.get(), result) == SSL_ERROR_WANT_WRITE ? EPOLLOUT : EPOLLIN);
  tls_outcome(result);
  return false;
}

void Client::send_opening() {
  const std::string_view opening = entrance_.next_opening();
  if (send(opening) != static_cast<std::ptrdiff_t>(opening.size())) die("an opening did not fit its socket");
  state_ = State::answer;
  watch(EPOLLIN);
}

std::ptrdiff_t Client::receive(std::span<char> into) {
  if (!tls_) return receive_some(socket_, into);
  return tls_outcome(SSL_read(tls_.get(), into.data(), static_cast<int>(into.size())));
}

std::ptrdiff_t Client::send(std::span<const char> bytes) {
  if (!tls_) return send_some(socket_, bytes);
  return tls_outcome(SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())));
}

bool Client::finish() {
  if (tls_ && SSL_shutdown(tls_.get()) < 0) return false;
  finish_sending(socket_);
  return true;
}

std::ptrdiff_t Client::tls_outcome(int result) {
  if (result > 0) return result;
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return kWouldBlock;
    case SSL_ERROR_ZERO_RETURN:
      return kEnd;
    default: {
      const char* const reason = ERR_reason_error_string(ERR_get_error());
      die(std::string("TLS failed: ") + (reason != nullptr ? reason : "the connection was closed"));
    }
  }
}

}  // namespace otoroshi::bench
