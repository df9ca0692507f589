#include "common/sniff/client_hello.h"

#include <openssl/ssl.h>

#include <catch2/catch.hpp>
#include <random>

#include "common/sniff/tls_alert.h"
#include "tests/support/hello_builder.h"
#include "tests/support/verdict_property.h"

using namespace otoroshi;
using namespace otoroshi::test;
using namespace std::string_literals;

namespace {

Verdict<ClientHello> inspect(std::string_view wire) {
  return inspect_client_hello(as_bytes(wire));
}

// One word for a verdict, so that tables are readable: the name, or what else was said in <>.
std::string outcome(std::string_view wire) {
  auto verdict = inspect(wire);
  if (std::holds_alternative<NeedMore>(verdict)) return "<more>";
  if (std::holds_alternative<NotThis>(verdict)) return "<not tls>";
  if (std::holds_alternative<Malformed>(verdict)) return "<malformed>";
  return std::get<ClientHello>(verdict).server_name.value_or("<no name>");
}

void keeps_its_promise(std::string_view wire) {
  CHECK(broken_promise_at(inspect_client_hello, as_bytes(wire)) == std::nullopt);
}

const auto grease = extension(0x0a0a, "") + extension(0xfafa, "\x01");
const auto one_name = server_name_extension(host_name("one.test"));
// An extension of unknown type that makes a hello as large as a test needs.
std::string padding(std::size_t bytes) {
  return extension(21, std::string(bytes, '\0'));
}

}  // namespace

TEST_CASE("the server name of OpenSSL's own hellos") {
  const OpensslHello cases[] = {
      {"one.test", {}},
      {"", {}},
      {"two.test", {"h2", "http/1.1"}},
      {"", {"postgresql"}},
      {"old.test", {}, TLS1_2_VERSION},
  };
  for (const auto& options : cases) {
    auto wire = openssl_hello(options);
    auto verdict = inspect(wire + "more");
    REQUIRE(std::holds_alternative<ClientHello>(verdict));
    const auto& hello = std::get<ClientHello>(verdict);
    CHECK(hello.server_name.value_or("") == options.server_name);
    CHECK(hello.bytes_on_wire == wire.size());
    CHECK(decided_at(inspect_client_hello, as_bytes(wire)) == wire.size());
    keeps_its_promise(wire + "more");
  }
}

TEST_CASE("a hello is the same in any number of records") {
  const auto message = hello_message(grease + one_name + alpn_extension({"h2"}));
  for (std::size_t fragment_bytes : {1, 2, 3, 4, 5, 7, 50, 1000}) {
    auto wire = records(message, fragment_bytes);
    auto verdict = inspect(wire);
    REQUIRE(std::holds_alternative<ClientHello>(verdict));
    CHECK(std::get<ClientHello>(verdict) == ClientHello{"one.test", wire.size()});
    CHECK(decided_at(inspect_client_hello, as_bytes(wire)) == wire.size());
    keeps_its_promise(wire);
  }
}

TEST_CASE("which server names a hello may have") {
  struct {
    std::optional<std::string> extensions;
    std::string expected;
  } cases[] = {
      {one_name, "one.test"},
      {server_name_extension(host_name("ONE.Test.")), "one.test"},
      {server_name_extension(host_name("a_b-c.1")), "a_b-c.1"},
      {server_name_extension(host_name("10.0.0.1")), "10.0.0.1"},
      {server_name_extension("\x07"s + vec(2, "other") + host_name("one.test")), "one.test"},
      {server_name_extension("\x07"s + vec(2, "other")), "<no name>"},
      {std::nullopt, "<no name>"},
      {"", "<no name>"},
      {grease, "<no name>"},
      {grease + one_name + grease, "one.test"},

      {one_name + one_name, "<malformed>"},
      {server_name_extension(host_name("a") + host_name("b")), "<malformed>"},
      {server_name_extension(host_name("")), "<malformed>"},
      {server_name_extension(host_name(".")), "<malformed>"},
      {server_name_extension(host_name("a\0b"s)), "<malformed>"},
      {server_name_extension(host_name("a b")), "<malformed>"},
      {server_name_extension(host_name("::1")), "<malformed>"},
      {server_name_extension(host_name("m\xc3\xbc.test")), "<malformed>"},
      {server_name_extension(host_name(std::string(256, 'a'))), "<malformed>"},
      {server_name_extension(""), "<malformed>"},
      {extension(0, ""), "<malformed>"},
      {extension(0, vec(2, host_name("a")) + "x"), "<malformed>"},
      {extension(0, vec(2, host_name("a") + "\0"s)), "<malformed>"},
      {one_name + "\0"s, "<malformed>"},
      {one_name + be(99, 2) + be(1, 2), "<malformed>"},
  };
  for (const auto& [extensions, expected] : cases) {
    INFO(extensions.value_or("no extensions"));
    auto wire = records(hello_message(extensions));
    CHECK(outcome(wire) == expected);
    keeps_its_promise(wire);
  }
}

