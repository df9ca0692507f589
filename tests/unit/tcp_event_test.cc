#include "gateway/events/tcp_event.h"

#include <rapidjson/document.h>

#include <catch2/catch.hpp>
#include <set>

#include "gateway/events/snowflake.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

rapidjson::Document json_of(const TcpEvent& event) {
  auto text = to_json(event);
  CHECK(text.find('\n') == std::string::npos);
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text);
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

TcpServicePtr service(TlsMode tls, bool sni) {
  auto service = std::make_shared<TcpService>();
  service->id = "tcp_service_mail";
  service->name = "mail";
  service->tls = tls;
  service->sni.enabled = sni;
  return service;
}

TcpEvent typical() {
  TcpEvent event;
  event.id = 1234567890123456789;
  event.request_id = 42;
  event.timestamp = std::chrono::system_clock::time_point(1700000000123ms);
  event.service = service(TlsMode::enabled, true);
  event.client_tls = true;
  event.port = 5432;
  event.remote = "192.0.2.1:56324";
  event.local = "[::1]:5432";
  event.server_name = "mail.test";
  event.target = Target{.host = "imap.internal", .ip = "10.0.0.7", .port = 993, .tls = true};
  event.target_address = "10.0.0.7:993";
  event.client_certificate = "CN=Ann";
  event.data_in = 10;
  event.data_out = 20;
  event.duration = 1500ms;
  event.overhead = 3ms;
  return event;
}

}  // namespace

TEST_CASE("an event has the fields of Otoroshi's TcpEvent, then ours") {
  auto json = to_json(typical());
  CHECK(json.starts_with(
      R"({"@type":"TcpEvent","@id":"1234567890123456789","@timestamp":1700000000123,)"
      R"("reqId":"42","protocol":"Tcp/Tls","port":5432,)"
      R"("to":{"host":"mail.test:5432","scheme":"Tcp/Tls","uri":""},)"
      R"("target":{"host":"imap.internal/10.0.0.7:993","scheme":"Tcp/Tls","uri":""},)"
      R"("remote":"/192.0.2.1:56324","local":"/[::1]:5432","duration":1500,"overhead":3,)"
      R"("data":{"dataIn":10,"dataOut":20},"gwError":null,)"
      R"("@serviceId":"tcp_service_mail","@service":"mail","service":{"id":"tcp_service_mail")"));
  CHECK(json.ends_with(R"("sni":"mail.test","targetAddress":"10.0.0.7:993",)"
                       R"("clientCertificateSubject":"CN=Ann","tunnel":null,"ending":"normal","error":null})"));
}

TEST_CASE("protocol is Tcp/Tls only where the gateway ends TLS") {
  auto event = typical();
  CHECK(json_of(event)["protocol"] == "Tcp/Tls");
  event.client_tls = false;
  CHECK(json_of(event)["protocol"] == "Tcp");
}

TEST_CASE("a tunnel's event names its route, and who was admitted by what") {
  auto event = typical();
  event.service = nullptr;
  event.tunnel = TunnelEvent{"route_ssh", "ssh", "apikey", "dev-laptop"};
  auto json = json_of(event);
  CHECK(json["@serviceId"] == "route_ssh");
  CHECK(json["@service"] == "ssh");
  CHECK(json["service"].IsNull());
  CHECK(json["to"]["host"] == "mail.test:5432");
  CHECK(json["tunnel"]["route"] == "route_ssh");
  CHECK(json["tunnel"]["access"] == "apikey");
  CHECK(json["tunnel"]["consumer"] == "dev-laptop");
  CHECK(to_log_line(event) == "normal 192.0.2.1:56324 on port 5432, tunnel of route 'route_ssh'");

  event.tunnel->consumer = "";
  CHECK(json_of(event)["tunnel"]["consumer"].IsNull());
}

TEST_CASE("to.host says which name was asked for") {
  struct Row {
    bool sni;
    const char *name, *host;
  };
  for (auto [sni, name, host] : {Row{true, "a.test", "a.test:5432"}, Row{true, "", "no-sni"},
                                 Row{false, "a.test", "*"}, Row{false, "", "*"}}) {
    auto event = typical();
    event.service = service(TlsMode::disabled, sni);
    event.server_name = name;
    CHECK(json_of(event)["to"]["host"] == host);
  }
}

TEST_CASE("target.host is host, ip if there is one, and port") {
  auto event = typical();
  event.target = Target{.host = "db.internal", .ip = "", .port = 5432};
  CHECK(json_of(event)["target"]["host"] == "db.internal:5432");
  CHECK(json_of(event)["target"]["scheme"] == "Tcp");
  event.target.reset();
  CHECK(json_of(event)["target"]["host"] == "--");
}

TEST_CASE("a failed connection tells code, side and sentence") {
  auto event = typical();
  event.ending = Ending::refused;
  event.error = Error{ErrorCode::no_route, Side::client, "no rule matches 'x'"};
  auto json = json_of(event);
  CHECK(json["gwError"] == "no rule matches 'x'");
  CHECK(json["ending"] == "refused");
  CHECK(json["error"]["code"] == "no_route");
  CHECK(json["error"]["side"] == "client");
  CHECK(json["error"]["sentence"] == "no rule matches 'x'");
  CHECK(to_log_line(event) ==
        "refused 192.0.2.1:56324 on port 5432, service 'mail': no rule matches 'x' (client, no_route)");
}

TEST_CASE("a connection without a service, and with a hostile name, still is one valid line") {
  TcpEvent event;
  event.server_name = "a\"\n\xff\0b"s;
  auto json = json_of(event);
  CHECK(json["sni"] == "a\"\n\xef\xbf\xbd\0b"s);
  CHECK(json["service"].IsNull());
  CHECK(json["@serviceId"] == "otoroshi");
  CHECK(json["targetAddress"].IsNull());
  CHECK(json["clientCertificateSubject"].IsNull());
}

TEST_CASE("snowflake ids grow, hold their time and differ between generators") {
  SnowflakeIds first(1), second(2);
  auto now = std::chrono::system_clock::time_point(1700000000000ms);
  std::set<std::uint64_t> seen;
  std::uint64_t last = 0;
  for (int i = 0; i < 10'000; ++i) {  // more than fit into one millisecond
    auto id = first.next(now);
    REQUIRE(id > last);
    last = id;
    seen.insert(id);
    seen.insert(second.next(now));
  }
  REQUIRE(seen.size() == 20'000);
  REQUIRE(first.next(now - 1h) > last);
  REQUIRE(SnowflakeIds(5).next(now) >> 22 == 1700000000000 - 1288834974657);
  REQUIRE((SnowflakeIds(5).next(now) >> 12 & 0x3ff) == 5);
}
