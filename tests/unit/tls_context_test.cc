#include "common/net/tls_context.h"

#include <catch2/catch.hpp>

#include "tests/support/test_pki.h"
#include "tests/support/tls_pair.h"

using namespace otoroshi;
using namespace otoroshi::test;
using Catch::Contains;
using std::chrono::hours;

namespace {

// One authority for servers, and one certificate store, for all tests of this file.
struct World {
  TestCa ca{"Server CA"};
  TemporaryFolder folder;
  std::string ca_file = folder.write("ca.pem", ca.pem());

  CertificatePtr issue(CertificateWish wish) const { return parsed(ca.issue(wish)); }
  static CertificateStorePtr store(std::vector<CertificatePtr> certificates,
                                   std::string_view default_domain = "") {
    return std::make_shared<CertificateStore>(std::move(certificates), default_domain);
  }
  TlsClientContext client(CertificatePtr own = nullptr) const {
    return TlsClientContext::make({.ca_file = ca_file, .certificate = std::move(own)}).value();
  }
};

const World& world() {
  static const World world;
  return world;
}

const CertificateStorePtr& one_test() {
  static const auto store = World::store({world().issue({.names = {"one.test"}, .common_name = "one"})});
  return store;
}

TlsServerContext server(const TlsServerContext::Options& options = {}) {
  return TlsServerContext::make(options).value();
}

std::string subject_seen_by(SSL* client) {
  return peer_subject(client).value_or("none");
}

}  // namespace

TEST_CASE("the certificate is chosen by the server name") {
  auto store = World::store({world().issue({.names = {"a.test"}, .common_name = "exact"}),
                             world().issue({.names = {"*.w.test"}, .common_name = "wildcard"}),
                             world().issue({.names = {"d.test", "10.0.0.1"}, .common_name = "default"})},
                            "d.test");
  struct {
    std::string host, subject;
  } cases[] = {{"a.test", "CN=exact"}, {"x.w.test", "CN=wildcard"}, {"10.0.0.1", "CN=default"}};
  for (const auto& [host, subject] : cases) {
    TlsPair pair(world().client().new_ssl(host), server().new_ssl(store));
    REQUIRE(pair.shake_hands() == "");
    CHECK(subject_seen_by(pair.client()) == subject);
  }
  // A name that nobody has gets the default certificate, which the client then judges itself.
  TlsPair pair(world().client().new_ssl("y.x.w.test"), server().new_ssl(store));
  CHECK(pair.shake_hands() == "client: the certificate of 'y.x.w.test' is for other names: d.test, 10.0.0.1");
}

TEST_CASE("without a certificate for the name the handshake ends with unrecognized_name") {
  TlsPair pair(world().client().new_ssl("two.test"), server().new_ssl(one_test()));
  CHECK(pair.shake_hands() == "server: there is no certificate for the server name 'two.test'");
  CHECK(pair.client_failure() == "'two.test' refused with the TLS alert 'unrecognized name'");

  TlsPair nameless(world().client().new_ssl("127.0.0.1"), server().new_ssl(World::store({})));
  CHECK(nameless.shake_hands() == "server: there is no certificate for a client that names no server");
}

TEST_CASE("the gate is asked once with the server name and can refuse the handshake") {
  struct Gate : ServerNameGate {
    bool answer = true;
    std::vector<std::string> asked;
    bool admit(std::optional<std::string_view> name) override {
      asked.emplace_back(name.value_or("none"));
      return answer;
    }
  };
  Gate open;
  auto client_ssl = world().client().new_ssl("ONE.test");
  SSL_set1_groups_list(client_ssl.get(),
                       "P-521:P-256");  // P-521 is guessed, the server asks for another: two hellos
  auto server_ssl = server().new_ssl(one_test(), &open);
  SSL_set1_groups_list(server_ssl.get(), "P-256");
  TlsPair pair(std::move(client_ssl), std::move(server_ssl));
  CHECK(pair.shake_hands() == "");
  CHECK(open.asked == std::vector<std::string>{"one.test"});

  Gate closed;
  closed.answer = false;
  TlsPair refused(world().client().new_ssl("one.test"), server().new_ssl(one_test(), &closed));
  CHECK(refused.shake_hands() == "server: no rule matches the server name 'one.test'");
  CHECK(refused.client_failure() == "'one.test' refused with the TLS alert 'unrecognized name'");

  Gate nameless;
  TlsPair ip(world().client().new_ssl("127.0.0.1", true), server().new_ssl(one_test(), &nameless));
  CHECK(ip.shake_hands() == "");
  CHECK(nameless.asked == std::vector<std::string>{"none"});
}

