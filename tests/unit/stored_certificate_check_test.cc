#include "common/model/stored_certificate_check.h"

#include <catch2/catch.hpp>

#include "common/model/stored_certificate_json.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::test;
using std::chrono::hours;

namespace {

const TestCa& ca() {
  static const TestCa ca;
  return ca;
}
const PemPair& pair() {
  static const PemPair pair = ca().issue({.names = {"one.test", "*.two.test"}, .common_name = "cn.test"});
  return pair;
}
const PemPair& other_pair() {
  static const PemPair pair = ca().issue({.names = {"other.test"}});
  return pair;
}

StoredCertificate stored(const std::string& chain, const std::string& key, const std::string& password = "") {
  StoredCertificate certificate;
  certificate.id = "cert_1";
  certificate.chain = chain;
  certificate.private_key = key;
  certificate.password = password;
  return certificate;
}
StoredCertificate stored(const PemPair& pair) {
  return stored(pair.certificate, pair.key);
}
StoredCertificate flagged(StoredCertificate certificate, bool StoredCertificate::*flag) {
  certificate.*flag = true;
  return certificate;
}
StoredCertificate completed(StoredCertificate certificate) {
  complete(certificate);
  return certificate;
}

// "" is expected to be nothing at all, anything else to be part of exactly one line.
void expect(const Problems& found, const std::string& expected) {
  const auto text = to_text(found);
  CAPTURE(text, expected);
  CHECK(found.size() == (expected.empty() ? 0 : 1));
  CHECK(text.find(expected) != text.npos);
}

const auto broken = std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

}  // namespace

TEST_CASE("a stored certificate is good, or is refused with the place and the reason") {
  const auto encrypted = encrypted_key(pair());
  const struct {
    StoredCertificate certificate;
    std::string expected;
  } rows[] = {
      {stored(pair()), ""},
      {stored(pair().certificate + ca().pem(), pair().key), ""},
      {stored(pair().certificate, pair().both()), ""},
      {stored(pair().both(), pair().key), "/chain: holds a private key, which would be shown"},
      {stored(self_signed({.names = {"one.test"}, .key_type = EVP_PKEY_RSA})), ""},
      {stored(ca().issue({.names = {"one.test"}, .valid_until = hours(-1)})), ""},  // a warning

      {stored("hello", pair().key), "/chain: there is no certificate"},
      {stored(broken, pair().key), "/chain: certificate 1 cannot be read"},
      {stored(pair().certificate + broken, pair().key), "/chain: certificate 2 cannot be read"},
      {stored(std::string(256 * 1024 + 1, '\n'), pair().key), "/chain: is 262145 bytes long: at most 262144"},

      {stored(pair().certificate, "hello"), "/privateKey: there is no private key"},
      {stored(pair().certificate, pair().key.substr(0, 60)), "/privateKey: the private key cannot be read"},
      {stored(pair().certificate, other_pair().key), "/privateKey: does not belong to the first"},
      {stored(ca().pem() + pair().certificate, pair().key), "/privateKey: belongs to certificate 2"},
      {stored(pair().certificate, std::string(64 * 1024 + 1, '\n')), "/privateKey: is 65537 bytes long"},

      {stored(pair().certificate, encrypted, "password"), ""},
      {stored(pair().certificate, encrypted), "/privateKey: the private key is encrypted, and its password"},
      {stored(pair().certificate, encrypted, "hunter2"), "and the password is not its own"},
      {stored(pair().certificate, encrypted, std::string(1025, 'x')), "/password: is 1025 bytes long"},
      {stored(pair().certificate, pair().key, "password"), ""},  // not needed

      {stored(pair().certificate, ""), "/privateKey: is missing: only with \"ca\" or \"client\" true"},
      {flagged(stored(ca().pem(), ""), &StoredCertificate::ca), ""},
      {flagged(stored(pair().certificate, ""), &StoredCertificate::client), ""},
      {flagged(stored(pair().certificate, ""), &StoredCertificate::keypair), "/privateKey: is missing"},
      {flagged(stored(pair()), &StoredCertificate::keypair), ""},
      {flagged(stored(pair().certificate, other_pair().key), &StoredCertificate::client), "does not belong"},
  };
  for (const auto& [certificate, expected] : rows) expect(check(certificate), expected);
}

TEST_CASE("every problem of a stored certificate is told at once, and nothing of a key or a password") {
  const auto key = encrypted_key(pair());
  const auto text = to_text(check(stored(broken, key, "hunter2"))) +
                    to_text(check(stored(other_pair().certificate, pair().key, "hunter2")));
  CAPTURE(text);
  CHECK(text.find("/chain: ") != text.npos);
  CHECK(text.find("/privateKey: ") != text.npos);
  CHECK(text.find("hunter2") == text.npos);
  CHECK(text.find(key.substr(40, 10)) == text.npos);
  CHECK(text.find(pair().key.substr(40, 10)) == text.npos);
}

