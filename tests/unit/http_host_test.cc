#include "common/sniff/http_host.h"

#include <catch2/catch.hpp>

#include "tests/support/verdict_property.h"

using namespace otoroshi;
using namespace std::string_literals;

namespace {

// One word for a verdict, so that tables are readable: the host, or what else was said in <>.
std::string outcome(std::string_view input) {
  auto verdict = inspect_http_head(as_bytes(input));
  if (std::holds_alternative<NeedMore>(verdict)) return "<more>";
  if (std::holds_alternative<NotThis>(verdict)) return "<not http>";
  if (std::holds_alternative<Malformed>(verdict)) return "<malformed>";
  return std::get<HttpHead>(verdict).host.value_or("<no host>");
}

struct Case {
  std::string input;
  std::string expected;
};

void check(const std::vector<Case>& cases) {
  for (const auto& [input, expected] : cases) {
    INFO(input.substr(0, 200));
    CHECK(outcome(input) == expected);
    CHECK(test::broken_promise_at(inspect_http_head, as_bytes(input)) == std::nullopt);
  }
}

}  // namespace

TEST_CASE("the host of an HTTP/1 head") {
  check({
      {"GET / HTTP/1.1\r\nHost: one.test\r\n\r\n", "one.test"},
      {"GET / HTTP/1.0\nHost: one.test\n\n", "one.test"},
      {"\r\nGET / HTTP/1.1\r\nHost: one.test\r\n\r\n", "one.test"},
      {"POST /x HTTP/1.1\r\nA: b\r\nhOsT:\t ONE.Test:8080 \t\r\nC:\r\n\r\nbody", "one.test"},
      {"GET / HTTP/1.1\r\nHost: one.test.\r\n\r\n", "one.test"},
      {"GET / HTTP/1.1\r\nHost: one.test:\r\n\r\n", "one.test"},
      {"GET / HTTP/1.1\r\nHost: 10.0.0.1:80\r\n\r\n", "10.0.0.1"},
      {"GET / HTTP/1.1\r\nHost: [2001:DB8::1]:80\r\n\r\n", "2001:db8::1"},
      {"GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n", "::1"},
      {"GET http://target.test:81/x HTTP/1.1\r\nHost: other.test\r\n\r\n", "target.test"},
      {"GET HTTPS://Target.test?x HTTP/1.1\r\n\r\n", "target.test"},
      {"GET /?u=http://not.this/ HTTP/1.1\r\nHost: one.test\r\n\r\n", "one.test"},
      {"CONNECT db.test:5432 HTTP/1.1\r\nHost: other.test\r\n\r\n", "db.test"},
      {"OPTIONS * HTTP/1.1\r\nHost: one.test\r\n\r\n", "one.test"},
      {"GET / HTTP/1.0\r\n\r\n", "<no host>"},
      {"GET / HTTP/1.1\r\nHost:\r\n\r\n", "<no host>"},
      {"GET / HTTP/1.1\r\nX-Host: one.test\r\n\r\n", "<no host>"},
  });
}

TEST_CASE("an HTTP/1 head that servers could read in different ways is malformed") {
  check({
      {"GET / HTTP/1.1\r\nHost: one.test\r\nHost: two.test\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost: one.test\r\n two.test\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost : one.test\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\n: one.test\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nno colon\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"s, "<malformed>"},
      {"GET / HTTP/1.1\r\nA: b\rHost: x\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost: []\r\n\r\n", "<malformed>"},
      {"GET / HTTP/1.1\r\nHost: [g]\r\n\r\n", "<malformed>"},
      {"GET http://user@one.test/ HTTP/1.1\r\nHost: one.test\r\n\r\n", "<malformed>"},
  });
}

TEST_CASE("what is not HTTP/1 is told from it at the first impossible byte") {
  struct {
    std::string input;
    std::optional<std::size_t> decided_at;
  } cases[] = {
      {"", std::nullopt},
      {"GET", std::nullopt},
      {"GET /index", std::nullopt},
      {"GET / HTTP/1.1\r\nHost: one.test\r\n", std::nullopt},
      {"\x16\x03\x01", 1},
      {"\0\0\0\x08"s, 1},
      {" GET / HTTP/1.1", 1},
      {"SSH-2.0-client\r\n", 15},
      {"SSH-2.0-client comment\r\n", 23},
      {"GET /\r\n", 6},
      {"GET  / HTTP/1.1", 5},
      {"GET / http/1.1", 7},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 12},
      {"GET / HTTP/1.x", 14},
      {"GET / HTTP/1.10", 15},
      {std::string(40, 'A'), 33},
  };
  for (const auto& [input, decided_at] : cases) {
    INFO(input);
    CHECK(test::decided_at(inspect_http_head, as_bytes(input)) == decided_at);
    CHECK(outcome(input) == (decided_at ? "<not http>" : "<more>"));
    CHECK(test::broken_promise_at(inspect_http_head, as_bytes(input)) == std::nullopt);
  }
}

TEST_CASE("a head is decided with its last byte and not later") {
  auto head = "GET / HTTP/1.1\r\nHost: one.test\r\n\r\n"s;
  CHECK(test::decided_at(inspect_http_head, as_bytes(head + "body")) == head.size());
}

TEST_CASE("an HTTP head may have 16 KiB") {
  auto head = [](std::size_t bytes) {
    auto start = "GET / HTTP/1.1\r\nHost: one.test\r\nX: "s;
    return start + std::string(bytes - start.size() - 4, 'x') + "\r\n\r\n";
  };
  CHECK(outcome(head(max_http_head_bytes)) == "one.test");
  CHECK(outcome(head(max_http_head_bytes + 1)) == "<malformed>");
  CHECK(outcome("GET /" + std::string(max_http_head_bytes, 'x')) == "<malformed>");
}
