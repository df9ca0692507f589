// After an outage all clients come back at once by TLS, and hardly anybody gets in: those who have given up
// keep their places, and their handshakes are computed all the same.

#include <catch2/catch.hpp>
#include <future>

#include "common/net/tls_context.h"
#include "common/net/tls_stream.h"
#include "tests/support/hello_builder.h"
#include "tests/support/memory_stream.h"
#include "tests/support/patient_gate.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::test;

namespace {

class UnusedGate final : public ServerNameGate {
 public:
  bool admit(std::optional<std::string_view>) override { return was_asked = true; }
  bool was_asked = false;
};

// A client that has said its hello, and the server's end of its connection.
struct Client {
  Client(Worker& worker, const TlsServerContext& context,
         const std::shared_ptr<CertificateStore>& certificates, ServerNameGate& gate)
      : pair(make_memory_pair(worker)),
        server(worker, std::move(pair.near), context.new_ssl(certificates, &gate), Side::client) {
    const auto hello = openssl_hello({});
    pair.far->try_write(std::as_bytes(std::span(hello)));
  }
  Task<> shake_hands() { done.set_value(co_await server.handshake()); }

  MemoryPair pair;
  TlsStream server;
  std::promise<Result<void>> done;
};

}  // namespace

TEST_CASE("a handshake that is given up while it waits for another one ends at once and costs nothing") {
  const auto context = TlsServerContext::make({}).value();
  const auto certificates = std::make_shared<CertificateStore>(
      std::vector{parsed(self_signed({.names = {"one.test"}}))}, "one.test");
  PatientGate slow;
  UnusedGate unused;
  Worker worker;
  Client first(worker, context, certificates, slow);
  Client second(worker, context, certificates, unused);
  worker.start();
  worker.post([&] { spawn(first.shake_hands()); });
  slow.in_handshake.get_future().wait();

  worker.post([&] {
    spawn(second.shake_hands());
    second.server.abort({ErrorCode::timed_out, Side::client, "it took too long"});
  });
  auto ended = second.done.get_future();
  const bool at_once = ended.wait_for(PatientGate::patience / 2) == std::future_status::ready;
  slow.enough.set_value();
  CHECK(at_once);
  CHECK(ended.get().error().code == ErrorCode::timed_out);
  CHECK_FALSE(unused.was_asked);
  worker.post([&] { first.server.abort({ErrorCode::timed_out, Side::client, "the test is over"}); });
  CHECK_FALSE(first.done.get_future().get().has_value());
  worker.stop();
  worker.join();
}
