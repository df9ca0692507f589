#include "common/net/certificate_store.h"

#include <catch2/catch.hpp>

#include "common/net/certificate_folder.h"
#include "tests/support/test_pki.h"

using namespace otoroshi;
using namespace otoroshi::test;
using Names = std::vector<std::string>;

namespace {

const TestCa& ca() {
  static const TestCa ca;
  return ca;
}

// The common name of the chosen certificate; "" if there is none.
std::string chosen_subject(const CertificateStore& store, std::optional<std::string_view> name) {
  auto chosen = store.choose(name);
  return chosen.empty() ? "" : subject_of(chosen.front()->leaf.get());
}

CertificatePtr named(const std::string& common_name, Names names) {
  return parsed(ca().issue({.names = std::move(names), .common_name = common_name}));
}

}  // namespace

TEST_CASE("a certificate's names come from its SAN, and from its common name only without one") {
  struct {
    CertificateWish wish;
    Names expected;
  } cases[] = {
      {{.names = {"One.test", "*.Two.test", "10.0.0.1", "2001:db8::1"}, .common_name = "cn.test"},
       {"one.test", "*.two.test", "10.0.0.1", "2001:db8::1"}},
      {{.common_name = "CN.test"}, {"cn.test"}},
      {{.common_name = "*.cn.test"}, {"*.cn.test"}},
      {{.common_name = "Alice Example"}, {}},
      {{.common_name = ""}, {}},
  };
  for (const auto& [wish, expected] : cases) CHECK(parsed(ca().issue(wish))->names == expected);
}

TEST_CASE("what cannot be used as a certificate says why") {
  const auto good = ca().issue({.names = {"one.test"}});
  const auto other = ca().issue({.names = {"one.test"}});
  struct {
    std::string chain, key, expected;
  } cases[] = {
      {"", good.key, "there is no certificate"},
      {"hello", good.key, "there is no certificate"},
      {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", good.key,
       "certificate 1 cannot be read"},
      {good.certificate + "-----BEGIN CERTIFICATE-----\n", good.key, "certificate 2 cannot be read"},
      {good.certificate, good.certificate, "there is no private key"},
      {good.certificate, other.key, "does not belong"},
      {good.certificate, encrypted_key(good), "encrypted"},
  };
  for (const auto& [chain, key, expected] : cases) {
    auto certificate = parse_certificate(chain, key, "origin");
    REQUIRE_FALSE(certificate);
    CHECK_THAT(certificate.error().sentence, Catch::Contains(expected));
  }
}

TEST_CASE("the certificate for a name: exact, then one wildcard label, then the default domain") {
  const CertificateStore store(
      {named("exact", {"a.one.test"}), named("wildcard", {"*.one.test"}), named("default", {"default.test"})},
      "Default.test");
  struct {
    std::optional<std::string_view> name;
    std::string expected;
  } cases[] = {
      {"a.one.test", "CN=exact"},   {"b.one.test", "CN=wildcard"}, {"x.b.one.test", "CN=default"},
      {"one.test", "CN=default"},   {"other.test", "CN=default"},  {"localhost", "CN=default"},
      {std::nullopt, "CN=default"},
  };
  for (const auto& [name, expected] : cases) CHECK(chosen_subject(store, name) == expected);
}

TEST_CASE("without a default domain an unknown name gets nothing, and no name the only certificate") {
  const CertificateStore one({named("one", {"one.test"})}, "");
  CHECK(chosen_subject(one, "one.test") == "CN=one");
  CHECK(chosen_subject(one, "two.test") == "");
  CHECK(chosen_subject(one, std::nullopt) == "CN=one");

  const CertificateStore two({named("one", {"one.test"}), named("two", {"two.test"})}, "");
  CHECK(chosen_subject(two, std::nullopt) == "");
  CHECK(chosen_subject(CertificateStore(), std::nullopt) == "");
  CHECK(chosen_subject(CertificateStore(), "one.test") == "");
}

TEST_CASE("RSA and ECDSA stand side by side; of one type the certificate that expires last is taken") {
  using std::chrono::hours;
  auto issue = [](std::string common_name, int key_type, hours valid_until) {
    return parsed(ca().issue({.names = {"one.test"},
                              .common_name = common_name,
                              .key_type = key_type,
                              .valid_until = valid_until}));
  };
  const CertificateStore store(
      {issue("ec-short", EVP_PKEY_EC, hours(10)), issue("ec-long", EVP_PKEY_EC, hours(20)),
       issue("rsa", EVP_PKEY_RSA, hours(5))},
      "");
  for (auto name : {std::optional<std::string_view>("one.test"), std::optional<std::string_view>()}) {
    auto chosen = store.choose(name);
    REQUIRE(chosen.size() == 2);
    CHECK(subject_of(chosen[0]->leaf.get()) == "CN=ec-long");
    CHECK(subject_of(chosen[1]->leaf.get()) == "CN=rsa");
  }
}

