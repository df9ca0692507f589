#include "gateway/served_tls.h"

#include <catch2/catch.hpp>
#include <ranges>

#include "tests/support/test_pki.h"
#include "tests/support/tls_pair.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace otoroshi::test;
using std::chrono::hours;
using Stored = EntityList<StoredCertificate>;

namespace {

const TestCa& ca() {
  static const TestCa ca;
  return ca;
}

// Its id is its common name.
StoredCertificate issued(const std::string& id, const CertificateWish& wish = {.names = {"one.test"}}) {
  auto named = wish;
  named.common_name = id;
  const auto pair = ca().issue(named);
  StoredCertificate certificate;
  certificate.id = id;
  certificate.chain = pair.certificate + ca().pem();
  certificate.private_key = pair.key;
  return certificate;
}
StoredCertificatePtr shared(StoredCertificate certificate, bool StoredCertificate::*flag = nullptr) {
  if (flag) certificate.*flag = true;
  return std::make_shared<const StoredCertificate>(std::move(certificate));
}
StoredCertificatePtr authority(const std::string& chain, bool revoked = false) {
  StoredCertificate certificate;
  certificate.id = "authority";
  certificate.chain = chain;
  certificate.ca = true;
  certificate.revoked = revoked;
  return shared(std::move(certificate));
}

const ServedTls::Sources& no_sources() {
  static const ServedTls::Sources sources{std::make_shared<CertificateFolder>(), "", "",
                                          std::make_shared<TicketKeys>()};
  return sources;
}
ServedTls::Sources with_client_ca(const std::string& pem) {
  auto sources = no_sources();
  sources.client_ca_pem = pem;
  return sources;
}

ServedTlsPtr served(Stored stored, const ServedTlsPtr& previous = nullptr,
                    ServedTls::Sources sources = no_sources(), std::time_t now = std::time(nullptr)) {
  return ServedTls::build(std::move(sources), std::move(stored), now, previous);
}

// The common name of what is shown for a name; "": nothing.
std::string shown(const ServedTls& tls, std::optional<std::string_view> name = "one.test") {
  const auto chosen = tls.certificates()->choose(name);
  return chosen.empty() ? "" : common_name_of(chosen.front()->leaf.get());
}

// What the server says to a client's certificate with clientAuth Need; "": welcome.
std::string refusal_of(const ServedTls& tls, const PemPair& pair) {
  const TemporaryFolder folder;
  const auto client =
      TlsClientContext::make({.ca_file = folder.write("ca.pem", ca().pem()), .certificate = parsed(pair)});
  const auto server = tls.server_context(ClientAuth::need);
  if (!server) return server.error().sentence;
  TlsPair both(client->new_ssl("one.test"), (*server)->new_ssl(tls.certificates()));
  return both.shake_hands();
}

}  // namespace

