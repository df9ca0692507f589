#include "common/net/tls_stream.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "common/net/prefixed_stream.h"
#include "common/net/relay.h"
#include "common/net/tls_context.h"
#include "tests/support/conversation.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_task.h"
#include "tests/support/test_pki.h"
#include "tests/support/tls13_record.h"

using namespace otoroshi;
using namespace otoroshi::test;

namespace {

const TlsServerContext& server_context() {
  static const auto context = TlsServerContext::make({}).value();
  return context;
}
const TlsClientContext& client_context() {
  static const auto context = TlsClientContext::make({}).value();
  return context;
}
SslPtr server_ssl() {
  static const auto store = std::make_shared<CertificateStore>(
      std::vector{parsed(self_signed({.names = {"one.test"}}))}, "one.test");
  return server_context().new_ssl(store);
}
SslPtr client_ssl() {
  return client_context().new_ssl("one.test", true);
}

// A TLS server and its client over a connection in memory. The raw ends belong to the TLS streams.
struct Fixture {
  explicit Fixture(std::size_t capacity = 64 * 1024, int version = TLS1_3_VERSION)
      : pair(make_memory_pair(worker, capacity)), raw_server(*pair.near), raw_client(*pair.far) {
    auto ssl = client_ssl();
    SSL_set_max_proto_version(ssl.get(), version);
    server = std::make_unique<TlsStream>(worker, std::move(pair.near), server_ssl(), Side::client);
    client = std::make_unique<TlsStream>(worker, std::move(pair.far), std::move(ssl), Side::target);
  }

  void shake_hands() {
    Outcome<Result<void>> server_done, client_done;
    start_task(server->handshake(), server_done);
    start_task(client->handshake(), client_done);
    REQUIRE(run_until(worker, [&] { return server_done.ended() && client_done.ended(); }));
    REQUIRE(server_done.value->has_value());
    REQUIRE(client_done.value->has_value());
  }

  Worker worker;
  MemoryPair pair;
  MemoryStream& raw_server;
  MemoryStream& raw_client;
  std::unique_ptr<TlsStream> server;
  std::unique_ptr<TlsStream> client;
};

}  // namespace

TEST_CASE("bytes arrive through TLS as they were sent, whatever the streams take at once") {
  const std::size_t sizes[] = {1, 5, 100, 4096, 65'536, 300'000};
  std::mt19937 random(5);
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (auto capacity : sizes) {
      Fixture fixture(capacity, version);
      auto pick = [&] { return sizes[random() % std::size(sizes)]; };
      fixture.raw_server.set_step(pick());
      fixture.raw_client.set_step(pick());
      fixture.shake_hands();
      const auto most = std::min<std::size_t>(500'000, capacity * 2000);
      const auto up = random_bytes(random() % most, random());
      const auto down = random_bytes(random() % most, random());
      CAPTURE(version, capacity, up.size(), down.size());
      Outcome<Result<void>> sent_up, sent_down;
      Outcome<void> received_up, received_down;
      Received at_server, at_client;
      start_task(send_and_finish(*fixture.client, up), sent_up);
      start_task(send_and_finish(*fixture.server, down), sent_down);
      start_task(receive_all(*fixture.server, at_server, pick()), received_up);
      start_task(receive_all(*fixture.client, at_client, pick()), received_down);
      REQUIRE(run_until(fixture.worker, [&] { return received_up.ended() && received_down.ended(); }));
      REQUIRE(at_server.bytes == up);
      REQUIRE(at_client.bytes == down);
      CHECK_FALSE(at_server.error);
      CHECK_FALSE(at_client.error);
    }
  }
}

