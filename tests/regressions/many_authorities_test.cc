// With 810 authorities, or one with a name of 66 KiB, nobody gets into a service that has `clientAuth`: the
// names of all of them are longer than the field that they are sent in, and OpenSSL ends each handshake.
#include <catch2/catch.hpp>

#include "common/net/tls_context.h"
#include "tests/support/test_pki.h"
#include "tests/support/tls_pair.h"

using namespace otoroshi;
using namespace otoroshi::test;

TEST_CASE("clients are let in by any of a thousand authorities") {
  const TestCa server_ca, client_ca("The one");
  const TemporaryFolder folder;
  const auto own = parsed(client_ca.issue({.common_name = "alice"}));
  const auto client =
      TlsClientContext::make({.ca_file = folder.write("ca.pem", server_ca.pem()), .certificate = own});
  const auto store = std::make_shared<CertificateStore>(
      std::vector<CertificatePtr>{parsed(server_ca.issue({.names = {"one.test"}}))}, "");
  for (const int others : {1, 1'000}) {
    std::string authorities = client_ca.pem();
    for (int i = 0; i < others; ++i) authorities += TestCa(std::string(54, 'a') + std::to_string(i)).pem();
    const auto server =
        TlsServerContext::make({.client_auth = ClientAuth::need, .client_cas = {authorities}});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      CAPTURE(others, version);
      auto client_ssl = client.value().new_ssl("one.test");
      SSL_set_max_proto_version(client_ssl.get(), version);
      TlsPair pair(std::move(client_ssl), server.value().new_ssl(store));
      CHECK(pair.shake_hands() == "");
      CHECK((sk_X509_NAME_num(SSL_get0_peer_CA_list(pair.client())) > 0) == (others == 1));
    }
  }
}