TEST_CASE("of the stored certificates those are shown that are for listeners, and whose time it is") {
  using C = StoredCertificate;
  const struct {
    std::string what;
    StoredCertificatePtr certificate;
    bool is_shown;
  } rows[] = {
      {"good", shared(issued("it")), true},
      {"revoked", shared(issued("it"), &C::revoked), false},
      {"an authority", shared(issued("it"), &C::ca), false},
      {"a client's", shared(issued("it"), &C::client), false},
      {"a key pair", shared(issued("it"), &C::keypair), false},
      {"exposed", shared(issued("it"), &C::exposed), true},
      {"expired", shared(issued("it", {.names = {"one.test"}, .valid_until = hours(-1)})), false},
      {"not yet valid", shared(issued("it", {.names = {"one.test"}, .valid_from = hours(1)})), false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto tls = served({row.certificate});
    CHECK(shown(*tls) == (row.is_shown ? "it" : ""));
    CHECK(shown(*tls, std::nullopt) == (row.is_shown ? "it" : ""));
    CHECK(tls->problems().empty());
  }
}

TEST_CASE("the certificates of the folder and the stored ones stand side by side") {
  const TemporaryFolder folder;
  folder.write("both.pem", ca().issue({.names = {"one.test", "two.test"}, .common_name = "file"}).both());
  folder.write("old.pem",
               ca().issue({.names = {"old.test"}, .common_name = "old", .valid_until = hours(-1)}).both());
  auto sources = no_sources();
  sources.folder = CertificateFolder::read(folder.path(), nullptr);
  sources.default_domain = "three.test";
  const auto tls = served({shared(issued("newer", {.names = {"one.test"}, .valid_until = hours(48)})),
                           shared(issued("older", {.names = {"two.test"}, .valid_until = hours(1)})),
                           shared(issued("default", {.names = {"three.test"}}))},
                          nullptr, sources);
  CHECK(shown(*tls, "one.test") == "newer");
  CHECK(shown(*tls, "two.test") == "file");
  CHECK(shown(*tls, "old.test") == "old");  // whose file it is sees a warning
  CHECK(shown(*tls, "other.test") == "default");
}

TEST_CASE("time alone changes what is shown") {
  const auto now = std::time(nullptr);
  const Stored stored = {
      shared(issued("first", {.names = {"one.test"}, .valid_until = hours(2)})),
      shared(issued("second", {.names = {"one.test"}, .valid_from = hours(1), .valid_until = hours(3)})),
      shared(issued("never", {.names = {"one.test"}, .valid_until = hours(9)}), &StoredCertificate::revoked)};
  const auto begin = served(stored, nullptr, no_sources(), now);
  CHECK(shown(*begin) == "first");
  CHECK(std::abs(begin->good_until() - (now + 3600)) < 10);

  const auto both = served(stored, begin, no_sources(), begin->good_until());
  CHECK(shown(*both) == "second");
  CHECK(std::abs(both->good_until() - (now + 2 * 3600)) < 10);

  const auto one = served(stored, both, no_sources(), both->good_until());
  CHECK(one->certificates()->size() == 1);
  const auto none = served(stored, one, no_sources(), one->good_until());
  CHECK(none->certificates()->size() == 0);
  CHECK(none->good_until() > now + 1'000'000'000);
}

TEST_CASE("nothing new is the same object, and what stayed the same is not parsed again") {
  const Stored stored = {shared(issued("a", {.names = {"a.test"}})),
                         shared(issued("b", {.names = {"b.test"}}))};
  const auto before = served(stored);
  CHECK(served(stored, before) == before);
  CHECK(served(stored, before, no_sources(), before->good_until()) != before);
  auto other_default = no_sources();
  other_default.default_domain = "a.test";
  CHECK(served(stored, before, other_default) != before);

  const auto after = served({stored[0], shared(issued("c", {.names = {"b.test"}}))}, before);
  CHECK(after != before);
  const auto certificate = [](const ServedTls& tls, const char* name) {
    return tls.certificates()->choose(name).front();
  };
  CHECK(certificate(*after, "a.test") == certificate(*before, "a.test"));
  CHECK(certificate(*after, "b.test") != certificate(*before, "b.test"));
  CHECK(shown(*before, "b.test") == "b");  // who holds the old one is not disturbed
}

TEST_CASE("an encrypted key is opened by its password, and what cannot be read is told without a secret") {
  const auto pair = ca().issue({.names = {"one.test"}, .common_name = "it"});
  auto locked = issued("it");
  locked.chain = pair.certificate;
  locked.private_key = encrypted_key(pair);
  locked.password = "password";
  CHECK(shown(*served({shared(locked)})) == "it");
  locked.password = "hunter2";
  locked.name = "www";
  const auto tls = served({shared(locked)});
  CHECK(shown(*tls).empty());
  REQUIRE(tls->problems().size() == 1);
  CHECK(tls->problems()[0].path == "certificate 'www'");
  CHECK(to_text(tls->problems()).find("hunter2") == std::string::npos);
}

TEST_CASE("clients are believed by the authorities of the settings and the stored ones") {
  const TestCa file_ca("File CA"), stored_ca("Stored CA"), parent_ca("Parent CA");
  const auto server = shared(issued("server"));
  const auto of = [](const TestCa& issuer) { return issuer.issue({.common_name = "alice"}); };
  const struct {
    std::string what;
    Stored stored;
    std::string client_ca_pem;
    bool file, stored_one, parent;
  } rows[] = {
      {"the file's", {server}, file_ca.pem(), true, false, false},
      {"a stored one", {server, authority(stored_ca.pem())}, "", false, true, false},
      {"both", {server, authority(stored_ca.pem())}, file_ca.pem(), true, true, false},
      {"revoked", {server, authority(stored_ca.pem(), true)}, file_ca.pem(), true, false, false},
      {"not who signed it", {server, authority(stored_ca.pem() + parent_ca.pem())}, "", false, true, false},
      {"two in the file", {server}, file_ca.pem() + parent_ca.pem(), true, false, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto tls = served(row.stored, nullptr, with_client_ca(row.client_ca_pem));
    CHECK(refusal_of(*tls, of(file_ca)).empty() == row.file);
    CHECK(refusal_of(*tls, of(stored_ca)).empty() == row.stored_one);
    CHECK(refusal_of(*tls, of(parent_ca)).empty() == row.parent);
  }
}

TEST_CASE("without an authority only services that do not ask for certificates can be served") {
  const auto tls = served({shared(issued("server")), authority(ca().pem(), true)});
  CHECK(tls->server_context(ClientAuth::none));
  for (const auto client_auth : {ClientAuth::want, ClientAuth::need}) {
    const auto context = tls->server_context(client_auth);
    REQUIRE_FALSE(context);
    CHECK(context.error().code == ErrorCode::bad_input);
    CHECK(context.error().sentence.find("set certificates.clientCaFile, or store a certificate with "
                                        "\"ca\": true") != std::string::npos);
  }
}

TEST_CASE("the contexts stay the same until the authorities change, however they are stored") {
  const TestCa first("First CA"), second("Second CA");
  const auto context = [](const ServedTlsPtr& tls) { return tls->server_context(ClientAuth::need).value(); };
  const auto before = served({authority(first.pem()), authority(second.pem())});
  const auto kept = context(before);
  CHECK(context(served({authority(second.pem()), authority(first.pem()), shared(issued("a"))}, before)) ==
        kept);
  CHECK(context(served({authority("a note\n" + first.pem())}, before, with_client_ca(second.pem()))) == kept);
  CHECK(context(served({authority(first.pem())}, before)) != kept);
  CHECK(context(served({authority(first.pem()), authority(second.pem()), authority(ca().pem())}, before)) !=
        kept);
  CHECK(context(before) == kept);
}