TEST_CASE("a folder of certificates: NAME.crt with NAME.key, or NAME.pem") {
  TemporaryFolder folder;
  auto one = ca().issue({.names = {"one.test"}});
  auto two = ca().issue({.names = {"two.test"}});
  auto three = ca().issue({.names = {"three.test"}});
  folder.write("a.crt", one.certificate);
  folder.write("a.key", one.key);
  folder.write("b.pem", two.key + two.certificate);
  folder.write("c.pem", three.certificate);
  folder.write("c.key", three.key);
  folder.write("README.txt", "no certificate");
  auto read = CertificateFolder::read(folder.path(), nullptr);
  CHECK(read->problems() == Problems{});
  CHECK(read->warnings() == Problems{});
  CertificateStore store(read->certificates(), "");
  CHECK(store.size() == 3);
  for (auto name : {"one.test", "two.test", "three.test"}) CHECK(store.choose(name).size() == 1);
}

TEST_CASE("a folder that does not exist is an empty one") {
  auto read = CertificateFolder::read("/nonexistent/certs", nullptr);
  CHECK(read->certificates().empty());
  CHECK(read->problems().empty());
  CHECK_FALSE(read->changed());
}

TEST_CASE("a file that breaks is a problem, and its old certificate stays until it is whole again") {
  TemporaryFolder folder;
  auto old = ca().issue({.names = {"old.test"}});
  auto renewed = ca().issue({.names = {"new.test"}});
  auto file = folder.write("a.crt", old.certificate);
  folder.write("a.key", old.key);
  auto first = CertificateFolder::read(folder.path(), nullptr);
  CHECK_FALSE(first->changed());

  folder.write("a.crt", renewed.certificate);  // the key is still the old one
  CHECK(first->changed());
  auto broken = CertificateFolder::read(folder.path(), first.get());
  CHECK(broken->problems() == Problems{{file, "the private key does not belong to the certificate"}});
  REQUIRE(broken->certificates().size() == 1);
  CHECK(broken->certificates()[0]->names == Names{"old.test"});
  CHECK_FALSE(broken->changed());

  folder.write("a.key", renewed.key);
  CHECK(broken->changed());
  auto whole = CertificateFolder::read(folder.path(), broken.get());
  CHECK(whole->problems() == Problems{});
  REQUIRE(whole->certificates().size() == 1);
  CHECK(whole->certificates()[0]->names == Names{"new.test"});

  folder.remove("a.crt");
  CHECK(whole->changed());
  CHECK(CertificateFolder::read(folder.path(), whole.get())->certificates().empty());
}

TEST_CASE("a file that was broken from the start does not keep the others from being used") {
  TemporaryFolder folder;
  auto broken = folder.write("a.pem", "hello");
  folder.write("b.pem", ca().issue({.names = {"one.test"}}).both());
  auto read = CertificateFolder::read(folder.path(), nullptr);
  CHECK(read->problems() == Problems{{broken, "there is no certificate in PEM form"}});
  CHECK(read->certificates().size() == 1);
}

TEST_CASE("certificates that have expired, or name nobody, are used with a warning") {
  using std::chrono::hours;
  TemporaryFolder folder;
  auto expired = folder.write("a.pem", ca().issue({.names = {"a.test"}, .valid_until = hours(-1)}).both());
  auto early = folder.write("b.pem", ca().issue({.names = {"b.test"}, .valid_from = hours(1)}).both());
  auto nameless = folder.write("c.pem", ca().issue({.common_name = "Alice Example"}).both());
  auto read = CertificateFolder::read(folder.path(), nullptr);
  CHECK(read->certificates().size() == 3);
  auto warnings = read->warnings();
  REQUIRE(warnings.size() == 3);
  CHECK(warnings[0].path == expired);
  CHECK_THAT(warnings[0].sentence, Catch::StartsWith("the certificate expired on 20"));
  CHECK(warnings[1].path == early);
  CHECK_THAT(warnings[1].sentence, Catch::StartsWith("the certificate is not valid before 20"));
  CHECK(warnings[2] == Problem{nameless, "the certificate names no host"});
}
