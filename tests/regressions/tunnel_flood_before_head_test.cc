// A client of the wss port that sent TLS records without content (KeyUpdates) in place of its upgrade had a
// worker for itself: all other connections of that worker stood still, and timeouts.handshake did not end it.
#include <catch2/catch.hpp>

#include "gateway/connection/connection_record.h"
#include "gateway/connection/worker_context.h"
#include "gateway/tunnel/serve_tunnel.h"
#include "tests/support/run_task.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;
using namespace std::chrono_literals;

namespace {

// What TLS looks like from above under such a flood: there is always something to read, and never a byte
// comes of it.
class Flood final : public Stream {
 public:
  IoResult try_read(MutableBytes) override {
    const bool hangs = Clock::now() > begun_ + 10s;
    return {failure_ ? IoStatus::error : hangs ? IoStatus::end : IoStatus::would_block};
  }
  IoResult try_write(Bytes from) override { return IoResult::moved(from.size()); }
  IoResult try_flush() override { return {}; }
  IoResult try_finish() override { return {}; }
  void arm_readable(Waiter& waiter) override { waiter.wake(); }
  void arm_writable(Waiter& waiter) override { waiter.wake(); }
  void arm_broken(Waiter& waiter) override {
    if (failure_) waiter.wake();
  }
  bool is_broken() const override { return failure_.has_value(); }
  void abort(const Error& why) override { failure_ = why; }
  const Error& failure() const override { return *failure_; }

 private:
  const Clock::time_point begun_ = Clock::now();
  std::optional<Error> failure_;
};

}  // namespace

TEST_CASE("an upgrade that never comes ends in time, however busy its client keeps the connection") {
  GatewayConfig config;
  config.timeouts.handshake = 50ms;
  Resolver resolver(1);
  Jwks jwks;
  const auto events = EventSink::open("none").value();
  const auto upstream_tls = TlsClientContext::make({}).value();
  SharedContext shared{config, resolver, jwks, *events, upstream_tls};
  WorkerContext context(shared, 0);

  ConnectionRecord record;
  auto port = std::make_shared<ServedPort>();
  port->is_tunnel = true;
  record.port = std::move(port);
  record.client_stream = std::make_unique<Flood>();
  const auto ended = run_task(context.worker, serve_tunnel(context, record));
  REQUIRE_FALSE(ended);
  CHECK(ended.error().code == ErrorCode::timed_out);
}
