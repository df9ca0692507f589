// A certificate is taken with a chain so long that no client of OpenSSL's goes on with its handshake
// ("excessive message size").
#include <catch2/catch.hpp>

#include "common/model/stored_certificate_check.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::test;

TEST_CASE("a chain that is shown to clients has at most 100 KiB") {
  const TestCa ca;
  const auto pair = ca.issue({.names = {"one.test"}});
  StoredCertificate certificate;
  certificate.id = "one";
  certificate.private_key = pair.key;
  certificate.chain = pair.certificate;
  while (certificate.chain.size() + ca.pem().size() <= 135 * 1024) certificate.chain += ca.pem();
  CHECK(check(certificate).empty());
  certificate.chain += ca.pem();
  REQUIRE(check(certificate).size() == 1);
  CHECK(check(certificate).front().path == "/chain");
  CHECK(check_stored(certificate).empty());
  certificate.ca = true;  // a list of authorities is shown to nobody
  CHECK(check(certificate).empty());
}
