// While many clients begin TLS at once, connections that have long been served get no answer for seconds.
// (The arithmetic of each handshake was done by the worker that served them.)

#include <catch2/catch.hpp>
#include <future>

#include "common/net/tls_context.h"
#include "common/net/tls_stream.h"
#include "tests/support/memory_stream.h"
#include "tests/support/patient_gate.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::test;

namespace {

Task<> shake_hands(TlsStream& stream, std::promise<Result<void>>& done) {
  done.set_value(co_await stream.handshake());
}

}  // namespace

TEST_CASE("a worker serves its connections while one of them is in the middle of a TLS handshake") {
  const auto server_context = TlsServerContext::make({}).value();
  const auto client_context = TlsClientContext::make({}).value();
  const auto certificates = std::make_shared<CertificateStore>(
      std::vector{parsed(self_signed({.names = {"one.test"}}))}, "one.test");
  PatientGate gate;
  std::promise<Result<void>> server_done, client_done;

  Worker worker;
  auto pair = make_memory_pair(worker, 64 * 1024);
  TlsStream server(worker, std::move(pair.near), server_context.new_ssl(certificates, &gate), Side::client);
  TlsStream client(worker, std::move(pair.far), client_context.new_ssl("one.test", true), Side::target);
  worker.start();
  worker.post([&] {
    spawn(shake_hands(server, server_done));
    spawn(shake_hands(client, client_done));
  });
  gate.in_handshake.get_future().wait();
  worker.post([&] { gate.enough.set_value(); });
  CHECK(server_done.get_future().get().has_value());
  CHECK(client_done.get_future().get().has_value());
  worker.stop();
  worker.join();
}