TEST_CASE("hellos that break their own structure are malformed, and known as soon as the byte is there") {
  const auto message = hello_message(one_name);
  const auto wire = records(message);
  auto with = [&](std::size_t at, std::string_view bytes) {
    return std::string(wire).replace(at, bytes.size(), bytes);
  };
  struct {
    std::string wire;
    std::optional<std::size_t> decided_at;
  } cases[] = {
      {with(1, "\x02"), 2},                     // version 2.1
      {with(3, be(0, 2)), 5},                   // an empty record
      {with(3, be(0x4001, 2)), 5},              // a record of more than 16 KiB
      {with(5, "\x02"), 6},                     // a ServerHello
      {with(6, be(0xffffff, 3)), 9},            // 16 MiB
      {with(6, be(10, 3)), 9},                  // more than the message in its record
      {with(6, be(message.size() - 5, 3)), 9},  // likewise, by one byte
      {records(message + "\x14"), 9},           // another message behind it
      {wire.substr(0, 3) + be(2, 2) + message.substr(0, 2) + "\x17", 8},  // application data between
      {with(5 + 4 + 2 + 32, be(33, 1)), wire.size()},                     // a session id of 33 bytes
  };
  for (const auto& [input, decided_at] : cases) {
    CHECK(outcome(input) == "<malformed>");
    CHECK(test::decided_at(inspect_client_hello, as_bytes(input)) == decided_at);
    keeps_its_promise(input);
  }
}

TEST_CASE("what is not TLS is told from it by its first byte") {
  for (auto input : {"GET / HTTP/1.1"s, "\0\0\0\x08"s, "\x80\x2e\x01\x03\x01"s, "\x15\x03\x01"s}) {
    CHECK(outcome(input) == "<not tls>");
    CHECK(decided_at(inspect_client_hello, as_bytes(input)) == 1u);
    keeps_its_promise(input);
  }
  CHECK(outcome("") == "<more>");
}

TEST_CASE("a hello may have 64 KiB on the wire") {
  CHECK(outcome(records(hello_message(padding(20'000) + one_name))) == "one.test");
  CHECK(outcome(records(hello_message(padding(40'000) + one_name), 1000)) == "one.test");

  const auto unpadded = hello_message(padding(0) + one_name).size();
  const auto headers = 4u * 5;  // of the records that so many bytes need
  auto hello = [&](std::size_t bytes_on_wire) {
    return records(hello_message(padding(bytes_on_wire - headers - unpadded) + one_name));
  };
  REQUIRE(hello(max_hello_bytes).size() == max_hello_bytes);
  CHECK(outcome(hello(max_hello_bytes)) == "one.test");
  CHECK(outcome(hello(max_hello_bytes + 1)) == "<malformed>");
  CHECK(outcome(hello(max_hello_bytes + 1).substr(0, max_hello_bytes - 1)) == "<more>");
  CHECK(outcome(hello(max_hello_bytes + 1).substr(0, max_hello_bytes)) == "<malformed>");
}

TEST_CASE("mutations of a hello never make the inspection change its mind") {
  std::mt19937 random(20261121);  // the same mutations in every run
  const auto message = hello_message(grease + one_name + alpn_extension({"h2", "http/1.1"}));
  for (int round = 0; round < 2000; ++round) {
    auto wire = records(message, 1 + random() % message.size());
    for (auto changes = random() % 4; changes-- > 0;)
      wire[random() % wire.size()] = static_cast<char>(random());
    if (random() % 4 == 0) wire.erase(random() % wire.size(), 1 + random() % 3);
    if (broken_promise_at(inspect_client_hello, as_bytes(wire))) FAIL("round " << round);
  }
}

TEST_CASE("a TLS alert that refuses a server name") {
  CHECK(as_text(fatal_alert_record(TlsAlert::unrecognized_name)) == "\x15\x03\x03\0\x02\x02\x70"s);
}
