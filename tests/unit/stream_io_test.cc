#include "common/net/stream_io.h"

#include <catch2/catch.hpp>

#include "tests/support/conversation.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_task.h"
#include "tests/support/tcp_pair.h"

using namespace otoroshi;
using namespace otoroshi::test;

TEST_CASE("write_all writes everything and waits for room and for the flush") {
  for (std::size_t capacity : {1, 7, 1000, 100'000}) {
    CAPTURE(capacity);
    Worker worker;
    auto pair = make_memory_pair(worker, capacity);
    const auto bytes = random_bytes(5000);
    pair.near->hold_flush(true);
    Outcome<Result<void>> written;
    start_task(write_all(*pair.near, bytes), written);
    CHECK(run_task(worker, receive(*pair.far, bytes.size() / 2)).size() == bytes.size() / 2);
    pair.near->hold_flush(false);
    auto rest = run_task(worker, receive(*pair.far, bytes.size() - bytes.size() / 2));
    CHECK(std::equal(rest.begin(), rest.end(), bytes.begin() + static_cast<long>(bytes.size() / 2)));
    REQUIRE(run_until(worker, [&] { return written.ended(); }));
    CHECK(written.value->has_value());
  }
}

TEST_CASE("write_all, finish and read_some hand on why a stream failed") {
  Worker worker;
  auto pair = make_memory_pair(worker, 10);
  const auto bytes = random_bytes(100);
  Outcome<Result<void>> written;
  start_task(write_all(*pair.near, bytes), written);
  handlers_until_idle(worker);
  CHECK_FALSE(written.ended());
  pair.near->abort({ErrorCode::timed_out, Side::client, "too slow"});
  REQUIRE(run_until(worker, [&] { return written.ended(); }));
  REQUIRE_FALSE(*written.value);
  CHECK(written.value->error().sentence == "too slow");
  CHECK_FALSE(run_task(worker, finish(*pair.near)));
  std::byte byte{};
  CHECK_FALSE(run_task(worker, read_some(*pair.near, {&byte, 1})));
}

TEST_CASE("read_some gives what is there, and 0 at the end") {
  Worker worker;
  auto pair = make_memory_pair(worker);
  std::vector<std::byte> buffer(100);
  Outcome<Result<std::size_t>> got;
  start_task(read_some(*pair.near, buffer), got);
  handlers_until_idle(worker);
  CHECK_FALSE(got.ended());
  REQUIRE(pair.far->try_write(bytes_of("abc")).done());
  REQUIRE(run_until(worker, [&] { return got.ended(); }));
  CHECK(got.value->value() == 3);
  REQUIRE(pair.far->try_finish().done());
  CHECK(run_task(worker, read_some(*pair.near, buffer)).value() == 0);
}

TEST_CASE("discard_until_end reads until the end, the reset or the abort") {
  Worker worker;
  auto pair = make_memory_pair(worker, 1000);
  Outcome<void> discarded;
  start_task(discard_until_end(worker, *pair.near), discarded);
  run_task(worker, write_all(*pair.far, random_bytes(100'000))).value();
  handlers_until_idle(worker);
  CHECK(pair.near->unread() == 0);
  CHECK_FALSE(discarded.ended());
  SECTION("end") {
    REQUIRE(pair.far->try_finish().done());
  }
  SECTION("reset") {
    pair.far->reset();
  }
  SECTION("abort") {
    pair.near->abort({ErrorCode::timed_out, Side::client, "too slow"});
  }
  CHECK(run_until(worker, [&] { return discarded.ended(); }));
}

namespace {

// A peer that always has more to say, or is always worth another try for nothing; gives up at last so that a
// reader that never pauses fails the test and does not hang it.
class Chatterer final : public Stream {
 public:
  explicit Chatterer(Worker& worker, bool says_nothing = false)
      : worker_(worker), says_nothing_(says_nothing) {}
  IoResult try_read(MutableBytes into) override {
    if (failure_) return {IoStatus::error};
    if (++reads_ > 100'000) return {IoStatus::end};
    return says_nothing_ ? IoResult{IoStatus::would_block} : IoResult::moved(into.size());
  }
  IoResult try_write(Bytes) override { return {IoStatus::would_block}; }
  IoResult try_flush() override { return {}; }
  IoResult try_finish() override { return {}; }
  void arm_readable(Waiter& waiter) override {
    if (says_nothing_) return waiter.wake();
    waiter.sleep_on(slot_);
    worker_.post([this] { slot_.ring(); });
  }
  void arm_writable(Waiter& waiter) override { waiter.sleep_on(slot_); }
  void arm_broken(Waiter& waiter) override { waiter.sleep_on(slot_); }
  bool is_broken() const override { return failure_.has_value(); }
  void abort(const Error& why) override { failure_ = why; }
  const Error& failure() const override { return *failure_; }
  unsigned reads() const { return reads_; }

 private:
  Worker& worker_;
  const bool says_nothing_;
  WaitSlot slot_;
  unsigned reads_ = 0;
  std::optional<Error> failure_;
};

}  // namespace

TEST_CASE("a peer that never stops talking does not keep discard_until_end from its deadline") {
  for (bool says_nothing : {false, true}) {
    CAPTURE(says_nothing);
    Worker worker;
    Chatterer stream(worker, says_nothing);
    auto discard = [&]() -> Task<> {
      Deadline deadline(worker.timers(), std::chrono::milliseconds(1), stream,
                        {ErrorCode::timed_out, Side::client, "talks too long"});
      co_await discard_until_end(worker, stream);
    };
    run_task(worker, discard());
    CHECK(stream.is_broken());
  }
}
