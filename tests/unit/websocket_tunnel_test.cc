// A whole tunnel: local TCP - client's relay - WebSocket, with and without TLS - server's relay - target's
// TCP.
#include <algorithm>
#include <catch2/catch.hpp>

#include "common/net/prefixed_stream.h"
#include "common/net/relay.h"
#include "common/net/tcp_stream.h"
#include "common/net/tls_context.h"
#include "common/net/tls_stream.h"
#include "common/net/websocket_stream.h"
#include "tests/support/conversation.h"
#include "tests/support/run_task.h"
#include "tests/support/tcp_pair.h"
#include "tests/support/test_pki.h"
#include "tests/support/websocket_frames.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::chrono_literals;
using tunnel::CloseCode;
using tunnel::Role;

namespace {

constexpr std::size_t mib = 1024 * 1024;
const Error over{ErrorCode::shut_down, Side::gateway, "the test is over"};

std::unique_ptr<TcpStream> tcp(Worker& worker, SocketHandle socket, Side side) {
  return std::make_unique<TcpStream>(worker, std::move(socket), side);
}

SslPtr server_ssl() {
  static const auto context = TlsServerContext::make({}).value();
  static const auto store = std::make_shared<CertificateStore>(
      std::vector{parsed(self_signed({.names = {"one.test"}}))}, "one.test");
  return context.new_ssl(store);
}
SslPtr client_ssl() {
  static const auto context = TlsClientContext::make({}).value();
  return context.new_ssl("one.test", true);
}

struct StreamPair {
  StreamPtr client;
  StreamPtr server;
};

StreamPair connect(Worker& worker, bool tls, int buffer_bytes = 0) {
  auto sockets = connect_tcp_pair("127.0.0.1", buffer_bytes);
  auto client = tcp(worker, std::move(sockets.near), Side::target);
  auto server = tcp(worker, std::move(sockets.far), Side::client);
  if (!tls) return {std::move(client), std::move(server)};
  auto tls_client = std::make_unique<TlsStream>(worker, std::move(client), client_ssl(), Side::target);
  auto tls_server = std::make_unique<TlsStream>(worker, std::move(server), server_ssl(), Side::client);
  Outcome<Result<void>> client_done, server_done;
  start_task(tls_client->handshake(), client_done);
  start_task(tls_server->handshake(), server_done);
  REQUIRE(run_until(worker, [&] { return client_done.ended() && server_done.ended(); }));
  REQUIRE(client_done.value->has_value());
  REQUIRE(server_done.value->has_value());
  return {std::move(tls_client), std::move(tls_server)};
}

// One end of the tunnel as its program runs it: the relay, and then what is still on its way.
Task<std::optional<Error>> serve(Worker& worker, StreamPtr client, StreamPtr target, Stream& web_socket) {
  RelayProgress progress;
  auto failure = co_await relay(worker, *client, *target, progress, RelayOptions());
  if (!failure) co_await discard_until_end(worker, web_socket);
  co_return failure;
}

struct Tunnel {
  explicit Tunnel(bool tls, int buffer_bytes = 0) {
    auto local_pair = connect_tcp_pair("127.0.0.1", buffer_bytes);
    auto target_pair = connect_tcp_pair("127.0.0.1", buffer_bytes);
    local = tcp(worker, std::move(local_pair.near), Side::client);
    target = tcp(worker, std::move(target_pair.near), Side::target);
    auto [under_client, under_server] = connect(worker, tls, buffer_bytes);
    auto client =
        std::make_unique<WebSocketStream>(worker, std::move(under_client), Side::target,
                                          WebSocketOptions{.role = Role::client, .peer = "gateway"});
    auto server =
        std::make_unique<WebSocketStream>(worker, std::move(under_server), Side::client, WebSocketOptions{});
    client_end = client.get();
    server_end = server.get();
    start_task(
        serve(worker, tcp(worker, std::move(local_pair.far), Side::client), std::move(client), *client_end),
        client_outcome);
    start_task(
        serve(worker, std::move(server), tcp(worker, std::move(target_pair.far), Side::target), *server_end),
        server_outcome);
  }
  ~Tunnel() {
    if (!client_outcome.ended()) client_end->abort(over);
    if (!server_outcome.ended()) server_end->abort(over);
    run_until(worker, [&] { return client_outcome.ended() && server_outcome.ended(); });
  }

  Worker worker;
  std::unique_ptr<TcpStream> local;
  std::unique_ptr<TcpStream> target;
  Stream* client_end = nullptr;  // while the outcome is open
  Stream* server_end = nullptr;
  Outcome<std::optional<Error>> client_outcome;
  Outcome<std::optional<Error>> server_outcome;
};

}  // namespace