TEST_CASE("RSA and ECDSA certificates of one name: the client's signature algorithms decide") {
  auto store =
      World::store({world().issue({.names = {"one.test"}, .common_name = "ec"}),
                    world().issue({.names = {"one.test"}, .common_name = "rsa", .key_type = EVP_PKEY_RSA})});
  struct {
    int version;
    std::string algorithms, subject;
  } cases[] = {{TLS1_3_VERSION, "ECDSA+SHA256", "CN=ec"},
               {TLS1_3_VERSION, "RSA-PSS+SHA256", "CN=rsa"},
               {TLS1_2_VERSION, "RSA+SHA256", "CN=rsa"},
               {TLS1_2_VERSION, "ECDSA+SHA256", "CN=ec"}};
  for (const auto& [version, algorithms, subject] : cases) {
    auto client_ssl = world().client().new_ssl("one.test", true);  // its chain is signed with ECDSA
    SSL_set_max_proto_version(client_ssl.get(), version);
    SSL_set1_sigalgs_list(client_ssl.get(), algorithms.c_str());
    TlsPair pair(std::move(client_ssl), server().new_ssl(store));
    CHECK(pair.shake_hands() == "");
    CHECK(subject_seen_by(pair.client()) == subject);
  }
}

TEST_CASE("clientAuth None, Want and Need against every kind of client") {
  const TestCa client_ca("Client CA");
  const TestCa other_ca("Other CA");
  const auto alice = [](const TestCa& ca, hours valid_until = hours(1)) {
    return parsed(ca.issue({.common_name = "alice", .valid_until = valid_until}));
  };
  struct {
    const char* what;
    CertificatePtr certificate;
    std::string none, want, need;
  } cases[] = {
      {"no certificate", nullptr, "", "", "the client sent no certificate, but one is needed here"},
      {"a good one", alice(client_ca), "", "", ""},
      {"of another authority", alice(other_ca), "",
       "signed by an authority that is not trusted: 'CN=Other CA'",
       "signed by an authority that is not trusted: 'CN=Other CA'"},
      {"expired", alice(client_ca, hours(-1)), "", "the client's certificate 'CN=alice' expired on 20",
       "the client's certificate 'CN=alice' expired on 20"},
      {"self-signed", parsed(self_signed({.common_name = "alice"})), "", "is self-signed", "is self-signed"},
  };
  auto outcome = [&](ClientAuth client_auth, int version, const CertificatePtr& certificate) {
    auto client_ssl = world().client(certificate).new_ssl("one.test");
    SSL_set_max_proto_version(client_ssl.get(), version);
    TlsPair pair(std::move(client_ssl),
                 server({.client_auth = client_auth, .client_cas = {client_ca.pem()}}).new_ssl(one_test()));
    auto failure = pair.shake_hands();
    bool shows = failure.empty() && certificate && client_auth != ClientAuth::none;
    CHECK(peer_subject(pair.server()) == (shows ? std::optional<std::string>("CN=alice") : std::nullopt));
    return failure;
  };
  for (const auto& [what, certificate, none, want, need] : cases)
    for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      INFO(what << ", version " << version);
      auto check = [&](ClientAuth client_auth, const std::string& expected) {
        auto failure = outcome(client_auth, version, certificate);
        CHECK(failure.empty() == expected.empty());
        CHECK_THAT(failure, Contains(expected));
      };
      check(ClientAuth::none, none);
      check(ClientAuth::want, want);
      check(ClientAuth::need, need);
    }
}

TEST_CASE("clientAuth without an authority is refused when the context is made") {
  for (auto client_auth : {ClientAuth::want, ClientAuth::need}) {
    auto context = TlsServerContext::make({.client_auth = client_auth});
    REQUIRE_FALSE(context);
    CHECK_THAT(context.error().sentence, Contains("certificates.clientCaFile"));
  }
  auto context = TlsServerContext::make({.client_auth = ClientAuth::need, .client_cas = {"hello"}});
  REQUIRE_FALSE(context);
  CHECK_THAT(context.error().sentence, Contains("no certificate in PEM form"));
}

