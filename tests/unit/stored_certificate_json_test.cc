#include "common/model/stored_certificate_json.h"

#include <catch2/catch.hpp>

#include "common/json/parse.h"

using namespace otoroshi;

namespace {

// As Otoroshi writes it.
const auto* const exported = R"({
  "_loc": {"tenant": "default", "teams": ["default"]},
  "id": "cert_1", "domain": "one.test", "name": "one", "description": "first",
  "chain": "-----BEGIN CERTIFICATE-----", "caRef": "cert_ca", "privateKey": "-----BEGIN PRIVATE KEY-----",
  "selfSigned": true, "ca": true, "valid": true, "exposed": true, "revoked": true, "autoRenew": true,
  "letsEncrypt": true, "subject": "CN=one.test", "from": -1000, "to": 1800000000000, "client": true,
  "keypair": true, "sans": ["one.test", "two.test"], "certType": "client", "password": "secret",
  "metadata": {"a": "b"}, "tags": ["t"]})";

StoredCertificate parsed(std::string_view json) {
  auto certificate = parse_stored_certificate(json);
  if (!certificate) FAIL(to_text(certificate.error()));
  return *certificate;
}

}  // namespace

TEST_CASE("a certificate of an export is read whole") {
  const auto certificate = parsed(exported);
  CHECK(certificate.id == "cert_1");
  CHECK(certificate.domain == "one.test");
  CHECK(certificate.name == "one");
  CHECK(certificate.description == "first");
  CHECK(certificate.chain == "-----BEGIN CERTIFICATE-----");
  CHECK(certificate.private_key == "-----BEGIN PRIVATE KEY-----");
  CHECK(certificate.password == "secret");
  CHECK(certificate.authority == "cert_ca");
  for (const auto flag :
       {&StoredCertificate::self_signed, &StoredCertificate::ca, &StoredCertificate::valid,
        &StoredCertificate::exposed, &StoredCertificate::revoked, &StoredCertificate::auto_renew,
        &StoredCertificate::lets_encrypt, &StoredCertificate::client, &StoredCertificate::keypair})
    CHECK(certificate.*flag);
  CHECK(certificate.subject == "CN=one.test");
  CHECK(certificate.from == -1000);
  CHECK(certificate.to == 1800000000000);
  CHECK(certificate.sans == std::vector<std::string>{"one.test", "two.test"});
  CHECK(certificate.type == "client");
  CHECK(certificate.tags == std::vector<std::string>{"t"});
  CHECK(certificate.metadata.at("a") == "b");
}

TEST_CASE("what is written is what was read, with the fields of others") {
  const auto certificate = parsed(exported);
  const auto json = to_json(certificate);
  CHECK(parsed(json) == certificate);
  CHECK(json.find(R"("_loc":{"tenant":"default","teams":["default"]})") != json.npos);
}

TEST_CASE("only the chain has to be there") {
  const auto certificate = parsed(R"({"chain": "pem", "password": null, "caRef": null})");
  CHECK(certificate.private_key.empty());
  for (const auto flag : {&StoredCertificate::ca, &StoredCertificate::client, &StoredCertificate::keypair,
                          &StoredCertificate::revoked, &StoredCertificate::valid})
    CHECK_FALSE(certificate.*flag);
  CHECK(to_json(certificate).find(R"("password":null)") != std::string::npos);

  for (const auto* json : {"{}", R"({"chain": null})", R"({"chain": ""})", R"({"chain": " "})"}) {
    CAPTURE(json);
    const auto refused = parse_stored_certificate(json);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().size() == 1);
    CHECK(refused.error()[0].path == "/chain");
  }
}

TEST_CASE("a value of the wrong type is told by its place, a secret by no word") {
  const auto refused =
      parse_stored_certificate(R"({"chain": "pem", "ca": "yes", "from": "now", "privateKey": ["hunter2"],
                                   "password": {"hunter2": 1}, "sans": [1]})");
  REQUIRE_FALSE(refused);
  const auto text = to_text(refused.error());
  CAPTURE(text);
  for (const auto* path : {"/ca: ", "/from: ", "/privateKey: ", "/password: ", "/sans/0: "})
    CHECK(text.find(path) != text.npos);
  CHECK(text.find("hunter2") == text.npos);
}
