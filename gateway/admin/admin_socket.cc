#include "gateway/admin/admin_socket.h"

#include <array>
#include <string_view>

#include "gateway/admin/request_head.h"

namespace otoroshi::gateway {

using namespace std::chrono_literals;

namespace {

// Whoever sends at this rate may take longer than request_limit.
constexpr std::size_t sufficient_bytes_a_second = 64 * 1024;

constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";  // RFC 9110 section 15.2.1

// Of what a client is still sending while it is told that its connection ends.
constexpr auto drain_limit = 2s;
constexpr std::size_t drained_at_most = 4 * 1024 * 1024;

// Its phrase is for nobody (RFC 9112 section 4).
std::string last_answer(const AdminResponse& response) {
  return std::string("HTTP/1.1 ").append(std::to_string(response.status)) +
         " Refused\r\nContent-Type: " + response.content_type +
         "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\nConnection: close\r\n\r\n" +
         response.body;
}

}  // namespace

thread_local AdminSocket::Parsing* AdminSocket::current_ = nullptr;

AdminSocket::Link::Link(Tcp socket, AdminTls context, std::shared_ptr<void> connection_place,
                        AdminService& service)
    : place(std::move(connection_place)),
      tcp(std::move(socket)),
      tls_context(std::move(context)),
      timer(tcp.get_executor()),
      parsing{service, tcp.get_executor()} {
  if (tls_context) tls.emplace(tcp, *tls_context);
}

void AdminSocket::Link::must_happen_within(std::chrono::steady_clock::duration limit) {
  timer.expires_after(limit);
  watch();
}

void AdminSocket::Link::watch() {
  timer.async_wait([weak = weak_from_this()](std::error_code error) {
    const auto link = error ? nullptr : weak.lock();
    // The handler of an earlier limit may have been on its way when a later one was set.
    if (link && link->timer.expiry() <= std::chrono::steady_clock::now()) link->close();
  });
}

void AdminSocket::Link::has_read(std::size_t bytes) {
  if (is_writing || bytes == 0) return;
  timer.expires_at(timer.expiry() + bytes * std::chrono::nanoseconds(1s) / sufficient_bytes_a_second);
  watch();
}

void AdminSocket::Link::send_continue() {
  // Not into an answer that is on its way: the client then goes on when it is tired of waiting.
  if (!std::exchange(parsing.wants_continue, false) || is_writing) return;
  with_stream([this](auto& stream) {
    asio::async_write(stream, asio::buffer(continue_response),
                      [link = shared_from_this()](std::error_code, std::size_t) {});
  });
}

bool AdminSocket::Watch::close_if_idle() {
  const auto link = link_.lock();
  if (!link || link->is_writing || link->parsing.owes_answer || link->parsing.body.is_wanted()) return false;
  link->close();
  return true;
}

void AdminSocket::Link::end() {
  if (std::exchange(is_ending, true)) return;
  const bool may_refuse = parsing.is_reading && !parsing.owes_answer && !is_writing;
  if (may_refuse) {
    refuse();
  } else {
    drain();
  }
}

void AdminSocket::Link::refuse() {
  refusal_ = last_answer(parsing.refusal ? *parsing.refusal : refuse_unreadable());
  must_happen_within(write_limit);
  with_stream([this](auto& stream) {
    asio::async_write(stream, asio::buffer(refusal_),
                      [link = shared_from_this()](std::error_code, std::size_t) { link->drain(); });
  });
}

void AdminSocket::Link::drain() {
  std::error_code ignored;
  tcp.shutdown(Tcp::shutdown_send, ignored);
  must_happen_within(drain_limit);
  drop_more();
}

void AdminSocket::Link::drop_more() {
  static std::array<char, 16 * 1024> nobody_reads;
  tcp.async_read_some(asio::buffer(nobody_reads),
                      [link = shared_from_this()](std::error_code error, std::size_t bytes) {
                        link->dropped_ += bytes;
                        if (error || link->dropped_ > drained_at_most) return link->close();
                        link->drop_more();
                      });
}

void AdminSocket::Link::close() {
  std::error_code ignored;
  tcp.close(ignored);
  timer.cancel();
}

}  // namespace otoroshi::gateway
