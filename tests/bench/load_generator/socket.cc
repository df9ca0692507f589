#include "tests/bench/load_generator/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace otoroshi::bench {
namespace {

constexpr int kBacklog = 4096;
constexpr std::uint32_t kSourceAddresses = 8;

// Written once by the loader, never touched again; as large as the largest single send or discard.
std::array<char, std::size_t{1} << 20> block;
constexpr std::size_t kBulkSend = std::size_t{256} << 10;

sockaddr_in loopback(std::uint16_t port, std::uint32_t host = 0) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

void set_option(const Fd& socket, int level, int option) {
  const int on = 1;
  if (setsockopt(socket.get(), level, option, &on, sizeof on) != 0) die_errno("cannot set a socket option");
}

Fd new_socket() {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) die_errno("cannot make a socket (is the descriptor limit high enough?)");
  return socket;
}

std::ptrdiff_t outcome(ssize_t result, const char* doing) {
  if (result >= 0) return result;
  if (errno == EAGAIN || errno == EINTR) return kWouldBlock;
  die_errno(std::string("the connection broke while ") + doing);
}

}  // namespace

void die(const std::string& sentence) {
  std::fprintf(stderr, "load_generator: %s\n", sentence.c_str());
  std::exit(1);
}

void die_errno(const std::string& sentence) {
  die(sentence + ": " + std::strerror(errno));
}

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Fd listen_on(std::uint16_t port) {
  Fd socket = new_socket();
  set_option(socket, SOL_SOCKET, SO_REUSEADDR);
  set_option(socket, IPPROTO_TCP, TCP_NODELAY);  // what is accepted from it inherits this
  const sockaddr_in address = loopback(port);
  if (bind(socket.get(), generic(address), sizeof address) != 0 || listen(socket.get(), kBacklog) != 0) {
    die_errno("cannot listen on 127.0.0.1:" + std::to_string(port));
  }
  return socket;
}

Fd accept_from(const Fd& listener) {
  Fd socket(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.get() < 0 && errno != EAGAIN && errno != ECONNABORTED) die_errno("cannot accept a connection");
  return socket;
}

Fd connect_to(std::uint16_t port) {
  static std::uint32_t turn = 0;
  Fd socket = new_socket();
  set_option(socket, IPPROTO_TCP, TCP_NODELAY);
  // The port is then chosen by connect(), which may reuse one that is taken towards other destinations.
  set_option(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  const sockaddr_in source = loopback(0, 1 + turn++ % kSourceAddresses);
  if (bind(socket.get(), generic(source), sizeof source) != 0) die_errno("cannot bind a source address");
  const sockaddr_in address = loopback(port);
  if (connect(socket.get(), generic(address), sizeof address) != 0 && errno != EINPROGRESS) {
    die_errno("cannot connect to 127.0.0.1:" + std::to_string(port));
  }
  return socket;
}

void check_connected(const Fd& socket) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  errno = error;
  if (error != 0) die_errno("the proxy does not accept the connection");
}

std::ptrdiff_t receive_some(const Fd& socket, std::span<char> into) {
  return outcome(recv(socket.get(), into.data(), into.size(), 0), "receiving");
}

std::ptrdiff_t send_some(const Fd& socket, std::span<const char> bytes) {
  return outcome(send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), "sending");
}

std::ptrdiff_t discard_some(const Fd& socket) {
  return outcome(recv(socket.get(), block.data(), block.size(), MSG_TRUNC), "receiving");
}

void finish_sending(const Fd& socket) {
  if (shutdown(socket.get(), SHUT_WR) != 0) die_errno("the connection broke before its end was sent");
}

std::span<const char> bulk_block() {
  return std::span(block).first(kBulkSend);
}

}  // namespace otoroshi::bench
