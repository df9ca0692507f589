#include "gateway/admin/admin_socket.h"

#include <string_view>

namespace otoroshi::gateway {

using namespace std::chrono_literals;

namespace {

// Whoever sends at this rate may take longer than request_limit.
constexpr std::size_t sufficient_bytes_a_second = 64 * 1024;

constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";  // RFC 9110 section 15.2.1

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

void AdminSocket::Link::close() {
  std::error_code ignored;
  tcp.close(ignored);
  timer.cancel();
}

}  // namespace otoroshi::gateway
