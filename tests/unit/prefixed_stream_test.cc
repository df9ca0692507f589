#include "common/net/prefixed_stream.h"

#include <catch2/catch.hpp>

#include "tests/support/conversation.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_task.h"

using namespace otoroshi;
using namespace otoroshi::test;

namespace {

struct Fixture {
  explicit Fixture(std::string_view prefix) : far_owner(make_memory_pair(worker)) {
    far = far_owner.far.get();
    stream = with_prefix(std::move(far_owner.near), bytes_of(prefix));
  }
  Worker worker;
  MemoryPair far_owner;
  MemoryStream* far = nullptr;
  StreamPtr stream;
};

}  // namespace

TEST_CASE("the prefix is read first, in pieces of any size, then what follows") {
  for (std::size_t at_once : {1, 2, 3, 6, 7, 100}) {
    CAPTURE(at_once);
    Fixture fixture("prefix");
    REQUIRE(fixture.far->try_write(bytes_of("-and-more")).done());
    REQUIRE(fixture.far->try_finish().done());
    Received received;
    run_task(fixture.worker, receive_all(*fixture.stream, received, at_once));
    CHECK(text_of(received.bytes) == "prefix-and-more");
    CHECK_FALSE(received.error);
  }
}

TEST_CASE("who waits for a stream with a prefix does not sleep, afterwards it does") {
  Fixture fixture("p");
  Outcome<std::vector<std::byte>> first, second;
  auto wait_and_read = [&]() -> Task<std::vector<std::byte>> {
    co_await readable(*fixture.stream);
    co_return co_await receive(*fixture.stream, 1);
  };
  start_task(wait_and_read(), first);
  REQUIRE(first.ended());
  CHECK(text_of(*first.value) == "p");
  start_task(wait_and_read(), second);
  CHECK_FALSE(second.ended());
  REQUIRE(fixture.far->try_write(bytes_of("q")).done());
  REQUIRE(run_until(fixture.worker, [&] { return second.ended(); }));
  CHECK(text_of(*second.value) == "q");
}

TEST_CASE("writing, finishing and aborting go to the stream underneath") {
  Fixture fixture("prefix");
  run_task(fixture.worker, send_and_finish(*fixture.stream, bytes_of("answer"))).value();
  Received received;
  run_task(fixture.worker, receive_all(*fixture.far, received));
  CHECK(text_of(received.bytes) == "answer");
  CHECK(fixture.stream->raw_source().limit == 0);
  CHECK_FALSE(fixture.stream->is_broken());
  fixture.stream->abort({ErrorCode::shut_down, Side::gateway, "killed"});
  CHECK(fixture.stream->is_broken());
  CHECK(fixture.stream->failure().sentence == "killed");
  CHECK(fixture.far->is_broken());
}

TEST_CASE("an aborted stream gives no bytes, whatever is left of its prefix") {
  Fixture fixture("prefix");
  fixture.stream->abort({ErrorCode::shut_down, Side::gateway, "killed"});
  std::byte byte{};
  CHECK(fixture.stream->try_read({&byte, 1}).error());
}

TEST_CASE("a stream without a prefix stays as it is") {
  Worker worker;
  auto pair = make_memory_pair(worker);
  auto* near = pair.near.get();
  CHECK(with_prefix(std::move(pair.near), {}).get() == near);
}