TEST_CASE("a half-close is a close_notify and an end, and the answer still arrives") {
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (bool client_ends_first : {true, false}) {
      CAPTURE(version, client_ends_first);
      Fixture fixture(64 * 1024, version);
      fixture.shake_hands();
      auto& asking = client_ends_first ? *fixture.client : *fixture.server;
      auto& answering = client_ends_first ? *fixture.server : *fixture.client;
      const auto question = random_bytes(100'000);
      Outcome<Result<void>> sent;
      start_task(send_and_finish(asking, question), sent);
      Received received;
      run_task(fixture.worker, receive_all(answering, received));
      CHECK(received.bytes == question);
      CHECK_FALSE(received.error);
      CHECK((client_ends_first ? fixture.raw_server : fixture.raw_client).was_ended());

      const auto answer = random_bytes(100'000, 2);
      Outcome<Result<void>> answered;
      start_task(send_and_finish(answering, answer), answered);
      Received got;
      run_task(fixture.worker, receive_all(asking, got));
      CHECK(got.bytes == answer);
      CHECK_FALSE(got.error);
    }
  }
}

TEST_CASE("an end without close_notify is an error, but an end where we have finished before") {
  for (bool finished_before : {false, true}) {
    CAPTURE(finished_before);
    Fixture fixture;
    fixture.shake_hands();
    run_task(fixture.worker, write_all(*fixture.client, bytes_of("words"))).value();
    if (finished_before) run_task(fixture.worker, finish(*fixture.server)).value();
    REQUIRE(fixture.raw_client.try_finish().done());
    Received received;
    run_task(fixture.worker, receive_all(*fixture.server, received));
    CHECK(text_of(received.bytes) == "words");
    REQUIRE(received.error.has_value() == !finished_before);
    if (finished_before) continue;
    CHECK(received.error->code == ErrorCode::reset);
    CHECK(received.error->side == Side::client);
    CHECK_THAT(received.error->sentence, Catch::Contains("close_notify"));
  }
}

TEST_CASE("where a FIN may stand for an end, it does so between records and not within one") {
  const std::string_view begun = "\x17\x03\x03\x01\x01sealed";
  for (std::size_t sent : {0, 1, 3, 5, 6, 11}) {
    CAPTURE(sent);
    const bool within_record = sent > 0;
    Fixture fixture;
    fixture.shake_hands();
    fixture.server->take_fin_for_an_end();
    run_task(fixture.worker, write_all(*fixture.client, bytes_of("words"))).value();
    if (within_record) REQUIRE(fixture.raw_client.try_write(as_bytes(begun.substr(0, sent))).done());
    REQUIRE(fixture.raw_client.try_finish().done());
    Received received;
    run_task(fixture.worker, receive_all(*fixture.server, received));
    CHECK(text_of(received.bytes) == "words");
    CHECK(received.error.has_value() == within_record);
    if (!within_record) CHECK(run_task(fixture.worker, write_all(*fixture.server, bytes_of("answer"))));
  }
}

TEST_CASE("a reset underneath is an error, never an end") {
  for (bool finished_before : {false, true}) {
    Fixture fixture;
    fixture.shake_hands();
    fixture.server->take_fin_for_an_end();
    if (finished_before) run_task(fixture.worker, finish(*fixture.server)).value();
    run_task(fixture.worker, write_all(*fixture.client, bytes_of("words"))).value();
    fixture.raw_client.reset();
    Received received;
    run_task(fixture.worker, receive_all(*fixture.server, received));
    CHECK(text_of(received.bytes) == "words");
    REQUIRE(received.error);
    CHECK(received.error->code == ErrorCode::reset);
  }
}

TEST_CASE("bytes that were peeked before the handshake are part of it") {
  for (std::size_t peeked_bytes : {1, 5, 100, 200}) {
    CAPTURE(peeked_bytes);
    Worker worker;
    auto pair = make_memory_pair(worker);
    auto& raw_server = *pair.near;
    TlsStream client(worker, std::move(pair.far), client_ssl(), Side::target);
    Outcome<Result<void>> client_done, server_done;
    start_task(client.handshake(), client_done);
    auto peeked = run_task(worker, receive(raw_server, peeked_bytes));
    REQUIRE(peeked.size() == peeked_bytes);
    TlsStream server(worker, with_prefix(std::move(pair.near), peeked), server_ssl(), Side::client);
    start_task(server.handshake(), server_done);
    REQUIRE(run_until(worker, [&] { return server_done.ended() && client_done.ended(); }));
    CHECK(server_done.value->has_value());
    CHECK(client_done.value->has_value());
  }
}

TEST_CASE("a handshake that fails says why, and tells the peer") {
  Worker worker;
  auto pair = make_memory_pair(worker);
  auto& raw_client = *pair.far;
  TlsStream server(worker, std::move(pair.near), server_ssl(), Side::client);
  Outcome<Result<void>> done;
  start_task(server.handshake(), done);
  SECTION("garbage") {
    REQUIRE(raw_client.try_write(bytes_of("GET / HTTP/1.1\r\nHost: one.test\r\n\r\n")).done());
    REQUIRE(run_until(worker, [&] { return done.ended(); }));
    REQUIRE_FALSE(*done.value);
    CHECK(done.value->error().code == ErrorCode::protocol);
  }
  SECTION("the peer leaves") {
    REQUIRE(raw_client.try_finish().done());
    REQUIRE(run_until(worker, [&] { return done.ended(); }));
    REQUIRE_FALSE(*done.value);
    CHECK(done.value->error().code == ErrorCode::reset);
    CHECK_THAT(done.value->error().sentence, Catch::Contains("during the TLS handshake"));
  }
  SECTION("a deadline") {
    server.abort({ErrorCode::timed_out, Side::client, "too slow"});
    REQUIRE(run_until(worker, [&] { return done.ended(); }));
    REQUIRE_FALSE(*done.value);
    CHECK(done.value->error().sentence == "too slow");
  }
  CHECK(done.value->error().side == Side::client);
}

TEST_CASE("a broken record behind good ones: the good bytes are read, then the error says what was wrong") {
  Fixture fixture;
  fixture.shake_hands();
  run_task(fixture.worker, write_all(*fixture.client, bytes_of("good"))).value();
  REQUIRE(fixture.raw_client.try_write(bytes_of("this is no TLS record at all")).done());
  Received received;
  run_task(fixture.worker, receive_all(*fixture.server, received));
  CHECK(text_of(received.bytes) == "good");
  REQUIRE(received.error);
  CHECK(received.error->code == ErrorCode::protocol);
  CHECK_THAT(received.error->sentence, Catch::Contains("speaks no TLS"));
}

TEST_CASE("records that the connection underneath does not take wait without work, and arrive") {
  Fixture fixture;
  fixture.shake_hands();
  fixture.raw_client.set_capacity(1000);
  const auto bytes = random_bytes(300'000);
  Outcome<Result<void>> sent;
  start_task(send_and_finish(*fixture.server, bytes), sent);
  CHECK(handlers_until_idle(fixture.worker) < 50);
  const auto before = fixture.raw_server.operations();
  CHECK(handlers_until_idle(fixture.worker) < 5);
  CHECK(fixture.raw_server.operations() == before);
  Received received;
  run_task(fixture.worker, receive_all(*fixture.client, received));
  CHECK(received.bytes == bytes);
  CHECK_FALSE(received.error);
}

TEST_CASE("a flush reaches the stream underneath") {
  Fixture fixture;
  fixture.shake_hands();
  fixture.raw_server.hold_flush(true);
  REQUIRE(fixture.server->try_write(bytes_of("hello")).done());
  CHECK(fixture.server->try_flush().would_block());
  CHECK(fixture.server->try_finish().would_block());
  fixture.raw_server.hold_flush(false);
  CHECK(fixture.server->try_flush().done());
}

TEST_CASE("a key update that asks for an answer is answered, also where there was no room for it") {
  for (bool no_room : {false, true}) {
    CAPTURE(no_room);
    Fixture fixture;
    fixture.shake_hands();
    Outcome<std::vector<std::byte>> read, answer;
    start_task(receive(*fixture.server, 10), read);
    start_task(receive(*fixture.client, 6), answer);
    if (no_room) fixture.raw_client.set_capacity(0);
    REQUIRE(SSL_key_update(fixture.client->ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
    run_task(fixture.worker, write_all(*fixture.client, bytes_of("first"))).value();
    run_task(fixture.worker, write_all(*fixture.client, bytes_of("other"))).value();
    REQUIRE(run_until(fixture.worker, [&] { return read.ended(); }));
    CHECK(text_of(*read.value) == "firstother");
    Outcome<Result<void>> answered;
    const auto words = bytes_of("answer");
    start_task(write_all(*fixture.server, words), answered);
    CHECK(handlers_until_idle(fixture.worker) < 20);
    CHECK(answer.ended() == !no_room);
    fixture.raw_client.set_capacity(64 * 1024);
    REQUIRE(run_until(fixture.worker, [&] { return answer.ended(); }));
    CHECK(text_of(*answer.value) == "answer");
  }
}

TEST_CASE("a key update after our own end does no harm") {
  Fixture fixture;
  fixture.shake_hands();
  run_task(fixture.worker, finish(*fixture.server)).value();
  REQUIRE(SSL_key_update(fixture.client->ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
  Outcome<Result<void>> sent;
  start_task(send_and_finish(*fixture.client, bytes_of("still here")), sent);
  Received received;
  run_task(fixture.worker, receive_all(*fixture.server, received));
  CHECK(text_of(received.bytes) == "still here");
  CHECK_FALSE(received.error);
}

namespace {

// Sends what a handshake function of OpenSSL has written.
void push_out(TlsStream& stream) {
  std::byte nothing{};
  stream.try_read({&nothing, 1});
}

void update_key(TlsStream& stream) {
  REQUIRE(SSL_key_update(stream.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1);
  REQUIRE(SSL_do_handshake(stream.ssl()) == 1);
  push_out(stream);
}

}  // namespace

TEST_CASE("records without content do not keep a reader busy for ever") {
  Fixture fixture(8 * 1024 * 1024);
  fixture.shake_hands();
  for (int updates = 0; updates < 20'000; ++updates) update_key(*fixture.client);
  run_task(fixture.worker, write_all(*fixture.client, bytes_of("content"))).value();
  const auto before = fixture.raw_server.operations();
  std::byte nothing{};
  CHECK(fixture.server->try_read({&nothing, 1}).would_block());
  CHECK(fixture.raw_server.operations() - before < 30);
  CHECK(text_of(run_task(fixture.worker, receive(*fixture.server, 7))) == "content");
}

namespace {

// Reads until there is nothing more to read, or the stream has failed.
void read_all_there_is(TlsStream& stream, const MemoryStream& raw) {
  std::byte nothing{};
  while (raw.unread() > 0 && !stream.try_read({&nothing, 1}).error()) {
  }
}

}  // namespace

TEST_CASE("a peer that wants answers and does not read them is not answered for ever") {
  struct Row {
    const char* name;
    int version;
    bool too_many;
  };
  const Row rows[] = {{"some KeyUpdates", TLS1_3_VERSION, false},
                      {"many KeyUpdates", TLS1_3_VERSION, true},
                      {"some HelloRequests", TLS1_2_VERSION, false},
                      {"many HelloRequests", TLS1_2_VERSION, true}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Fixture fixture(64 * 1024 * 1024, row.version);
    fixture.shake_hands();
    handlers_until_idle(fixture.worker);
    const bool by_client = row.version == TLS1_3_VERSION;
    auto& flooder = by_client ? *fixture.client : *fixture.server;
    auto& victim = by_client ? *fixture.server : *fixture.client;
    auto& raw_victim = by_client ? fixture.raw_server : fixture.raw_client;
    (by_client ? fixture.raw_client : fixture.raw_server).set_capacity(0);  // it reads no answer
    SSL_clear_options(flooder.ssl(), SSL_OP_NO_RENEGOTIATION);

    // An answer of either kind is a record of 22 to 40 bytes; 512 KiB of them may wait.
    for (int left = row.too_many ? 30'000 : 1000; left > 0; left -= 1000) {
      for (int i = 0; i < 1000; ++i) {
        REQUIRE((by_client ? SSL_key_update(flooder.ssl(), SSL_KEY_UPDATE_REQUESTED)
                           : SSL_renegotiate(flooder.ssl())) == 1);
        SSL_do_handshake(flooder.ssl());
        push_out(flooder);
      }
      read_all_there_is(victim, raw_victim);
    }
    REQUIRE(victim.is_broken() == row.too_many);
    if (row.too_many) CHECK_THAT(victim.failure().sentence, Catch::Contains("does not read the answers"));
  }
}

TEST_CASE("a flood of records without content leaves the worker's other connections their turn") {
  Fixture fixture(8 * 1024 * 1024);
  fixture.shake_hands();
  handlers_until_idle(fixture.worker);
  for (int updates = 0; updates < 20'000; ++updates) update_key(*fixture.client);
  auto target = make_memory_pair(fixture.worker);
  RelayProgress progress;
  Outcome<std::optional<Error>> outcome;
  const auto before = fixture.raw_server.operations();
  std::size_t reads_at_first_turn = 0;
  start_task(relay(fixture.worker, *fixture.server, *target.near, progress, {}), outcome);
  fixture.worker.post([&] { reads_at_first_turn = fixture.raw_server.operations() - before; });
  REQUIRE(run_until(fixture.worker, [&] { return reads_at_first_turn > 0; }));
  CHECK(reads_at_first_turn < 2000);
  fixture.client.reset();  // without close_notify
  REQUIRE(run_until(fixture.worker, [&] { return outcome.ended(); }));
}

TEST_CASE("a peer that stops in the middle of a TLS 1.3 handshake message keeps no writer busy") {
  Fixture fixture;
  Tls13Client by_hand(fixture.client->ssl());
  fixture.shake_hands();
  handlers_until_idle(fixture.worker);
  const std::string_view key_update("\x18\0\0\1\0", 5);
  const auto beginning = by_hand.record(0, key_update.substr(0, 4), tls_handshake);
  REQUIRE(fixture.raw_client.try_write(beginning).bytes == beginning.size());
  std::byte nothing{};
  REQUIRE(fixture.server->try_read({&nothing, 1}).would_block());

  // OpenSSL writes nothing before it has read the rest.
  const auto words = bytes_of("answer");
  CHECK(fixture.server->try_write(words).would_block());
  {
    Waiter waiter;
    fixture.server->arm_writable(waiter);
    REQUIRE_FALSE(waiter.woken());  // else whoever writes would do so again and again
  }
  Outcome<Result<void>> written;
  start_task(write_all(*fixture.server, words), written);
  CHECK(handlers_until_idle(fixture.worker) < 20);
  const auto rest = by_hand.record(1, key_update.substr(4), tls_handshake);
  REQUIRE(fixture.raw_client.try_write(rest).bytes == rest.size());
  REQUIRE(run_until(fixture.worker, [&] { return written.ended(); }));
  CHECK(written.value->has_value());
  CHECK(text_of(run_task(fixture.worker, receive(*fixture.client, 6))) == "answer");
}
