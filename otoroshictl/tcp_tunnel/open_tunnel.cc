#include "otoroshictl/tcp_tunnel/open_tunnel.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "common/net/dial.h"
#include "common/net/prefixed_stream.h"
#include "common/net/stream_io.h"
#include "common/net/tls_stream.h"
#include "common/net/websocket_stream.h"
#include "common/text/duration.h"
#include "common/tunnel/upgrade.h"

namespace otoroshi::ctl {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t read_size = 4096;
constexpr std::size_t max_refusal_body = 16 * 1024;  // more than any sentence

// An answer's head, and the bytes that came behind it.
struct Answer {
  tunnel::Response head;
  std::vector<std::byte> rest;
};

// Appends what comes; false: the peer has ended.
Task<Result<bool>> read_more(Stream& stream, std::vector<std::byte>& bytes) {
  const auto had = bytes.size();
  bytes.resize(had + read_size);
  const MutableBytes room(bytes.data() + had, read_size);
  auto got = co_await read_some(stream, room);
  bytes.resize(had + (got ? *got : 0));
  if (!got) co_return std::unexpected(std::move(got.error()));
  co_return *got > 0;
}

Task<Result<Answer>> read_answer(Stream& stream, const std::string& key) {
  std::vector<std::byte> bytes;
  for (;;) {
    auto more = co_await read_more(stream, bytes);
    if (!more) co_return std::unexpected(std::move(more.error()));
    if (!*more) co_return fail(ErrorCode::reset, Side::target, "it closed the connection");
    auto response = tunnel::inspect_response(bytes, key);
    if (!response) co_return std::unexpected(std::move(response.error()));
    if (!*response) continue;
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>((*response)->head_bytes));
    co_return Answer{std::move(**response), std::move(bytes)};
  }
}

// As much of a refusal's body as comes: a sentence that is cut short is better than none.
Task<std::string> read_body(Stream& stream, Answer& answer) {
  const auto wanted = std::min(answer.head.content_length.value_or(max_refusal_body), max_refusal_body);
  while (answer.rest.size() < wanted) {
    const auto more = co_await read_more(stream, answer.rest);
    if (!more || !*more) break;
  }
  co_return std::string(as_text(Bytes(answer.rest).first(std::min(answer.rest.size(), wanted))));
}

// "401 Unauthorized"
std::string status_text(const tunnel::Response& response) {
  const auto status = std::to_string(response.status);
  return response.reason.empty() ? status : status + ' ' + response.reason;
}

// Opens one tunnel; what its steps share.
class Opening {
 public:
  Opening(BridgeContext& context, Stream& local)
      : context_(context), local_(local), options_(context.options) {}

  Task<std::expected<StreamPtr, OpeningFailure>> run() {
    const auto began = Clock::now();
    auto credentials = read_credentials(options_.access);
    if (!credentials) co_return std::unexpected(OpeningFailure{std::move(credentials.error().sentence)});

    auto dialled = co_await dial_first_hop();
    if (!dialled) co_return std::unexpected(std::move(dialled.error()));
    stream_ = std::move(*dialled);
    const auto left = std::max<Clock::duration>(options_.connect_timeout - (Clock::now() - began), 1ms);
    Deadline deadline(context_.worker.timers(), left, *stream_, silence());

    if (options_.proxy) {
      auto failure = co_await pass_proxy();
      if (failure) co_return std::unexpected(std::move(*failure));
    }
    if (context_.tls) {
      auto failure = co_await enter_tls();
      if (failure) co_return std::unexpected(std::move(*failure));
    }
    auto failure = co_await upgrade(*credentials);
    if (failure) co_return std::unexpected(std::move(*failure));
    co_return std::move(stream_);
  }

 private:
  using Failure = std::optional<OpeningFailure>;  // nullopt: the step is done

  // Who is spoken to first.
  const HostPort& first_hop() const { return options_.proxy ? options_.proxy->address : options_.gateway; }
  std::string gateway() const { return "the gateway at " + to_text(options_.gateway); }
  std::string peer() const {
    return options_.proxy ? "the proxy at " + to_text(first_hop()) + " (HTTPS_PROXY)" : gateway();
  }
  std::string_view setting() const { return options_.proxy ? "HTTPS_PROXY" : "--host"; }

  Error silence() const {
    return {ErrorCode::timed_out, Side::target,
            gateway() + " did not answer within " + duration_text(options_.connect_timeout) +
                " (--connect-timeout): is it reachable from here, and does the remote service answer?"};
  }

  // `sentence` of an error that a step ended with, unless it is the deadline's.
  static OpeningFailure failure(const Error& error, std::string sentence) {
    return {error.code == ErrorCode::timed_out ? error.sentence : std::move(sentence)};
  }

  Task<std::expected<StreamPtr, OpeningFailure>> dial_first_hop() {
    DialOptions dial_options;
    dial_options.limit = options_.connect_timeout;
    dial_options.on_behalf_of = &local_;
    auto dialled =
        co_await dial(context_.worker, context_.resolver, first_hop().host, first_hop().port, dial_options);
    if (!dialled) co_return std::unexpected(not_reached(dialled.error()));
    co_return std::move(dialled->stream);
  }