TEST_CASE("what is accepted and deserves a look is a warning") {
  const auto now = std::time(nullptr);
  const auto nameless = ca().issue({.common_name = "Alice Example"});
  const struct {
    StoredCertificate certificate;
    std::string expected;
  } rows[] = {
      {stored(pair()), ""},
      {stored(pair().certificate + ca().pem(), pair().key), ""},
      {stored(ca().issue({.names = {"one.test"}, .valid_until = hours(-1)})),
       "/chain: the certificate expired on " + date_text(now - 3600)},
      {stored(ca().issue({.names = {"one.test"}, .valid_from = hours(1)})),
       "/chain: the certificate is not valid before " + date_text(now + 3600)},
      {stored(pair().certificate + other_pair().certificate, pair().key),
       "/chain: certificate 2 has not signed certificate 1"},
      {stored(nameless), "/sans: the certificate names no host"},
      {flagged(stored(nameless), &StoredCertificate::client), ""},
      {flagged(stored(nameless), &StoredCertificate::keypair), ""},
      {stored(ca().pem(), ""), "/ca: is false, and the certificate is an authority's"},
      {flagged(stored(ca().pem(), ""), &StoredCertificate::ca), ""},
      {flagged(stored(pair()), &StoredCertificate::ca), "/ca: the certificate does not allow itself to sign"},
      {flagged(stored(pair()), &StoredCertificate::auto_renew), "/autoRenew: has no effect"},
      {flagged(stored(pair()), &StoredCertificate::lets_encrypt), "/letsEncrypt: has no effect"},
      {stored(broken, ""), ""},  // a problem, not a warning
  };
  for (const auto& [certificate, expected] : rows) expect(warnings(certificate, now), expected);
}

TEST_CASE("what follows from the chain is filled in") {
  const auto certificate = completed(stored(pair()));
  CHECK(certificate.domain == "cn.test");
  CHECK(certificate.name == "cn.test");
  CHECK(certificate.subject == "CN=cn.test");
  CHECK(certificate.sans == std::vector<std::string>{"one.test", "*.two.test"});
  CHECK(certificate.to - certificate.from == 48 * 3600 * 1000);
  CHECK(certificate.to > std::int64_t{std::time(nullptr)} * 1000);
  CHECK(certificate.valid);
  CHECK_FALSE(certificate.self_signed);
  CHECK_FALSE(certificate.ca);
  CHECK(certificate.type == "certificate");

  auto named = stored(pair());
  named.name = "mine";
  CHECK(completed(named).name == "mine");
  CHECK(completed(stored(ca().issue({.names = {"a.test", "b.test"}, .common_name = ""}))).domain == "a.test");
  CHECK(completed(certificate) == certificate);
}

TEST_CASE("the type of a certificate follows from its flags as in Otoroshi") {
  using C = StoredCertificate;
  const auto own = stored(self_signed({.names = {"own.test"}}));
  CHECK(completed(own).type == "selfSigned");
  CHECK(completed(own).self_signed);
  CHECK(completed(flagged(own, &C::keypair)).type == "keypair");
  CHECK(completed(flagged(flagged(own, &C::keypair), &C::lets_encrypt)).type == "letsEncrypt");
  CHECK(completed(flagged(flagged(own, &C::lets_encrypt), &C::ca)).type == "ca");
  CHECK(completed(flagged(flagged(own, &C::ca), &C::client)).type == "client");
}

TEST_CASE("an authority is one only because its owner says so") {
  CHECK_FALSE(completed(stored(ca().pem(), "")).ca);
  CHECK(completed(flagged(stored(ca().pem(), ""), &StoredCertificate::ca)).ca);
}

TEST_CASE("a chain that cannot be read leaves only a mark") {
  auto certificate = completed(stored(pair()));
  certificate.chain = "hello";
  const auto unusable = completed(certificate);
  CHECK_FALSE(unusable.valid);
  CHECK(unusable.domain == "cn.test");
}

TEST_CASE("who changes a certificate without its key keeps the key") {
  const auto encrypted = stored(pair().certificate, encrypted_key(pair()), "password");
  const auto kept = [](StoredCertificate incoming, const StoredCertificate& old) {
    keep_secrets(incoming, old);
    return incoming;
  };

  auto shown = encrypted;
  hide_secrets(shown);
  CHECK(shown.private_key.empty());
  CHECK(shown.password.empty());
  CHECK(to_json(shown).find("PRIVATE") == std::string::npos);
  CHECK(kept(shown, encrypted) == encrypted);

  auto renamed = shown;
  renamed.name = "new";
  CHECK(kept(renamed, encrypted).private_key == encrypted.private_key);
  CHECK(kept(renamed, encrypted).name == "new");

  auto longer = shown;
  longer.chain += ca().pem();
  CHECK(kept(longer, encrypted).private_key == encrypted.private_key);

  CHECK(kept(stored(other_pair().certificate, ""), encrypted).private_key.empty());
  CHECK(kept(stored(other_pair().certificate, ""), encrypted).password.empty());
  CHECK(kept(stored("hello", ""), encrypted).private_key.empty());
  CHECK(kept(stored(other_pair()), encrypted) == stored(other_pair()));

  auto without_password = encrypted;
  without_password.password.clear();
  CHECK(kept(without_password, encrypted) == encrypted);
  CHECK(kept(stored(pair()), encrypted).password.empty());  // another key, not encrypted
}