TEST_CASE("a session is resumed in another context with the same ticket keys, and nowhere else") {
  auto keys = std::make_shared<TicketKeys>();
  const auto client = TlsClientContext::make({.ca_file = world().ca_file, .resume_sessions = true}).value();
  for (int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    INFO("version " << version);
    auto connect = [&](const TlsServerContext& context) {
      auto client_ssl = client.new_ssl("one.test");
      SSL_set_max_proto_version(client_ssl.get(), version);
      TlsPair pair(std::move(client_ssl), context.new_ssl(one_test()));
      CHECK(pair.shake_hands() == "");
      pair.deliver_tickets();
      return SSL_session_reused(pair.server()) == 1;
    };
    CHECK_FALSE(connect(server({.ticket_keys = std::make_shared<TicketKeys>()})));
    CHECK_FALSE(connect(server({.ticket_keys = keys})));  // the ticket is of other keys
    CHECK(connect(server({.ticket_keys = keys})));
    keys->rotate();
    CHECK(connect(server({.ticket_keys = keys})));  // the key before still opens it
    keys->rotate();
    keys->rotate();
    CHECK_FALSE(connect(server({.ticket_keys = keys})));
    CHECK_FALSE(connect(server()));  // no tickets at all
  }
}

TEST_CASE("connections that begin side by side all resume, each by a ticket of its own") {
  const auto context = server({.ticket_keys = std::make_shared<TicketKeys>()});
  const auto client = TlsClientContext::make({.ca_file = world().ca_file, .resume_sessions = true}).value();
  TlsPair first(client.new_ssl("one.test"), context.new_ssl(one_test()));
  REQUIRE(first.shake_hands() == "");
  first.deliver_tickets();  // two, by OpenSSL's default
  auto second = client.new_ssl("one.test");
  auto third = client.new_ssl("one.test");
  auto fourth = client.new_ssl("one.test");  // more than there are tickets
  for (auto [ssl, resumed] : {std::pair(&second, 1), std::pair(&third, 1), std::pair(&fourth, 0)}) {
    TlsPair pair(std::move(*ssl), context.new_ssl(one_test()));
    REQUIRE(pair.shake_hands() == "");
    CHECK(SSL_session_reused(pair.server()) == resumed);
  }
}

TEST_CASE("a ticket of a port without client certificates is not taken where they are needed") {
  auto keys = std::make_shared<TicketKeys>();
  const TestCa client_ca("Client CA");
  const auto client =
      TlsClientContext::make({.ca_file = world().ca_file,
                              .certificate = parsed(client_ca.issue({.common_name = "alice"})),
                              .resume_sessions = true})
          .value();
  auto reused = [&](const TlsServerContext& context) {
    TlsPair pair(client.new_ssl("one.test"), context.new_ssl(one_test()));
    CHECK(pair.shake_hands() == "");
    pair.deliver_tickets();
    return SSL_session_reused(pair.server()) == 1;
  };
  const auto open = server({.ticket_keys = keys});
  const auto closed =
      server({.client_auth = ClientAuth::need, .client_cas = {client_ca.pem()}, .ticket_keys = keys});
  CHECK_FALSE(reused(open));
  CHECK_FALSE(reused(closed));
  CHECK(reused(closed));
}

TEST_CASE("TLS 1.1, renegotiation and weak ciphers are refused") {
  auto old = world().client().new_ssl("one.test");
  SSL_set_security_level(old.get(), 0);
  SSL_set_cipher_list(old.get(), "ALL");
  SSL_set_min_proto_version(old.get(), TLS1_VERSION);
  SSL_set_max_proto_version(old.get(), TLS1_1_VERSION);
  TlsPair old_pair(std::move(old), server().new_ssl(one_test()));
  CHECK(old_pair.shake_hands() == "server: the client speaks only versions of TLS older than 1.2");

  auto weak = world().client().new_ssl("one.test");
  SSL_set_max_proto_version(weak.get(), TLS1_2_VERSION);
  SSL_set_cipher_list(weak.get(), "ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256");  // CBC; no forward secrecy
  TlsPair weak_pair(std::move(weak), server().new_ssl(one_test()));
  CHECK(weak_pair.shake_hands() ==
        "server: the client offers no cipher or signature that fits to our certificate and settings");
}

