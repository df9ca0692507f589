#include "common/net/starttls_postgres.h"

#include <catch2/catch.hpp>

#include "common/sniff/postgres.h"
#include "tests/support/conversation.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_task.h"

using namespace otoroshi;
using namespace otoroshi::test;

TEST_CASE("a PostgreSQL server is asked for TLS, and only 'S' is a yes") {
  struct Row {
    const char* answer;
    bool accepted;
    const char* sentence_has;
  };
  const Row rows[] = {{"S", true, ""},
                      {"N", false, "ssl = on"},
                      {"E", false, "did not answer"},
                      {"HTTP/1.1 400", false, "did not answer"},
                      {"", false, "did not answer"}};
  for (const auto& row : rows) {
    CAPTURE(row.answer);
    Worker worker;
    auto pair = make_memory_pair(worker);
    Outcome<Result<void>> asked;
    start_task(ask_postgres_for_tls(*pair.near), asked);
    auto request = run_task(worker, receive(*pair.far, 8));
    CHECK(text_of(request) == std::string_view("\0\0\0\x08\x04\xd2\x16\x2f", 8));
    CHECK_FALSE(asked.ended());
    if (*row.answer) REQUIRE(pair.far->try_write(bytes_of(row.answer)).done());
    REQUIRE(pair.far->try_finish().done());
    REQUIRE(run_until(worker, [&] { return asked.ended(); }));
    REQUIRE(asked.value->has_value() == row.accepted);
    if (row.accepted) continue;
    CHECK(asked.value->error().side == Side::target);
    CHECK(asked.value->error().code == ErrorCode::protocol);
    CHECK_THAT(asked.value->error().sentence, Catch::Contains(row.sentence_has));
  }
}

TEST_CASE("bytes behind the server's yes stay for TLS, which refuses them") {
  Worker worker;
  auto pair = make_memory_pair(worker);
  REQUIRE(pair.far->try_write(bytes_of("Sinjected")).done());
  run_task(worker, ask_postgres_for_tls(*pair.near)).value();
  CHECK(text_of(run_task(worker, receive(*pair.near, 8))) == "injected");
}

TEST_CASE("a server that resets is no refusal of TLS") {
  Worker worker;
  auto pair = make_memory_pair(worker);
  Outcome<Result<void>> asked;
  start_task(ask_postgres_for_tls(*pair.near), asked);
  pair.far->reset();
  REQUIRE(run_until(worker, [&] { return asked.ended(); }));
  REQUIRE_FALSE(*asked.value);
  CHECK(asked.value->error().code == ErrorCode::reset);
}
