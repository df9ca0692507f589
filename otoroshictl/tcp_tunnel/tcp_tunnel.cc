#include "otoroshictl/tcp_tunnel/tcp_tunnel.h"

#include <spdlog/spdlog.h>

#include <csignal>
#include <latch>

#include "common/base/read_file.h"
#include "common/net/listening_socket.h"
#include "common/net/tcp_stream.h"
#include "common/text/quoted.h"
#include "otoroshictl/tcp_tunnel/local_listener.h"

namespace otoroshi::ctl {

using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr auto check_interval = 20ms;
// How long connections may take to notice that they were aborted.
constexpr auto abort_limit = 1s;

Result<std::string> read_pem(const char* option, const std::string& path) {
  auto text = read_file(path);
  if (!text) text.error().sentence = std::string(option) + ": " + quoted(path) + ' ' + text.error().sentence;
  return text;
}

Result<CertificatePtr> read_client_certificate(const TunnelOptions& options) {
  auto chain = read_pem("--client-cert", options.client_cert);
  if (!chain) return std::unexpected(std::move(chain.error()));
  auto key = read_pem("--client-key", options.client_key);
  if (!key) return std::unexpected(std::move(key.error()));
  auto certificate = parse_certificate(*chain, *key, options.client_cert);
  if (!certificate) {
    certificate.error().code = ErrorCode::bad_input;
    certificate.error().sentence.insert(0, "--client-cert, --client-key: ");
  }
  return certificate;
}

// Blocks on the resolver, if it is a name.
Result<tcp::endpoint> local_address(asio::io_context& control, const TunnelOptions& options) {
  std::error_code error;
  const auto found = tcp::resolver(control).resolve(options.local_host, std::to_string(options.local_port),
                                                    tcp::resolver::passive, error);
  if (error || found.empty())
    return fail(ErrorCode::bad_input, Side::client,
                "--local-host: " + quoted(options.local_host) + " does not resolve: " + error.message());
  return found.begin()->endpoint();
}

}  // namespace

TcpTunnel::TcpTunnel(TunnelOptions options, std::uint64_t descriptors)
    : options_(std::move(options)), descriptors_(descriptors), signals_(control_), timer_(control_) {}

TcpTunnel::~TcpTunnel() {
  worker_.stop();
  worker_.join();
}

Result<void> TcpTunnel::start() {
  if (auto made = make_tls(); !made) return made;
  // Files of secrets are read again for every connection; one that is missing already is told now.
  if (auto credentials = read_credentials(options_.access); !credentials)
    return std::unexpected(std::move(credentials.error()));
  context_.emplace(options_, worker_, resolver_, tls_ ? &*tls_ : nullptr);
  watch_signals();
  return options_.stdio ? take_standard_streams() : listen();
}

Result<void> TcpTunnel::make_tls() {
  if (!options_.tls) return {};
  TlsClientContext::Options tls;
  tls.resume_sessions = true;
  tls.ca_file = options_.ca_file;
  if (!tls.ca_file.empty())  // OpenSSL would tell a missing file by a number
    if (auto text = read_pem("--ca-file", tls.ca_file); !text)
      return std::unexpected(std::move(text.error()));
  if (!options_.client_cert.empty()) {
    auto certificate = read_client_certificate(options_);
    if (!certificate) return std::unexpected(std::move(certificate.error()));
    tls.certificate = std::move(*certificate);
  }
  auto context = TlsClientContext::make(tls);
  if (!context) {
    context.error().code = ErrorCode::bad_input;
    return std::unexpected(std::move(context.error()));
  }
  tls_ = std::move(*context);
  return {};
}

Result<void> TcpTunnel::listen() {
  auto address = local_address(control_, options_);
  if (!address) return std::unexpected(std::move(address.error()));
  auto socket = listen_on(*address, SocketOptions{}, PortSharing::exclusive);
  if (!socket) {
    socket.error().sentence += "; --local-host and --local-port choose another address";
    return std::unexpected(std::move(socket.error()));
  }
  const auto bound = local_endpoint(socket->get());
  worker_.start();
  std::latch accepting(1);
  worker_.post([&] {
    accepting_ = accept_bridges(*context_, std::move(*socket), descriptors_);
    accepting.count_down();
  });
  accepting.wait();
  spdlog::info("TCP tunnel listening on {} → {} via Otoroshi ({})",
               to_text(HostPort{bound.address().to_string(), bound.port()}), remote_text(options_),
               options_.gateway_text);
  spdlog::info("TCP tunnel ready, waiting for connections ...");
  return {};
}

Result<void> TcpTunnel::take_standard_streams() {
  auto streams = StandardStreams::open();
  if (!streams) return std::unexpected(std::move(streams.error()));
  standard_streams_.emplace(std::move(*streams));
  worker_.start();
  worker_.post([this] {
    spawn(carry_standard_streams());
    standard_streams_->begin_copying([this](const Error& why) {
      spdlog::error("{}", why.sentence);
      abort_bridges(why);
    });
  });
  return {};
}

Task<> TcpTunnel::carry_standard_streams() {
  auto local = std::make_unique<TcpStream>(worker_, standard_streams_->take_socket(), Side::client);
  const auto ending = co_await bridge_connection(*context_, std::move(local));
  asio::post(control_, [this, ending] {
    ending_ = ending;
    control_.stop();
  });
}

std::optional<Ending> TcpTunnel::run() {
  control_.run();
  if (stopping_) return std::nullopt;
  // A connection may be over before stdout refuses the last of it.
  return standard_streams_->wait_until_written() ? ending_ : Ending::failed;
}

void TcpTunnel::watch_signals() {
  for (const int signal : {SIGTERM, SIGINT}) signals_.add(signal);
  signals_.async_wait([this](std::error_code error, int) {
    if (error) return;
    if (!stopping_ && !options_.stdio) {
      stop();
    } else if (!give_up_at_) {
      abort_bridges({ErrorCode::shut_down, Side::gateway, "otoroshictl was stopped"});
      give_up_at_ = Clock::now() + abort_limit;
      if (!stopping_) wait_for_bridges();
      stopping_ = true;
    }
    watch_signals();
  });
}

void TcpTunnel::stop() {
  stopping_ = true;
  std::latch closed(1);
  worker_.post([&] {
    accepting_.reset();
    worker_.post([&] { closed.count_down(); });  // a round later: then its coroutine has ended, too
  });
  closed.wait();
  if (const auto live = context_->bridges.size(); live > 0)
    spdlog::info("no new connections; {} {} still open, a second Ctrl-C ends {} at once", live,
                 live == 1 ? "is" : "are", live == 1 ? "it" : "them");
  wait_for_bridges();
}

void TcpTunnel::wait_for_bridges() {
  if (context_->bridges.size() == 0 || (give_up_at_ && Clock::now() >= *give_up_at_)) return control_.stop();
  timer_.expires_after(check_interval);
  timer_.async_wait([this](std::error_code error) {
    if (!error) wait_for_bridges();
  });
}

void TcpTunnel::abort_bridges(const Error& why) {
  worker_.post([this, why] { context_->bridges.abort_all(why); });
}

}  // namespace otoroshi::ctl