TEST_CASE("ALPN postgresql is accepted, every other protocol is left unanswered") {
  struct {
    std::string offered, chosen;
  } cases[] = {
      {"\x0apostgresql", "postgresql"}, {"\x02h2\x0apostgresql", "postgresql"}, {"\x02h2", ""}, {"", ""}};
  for (const auto& [offered, chosen] : cases) {
    auto client_ssl = world().client().new_ssl("one.test");
    SSL_set_alpn_protos(client_ssl.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                        static_cast<unsigned>(offered.size()));
    TlsPair pair(std::move(client_ssl), server().new_ssl(one_test()));
    CHECK(pair.shake_hands() == "");
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(pair.client(), &protocol, &size);
    CHECK(std::string(reinterpret_cast<const char*>(protocol), size) == chosen);
  }
}

TEST_CASE("a client says why it does not trust a target") {
  const auto trusted = world().client();
  auto with = [&](const PemPair& pair) { return World::store({parsed(pair)}, "one.test"); };
  struct {
    CertificateStorePtr store;
    std::string host, expected;
  } cases[] = {
      {with(world().ca.issue({.names = {"one.test"}})), "one.test", ""},
      {with(world().ca.issue({.names = {"one.test", "*.w.test"}})), "a.w.test", ""},
      {with(world().ca.issue({.names = {"10.0.0.1"}})), "10.0.0.1", ""},
      {with(world().ca.issue({.names = {"one.test"}})), "10.0.0.1", "is for other names: one.test"},
      {with(world().ca.issue({.names = {"one.test"}})), "", "is for other names: one.test"},
      {with(world().ca.issue({.names = {"one.test"}, .valid_until = hours(-1)})), "one.test",
       "the certificate of 'one.test' expired on 20"},
      {with(world().ca.issue({.names = {"one.test"}, .valid_from = hours(1)})), "one.test",
       "is not valid before 20"},
      {with(self_signed({.names = {"one.test"}})), "one.test",
       "is self-signed and not among the trusted ones"},
      {with(TestCa("Other CA").issue({.names = {"one.test"}})), "one.test",
       "is signed by an authority that is not trusted: 'CN=Other CA'"},
  };
  for (const auto& [store, host, expected] : cases) {
    TlsPair pair(trusted.new_ssl(host), server().new_ssl(store));
    auto failure = pair.shake_hands();
    CHECK(failure.empty() == expected.empty());
    CHECK_THAT(failure, Contains(expected));

    TlsPair blind(trusted.new_ssl(host, true), server().new_ssl(store));
    CHECK(blind.shake_hands() == "");
  }
}

TEST_CASE("a failure that is not about certificates has its sentence and side as well") {
  auto feed = [](SslPtr ssl, std::string_view bytes) {
    SSL_set_bio(ssl.get(), BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())),
                BIO_new(BIO_s_mem()));
    BIO_set_mem_eof_return(SSL_get_rbio(ssl.get()), 0);  // the end of the bytes is the end of the connection
    return describe_tls_failure(ssl.get(), SSL_get_error(ssl.get(), SSL_do_handshake(ssl.get())));
  };
  auto http = feed(world().client().new_ssl("one.test"), "HTTP/1.1 400 Bad Request\r\n\r\n");
  CHECK(http.sentence == "'one.test' speaks no TLS");
  CHECK(http.side == Side::target);
  CHECK(http.code == ErrorCode::protocol);

  auto plain = feed(server().new_ssl(one_test()), "GET / HTTP/1.1\r\n\r\n");
  CHECK(plain.sentence == "the client speaks no TLS");
  CHECK(plain.side == Side::client);

  auto gone = feed(server().new_ssl(one_test()), "\x16\x03\x01");
  CHECK(gone.sentence == "the client closed the connection in the middle of the TLS handshake");
  CHECK(gone.code == ErrorCode::reset);
}

TEST_CASE("a file of authorities that cannot be read is named") {
  auto context = TlsClientContext::make({.ca_file = "/nonexistent/ca.pem"});
  REQUIRE_FALSE(context);
  CHECK_THAT(context.error().sentence, Contains("/nonexistent/ca.pem"));
}