  OpeningFailure not_reached(const Error& error) const {
    if (error.side == Side::client) return {error.sentence, OpeningFailure::By::user};
    const auto because = " (" + error.sentence + ')';
    switch (error.code) {
      case ErrorCode::unknown_host:
        return {peer() + " has a name that does not resolve: is " + std::string(setting()) + " right?" +
                because};
      case ErrorCode::refused:
        return {peer() + " refused the connection: is it running, and is the port of " +
                std::string(setting()) + " right?" + because};
      case ErrorCode::timed_out:
        return {silence().sentence};
      case ErrorCode::limit:
        return {error.sentence + "; a higher limit of descriptors may help (ulimit -n)"};
      default:
        return {peer() + " cannot be reached" + because};
    }
  }

  Task<Failure> pass_proxy() {
    const auto request = connect_request(*options_.proxy, options_.gateway);
    const auto bytes = as_bytes(request);
    auto written = co_await write_all(*stream_, bytes);
    if (!written) co_return failure(written.error(), peer() + " broke the connection off");
    const std::string no_key;
    auto answer = co_await read_answer(*stream_, no_key);
    if (!answer)
      co_return failure(answer.error(),
                        peer() + " gave no HTTP answer to CONNECT: " + answer.error().sentence);
    if (answer->head.status / 100 != 2)
      co_return OpeningFailure{peer() + " refused the way to " + to_text(options_.gateway) + ": " +
                               status_text(answer->head)};
    stream_ = with_prefix(std::move(stream_), std::move(answer->rest));
    co_return std::nullopt;
  }

  Task<Failure> enter_tls() {
    auto ssl = context_.tls->new_ssl(options_.gateway.host, options_.insecure);
    auto tls = std::make_unique<TlsStream>(context_.worker, std::move(stream_), std::move(ssl), Side::target);
    auto& session = *tls;
    session.take_fin_for_an_end();
    stream_ = std::move(tls);
    auto done = co_await session.handshake();
    if (done) co_return std::nullopt;
    const auto& error = done.error();
    const auto advice = error.code == ErrorCode::untrusted
                            ? "; --ca-file names an authority to trust, --insecure takes any certificate"
                            : "; is --tls right, and the port of --host?";
    co_return failure(error, "no TLS with " + gateway() + ": " + told_of_gateway(error) + advice);
  }

  Task<Failure> upgrade(const Credentials& credentials) {
    const auto request = tunnel::make_request(tunnel::Ask{
        .host = options_.host_header,
        .target =
            tunnel::tunnel_target(options_.remote_host, options_.remote_port, credentials.session_token),
        .authorization = credentials.authorization});
    const auto bytes = as_bytes(request.head);
    auto written = co_await write_all(*stream_, bytes);
    if (!written) co_return no_answer(written.error());
    auto answer = co_await read_answer(*stream_, request.key);
    if (!answer) co_return no_answer(answer.error());
    if (answer->head.status != 101) {
      const auto body = co_await read_body(*stream_, *answer);
      co_return refusal(answer->head, body);
    }
    if (!answer->head.accepted)
      co_return OpeningFailure{gateway() + " speaks no WebSocket: " + answer->head.accepted.error().sentence};
    enter_websocket(std::move(*answer));
    co_return std::nullopt;
  }

  OpeningFailure no_answer(const Error& error) const {
    const std::string advice =
        options_.tls ? ": is --host right?" : ": is --host right, or does it want --tls?";
    return failure(error,
                   gateway() + " did not answer the upgrade (" + told_of_gateway(error) + ')' + advice);
  }

  OpeningFailure refusal(const tunnel::Response& response, const std::string& body) const {
    const auto sentence = tunnel::sentence_of_refusal(body);
    const auto answered = status_text(response) + (sentence.empty() ? "" : ": " + sentence);
    if (response.status >= 400) return {"the gateway refused: " + answered, OpeningFailure::By::gateway};
    return {gateway() + " does not open tunnels: is --host right? It answered " + answered,
            OpeningFailure::By::gateway};
  }

  void enter_websocket(Answer answer) {
    if (!answer.head.half_close)
      spdlog::debug("the gateway carries no half-close: the end of what is sent is kept back for a while");
    WebSocketOptions websocket;
    websocket.role = tunnel::Role::client;
    websocket.peer = "gateway";
    websocket.peer_half_close = answer.head.half_close;
    if (answer.head.ping_interval) websocket.ping_interval = *answer.head.ping_interval;
    stream_ = with_prefix(std::move(stream_), std::move(answer.rest));
    stream_ = std::make_unique<WebSocketStream>(context_.worker, std::move(stream_), Side::target, websocket);
  }

  BridgeContext& context_;
  Stream& local_;
  const TunnelOptions& options_;
  StreamPtr stream_;  // the innermost is TCP; each step wraps another around it
};

}  // namespace

Task<std::expected<StreamPtr, OpeningFailure>> open_tunnel(BridgeContext& context, Stream& local) {
  Opening opening(context, local);
  co_return co_await opening.run();
}

std::string told_of_gateway(const Error& error) {
  constexpr std::string_view target = "the target ";
  auto sentence = error.sentence;
  if (sentence.starts_with(target)) sentence.replace(0, target.size(), "the gateway ");
  return sentence;
}

}  // namespace otoroshi::ctl