TEST_CASE("bytes pass through a tunnel in both directions at once, and both ends end in order") {
  for (bool tls : {false, true}) {
    for (int buffer_bytes : {0, 10'000}) {
      CAPTURE(tls, buffer_bytes);
      const auto up = random_bytes(buffer_bytes == 0 ? 24 * mib : 2 * mib, 1);
      const auto down = random_bytes(up.size() + 12'345, 2);
      Tunnel tunnel(tls, buffer_bytes);
      Outcome<Result<void>> sent_up, sent_down;
      Outcome<void> received_up, received_down;
      Received at_target, at_local;
      start_task(send_and_finish(*tunnel.local, up), sent_up);
      start_task(send_and_finish(*tunnel.target, down), sent_down);
      start_task(receive_all(*tunnel.target, at_target), received_up);
      start_task(receive_all(*tunnel.local, at_local), received_down);
      REQUIRE(run_until(tunnel.worker, [&] {
        return tunnel.client_outcome.ended() && tunnel.server_outcome.ended() && sent_up.ended() &&
               sent_down.ended() && received_up.ended() && received_down.ended();
      }));
      CHECK(at_target.bytes == up);
      CHECK(at_local.bytes == down);
      CHECK_FALSE(at_target.error);
      CHECK_FALSE(at_local.error);
      CHECK_FALSE(tunnel.client_outcome.value.value());
      CHECK_FALSE(tunnel.server_outcome.value.value());
    }
  }
}

TEST_CASE("the answer to a half-closed question arrives, with Pings that cross the last Close") {
  for (bool tls : {false, true}) {
    for (bool local_asks : {true, false}) {
      CAPTURE(tls, local_asks);
      Tunnel tunnel(tls);
      auto& asking = local_asks ? *tunnel.local : *tunnel.target;
      auto& answering = local_asks ? *tunnel.target : *tunnel.local;
      run_task(tunnel.worker, send_and_finish(asking, bytes_of("question"))).value();
      Received question;
      run_task(tunnel.worker, receive_all(answering, question));
      CHECK(text_of(question.bytes) == "question");
      CHECK_FALSE(question.error);

      // Who has ended still sends Pings, which the other end no longer reads before it closes.
      for (auto* end : {tunnel.client_end, tunnel.server_end}) end->tick(Clock::now() + 1h);
      const auto bytes = random_bytes(3 * mib);
      Outcome<Result<void>> sent;
      start_task(send_and_finish(answering, bytes), sent);
      Received answer;
      run_task(tunnel.worker, receive_all(asking, answer));
      CHECK(answer.bytes == bytes);
      CHECK_FALSE(answer.error);
      REQUIRE(run_until(tunnel.worker,
                        [&] { return tunnel.client_outcome.ended() && tunnel.server_outcome.ended(); }));
      CHECK_FALSE(tunnel.client_outcome.value.value());
      CHECK_FALSE(tunnel.server_outcome.value.value());
    }
  }
}

TEST_CASE("a reset at one end of a tunnel is a reset at the other, with what came before it") {
  for (bool tls : {false, true}) {
    for (bool local_resets : {true, false}) {
      CAPTURE(tls, local_resets);
      Tunnel tunnel(tls);
      auto& resetting = local_resets ? *tunnel.local : *tunnel.target;
      auto& other = local_resets ? *tunnel.target : *tunnel.local;
      run_task(tunnel.worker, write_all(resetting, bytes_of("last words"))).value();
      CHECK(text_of(run_task(tunnel.worker, receive(other, 10))) == "last words");
      resetting.abort(over);
      Received received;
      run_task(tunnel.worker, receive_all(other, received));
      REQUIRE(received.error);
      CHECK(received.error->code == ErrorCode::reset);
      REQUIRE(run_until(tunnel.worker,
                        [&] { return tunnel.client_outcome.ended() && tunnel.server_outcome.ended(); }));
      auto& far = local_resets ? tunnel.server_outcome : tunnel.client_outcome;
      CHECK_THAT(far.value.value()->sentence, Catch::EndsWith("(close code 1011)"));
    }
  }
}

TEST_CASE("what nobody has read yet of a TLS record is read, however many empty frames stand before it") {
  Worker worker;
  auto [client, server] = connect(worker, true);
  WebSocketStream stream(worker, std::move(server), Side::client, {});
  std::string wire;
  for (int count = 0; count < 2000; ++count) wire += frame(Role::client, fin | binary, "");
  wire += frame(Role::client, fin | binary, "words");
  run_task(worker, write_all(*client, as_bytes(wire))).value();
  CHECK(text_of(run_task(worker, receive(stream, 5))) == "words");
}

TEST_CASE("a peer that breaks the protocol gets Close 1002, and the other side a reset") {
  Worker worker;
  auto [peer, under] = connect(worker, false);
  auto [target, far_target] = connect(worker, false);
  WebSocketStream stream(worker, std::move(under), Side::client, {});
  RelayProgress progress;
  Outcome<std::optional<Error>> outcome;
  start_task(relay(worker, stream, *target, progress, {}), outcome);
  const auto wire =
      frame(Role::client, fin | binary, "words") + frame(Role::server, fin | binary, "unmasked");
  run_task(worker, write_all(*peer, as_bytes(wire))).value();
  REQUIRE(run_until(worker, [&] { return outcome.ended(); }));
  CHECK(outcome.value.value()->code == ErrorCode::protocol);
  Received at_target, at_peer;
  run_task(worker, receive_all(*far_target, at_target));
  CHECK(text_of(at_target.bytes) == "words");
  CHECK(at_target.error.has_value());
  run_task(worker, receive_all(*peer, at_peer));
  const auto told = decode_at_once(Role::client, text_of(at_peer.bytes));
  CHECK(told.close_code == CloseCode::protocol_error);
  CHECK_THAT(told.close_reason, Catch::EndsWith("a frame of a client is not masked"));
}
