#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace otoroshi::bench {

// Ends the program with exit code 1 and the sentence on stderr. A benchmark that met an error has no result
// to report, so errors are not carried further than this.
[[noreturn]] void die(const std::string& sentence);
// The same, with errno's text behind the sentence.
[[noreturn]] void die_errno(const std::string& sentence);

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return fd_; }
  void reset();

 private:
  int fd_ = -1;
};

// All sockets are non-blocking, IPv4, on loopback, with TCP_NODELAY.

Fd listen_on(std::uint16_t port);
// The next connection of `listener`; an Fd of -1 when none waits.
Fd accept_from(const Fd& listener);
// Starts to connect to 127.0.0.1:port. The source address is one of eight of 127.0.0.0/8, taken in turn: one
// address alone would run out of ports (TIME_WAIT) in a few seconds of short connections.
Fd connect_to(std::uint16_t port);
// Ends the program if the connection that connect_to() started has failed.
void check_connected(const Fd& socket);

// Results of the calls below and of Client's: the number of bytes, or one of these.
constexpr std::ptrdiff_t kWouldBlock = -1;
constexpr std::ptrdiff_t kEnd = 0;

std::ptrdiff_t receive_some(const Fd& socket, std::span<char> into);
std::ptrdiff_t send_some(const Fd& socket, std::span<const char> bytes);
// Receives and drops up to 1 MiB inside the kernel (MSG_TRUNC), so that reading costs the load side little.
std::ptrdiff_t discard_some(const Fd& socket);
void finish_sending(const Fd& socket);

// What bulk work sends, again and again: a constant block, so that making it costs nothing.
std::span<const char> bulk_block();

}  // namespace otoroshi::bench
