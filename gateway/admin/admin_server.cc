#include "gateway/admin/admin_server.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <utility>

#include "common/net/listening_socket.h"
#include "common/net/openssl.h"
#include "common/net/tls_policy.h"
#include "gateway/admin/admin_socket.h"
#include "gateway/admin/http_connections.h"
#include "gateway/config/setting_file.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {

using namespace std::chrono_literals;

namespace {

// After an error of accept(), which is a lack of descriptors or memory.
constexpr auto accept_pause = 100ms;

std::unexpected<Error> unusable(const std::string& setting, const std::string& path) {
  return fail(ErrorCode::bad_input, Side::gateway,
              setting + ": '" + path + "' cannot be used: " + take_openssl_error());
}

Result<AdminTls> load_tls(const GatewayConfig::Admin& settings) {
  if (settings.certificate.empty()) return nullptr;
  if (auto text = read_setting_file("admin.certificate", settings.certificate); !text)
    return std::unexpected(text.error());
  if (auto text = read_setting_file("admin.key", settings.key); !text) return std::unexpected(text.error());
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  auto* native = context->native_handle();
  if (!apply_tls_server_policy(native)) return unusable("admin.certificate", settings.certificate);
  // Nothing is resumed: the context's own key for tickets would live as long as the process.
  ::SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
  ::SSL_CTX_set_num_tickets(native, 0);
  ::SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  if (::SSL_CTX_use_certificate_chain_file(native, settings.certificate.c_str()) != 1)
    return unusable("admin.certificate", settings.certificate);
  // Also compares it with the certificate.
  if (::SSL_CTX_use_PrivateKey_file(native, settings.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return unusable("admin.key", settings.key);
  return context;
}

Result<SocketHandle> listen(const GatewayConfig::Admin& settings) {
  const auto endpoint = to_endpoint({settings.address, settings.port});
  auto socket = listen_on(endpoint, {}, PortSharing::exclusive);
  if (!socket) {
    return fail(socket.error().code, Side::gateway,
                "the admin API (admin.address, admin.port): " + socket.error().sentence);
  }
  return socket;
}

}  // namespace

// Outlives the server while a connection holds its place.
class AdminServer::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& control, SocketHandle socket, AdminTls tls, GatewayConfig::Admin settings,
           AdminService& service)
      : service_(service),
        settings_(std::move(settings)),
        tls_(std::move(tls)),
        acceptor_(control),
        pause_(control) {
    acceptor_.assign(local_endpoint(socket.get()).protocol(), ::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
  }

  void accept() try { accept_next(); } catch (const std::exception& problem) {
    accept_later(problem.what());
  }

  void close() {
    std::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

  Result<void> reload_certificate() {
    accept();  // as accept_later() says
    auto tls = load_tls(settings_);
    if (!tls) return std::unexpected(tls.error());
    tls_ = std::move(*tls);
    return {};
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  void accept_next() {
    if (connections_ >= max_connections) make_room();
    if (connections_ >= max_connections || !acceptor_.is_open() || is_accepting_) return;
    acceptor_.async_accept([self = shared_from_this()](std::error_code error, asio::ip::tcp::socket socket) {
      self->is_accepting_ = false;
      if (error == asio::error::operation_aborted) return;
      if (error) return self->accept_later(error.message().c_str());
      self->serve(std::move(socket));
      self->accept();
    });
    is_accepting_ = true;  // now that it did not throw
  }

  // Whoever only holds connections keeps nobody out. Its place is free when the handlers of the closed one
  // have run, which accepts again.
  void make_room() {
    const auto closed = std::ranges::find_if(watches_, [](auto& watch) { return watch.close_if_idle(); });
    if (closed != watches_.end()) watches_.erase(closed);
  }

  void serve(asio::ip::tcp::socket socket) {
    std::error_code gone;
    const auto peer = socket.remote_endpoint(gone);
    if (gone) return;
    ++connections_;
    const std::shared_ptr<void> place(nullptr, [self = shared_from_this()](void*) {
      --self->connections_;
      self->accept();
    });
    try {
      AdminSocket connection(std::move(socket), tls_, place, service_);
      std::erase_if(watches_, [](const auto& watch) { return watch.is_over(); });
      watches_.push_back(connection.watch());
      http_.start(std::move(connection), peer);
    } catch (const std::exception& problem) {
      spdlog::error("a connection to the admin API was dropped: {}", problem.what());
    }
  }

  // Without memory even for that, whoever ends a connection makes it accept again, and so does SIGHUP.
  void accept_later(const char* why) noexcept try {
    spdlog::debug("the admin API cannot accept a connection: {}", why);
    pause_.expires_after(accept_pause);
    pause_.async_wait([self = shared_from_this()](std::error_code error) {
      if (!error) self->accept();
    });
  } catch (const std::exception& problem) {
    spdlog::error("the admin API does not accept connections for now: {}", problem.what());
  }

  AdminService& service_;
  const GatewayConfig::Admin settings_;
  AdminTls tls_;
  HttpConnections http_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::size_t connections_ = 0;
  std::list<AdminSocket::Watch> watches_;  // the oldest first; some are over
  bool is_accepting_ = false;
};

Result<std::unique_ptr<AdminServer>> AdminServer::open(asio::io_context& control,
                                                       const GatewayConfig::Admin& settings,
                                                       AdminService& service) {
  auto tls = load_tls(settings);
  if (!tls) return std::unexpected(tls.error());
  auto socket = listen(settings);
  if (!socket) return std::unexpected(socket.error());
  auto listener = std::make_shared<Listener>(control, std::move(*socket), std::move(*tls), settings, service);
  listener->accept();
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(listener)));
}

AdminServer::AdminServer(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {}

AdminServer::~AdminServer() {
  listener_->close();
}

Result<void> AdminServer::check_certificate(const GatewayConfig::Admin& settings) {
  if (settings.port == 0) return {};
  if (auto tls = load_tls(settings); !tls) return std::unexpected(tls.error());
  return {};
}

Result<void> AdminServer::reload_certificate() {
  return listener_->reload_certificate();
}

std::uint16_t AdminServer::port() const {
  return listener_->port();
}

}  // namespace otoroshi::gateway
