#include <catch2/catch.hpp>

#include <ctime>

#include "common/model/tcp_service_json.h"

using namespace otoroshi;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

// The example of spec/tcp-services.md without its white space.
constexpr auto example =
    R"({"id":"tcp_service_postgres","name":"PostgreSQL proxy",)"
    R"("description":"TCP proxy for the production PostgreSQL cluster","enabled":true,"port":5432,)"
    R"("interface":"0.0.0.0","tls":"Enabled","clientAuth":"None","sni":{"enabled":true,"forwardIfNoMatch":true,)"
    R"("forwardsTo":{"host":"postgres-primary.internal","ip":null,"port":5432,"tls":false}},)"
    R"("rules":[{"domain":".*read.*","targets":[{"host":"postgres-replica.internal","ip":null,"port":5432,"tls":false}]}],)"
    R"("tags":["database","production"],"metadata":{}})"sv;

TcpService parse(std::string_view json) {
  auto service = parse_tcp_service(json);
  if (!service) FAIL(to_text(service.error()));
  return *service;
}

// Problems as text, "" if the service is read.
std::string complaint(std::string_view json) {
  const auto service = parse_tcp_service(json);
  return service ? "" : to_text(service.error());
}

}  // namespace

TEST_CASE("the specification's example is read, and written back byte for byte") {
  const auto service = parse(example);
  CHECK(service.id == "tcp_service_postgres");
  CHECK(service.port == 5432);
  CHECK(service.tls == TlsMode::enabled);
  CHECK(service.sni.forwards_to.host == "postgres-primary.internal");
  CHECK(service.rules.at(0).domain == ".*read.*");
  CHECK(service.rules.at(0).targets.at(0).port == 5432);
  CHECK(service.tags == std::vector{"database"s, "production"s});
  CHECK(to_json(service) == example);
}

TEST_CASE("only the port must be given; everything else has the specification's default") {
  const auto service = parse(R"({"port": 22})");
  TcpService expected;
  expected.port = 22;
  CHECK(service == expected);
  CHECK(service.enabled);
  CHECK(service.interface == "0.0.0.0");
  CHECK(service.tls == TlsMode::disabled);
  CHECK(service.client_auth == ClientAuth::none);
  CHECK_FALSE(service.sni.enabled);
  CHECK_FALSE(service.sni.forward_if_no_match);
  CHECK(
      to_json(service) ==
      R"({"id":"","name":"","description":"","enabled":true,"port":22,"interface":"0.0.0.0","tls":"Disabled",)"
      R"("clientAuth":"None","sni":{"enabled":false,"forwardIfNoMatch":false,)"
      R"("forwardsTo":{"host":"","ip":null,"port":0,"tls":false}},"rules":[],"tags":[],"metadata":{}})");
  CHECK(parse(to_json(service)) == service);
}

TEST_CASE("null is the same as absent, but for the port") {
  CHECK(
      parse(
          R"({"port":22,"id":null,"enabled":null,"interface":null,"tls":null,"sni":null,"rules":null,"tags":null})") ==
      parse(R"({"port":22})"));
  CHECK(parse(R"({"port":22,"sni":{"forwardsTo":null}})") == parse(R"({"port":22})"));
  CHECK(complaint(R"({"port":null})") == "/port: is missing: a whole number from 1 to 65535 is wanted");
}

TEST_CASE("tls, clientAuth and proxyProtocol are read in any letter case and written as specified") {
  const auto service =
      parse(R"({"port":1,"tls":"PASSTHROUGH","clientAuth":"need","rules":[{"domain":"*","targets":[
      {"host":"a","port":1,"proxyProtocol":"V2"}]}]})");
  CHECK(service.tls == TlsMode::pass_through);
  CHECK(service.client_auth == ClientAuth::need);
  CHECK(service.rules[0].targets[0].proxy_protocol == ProxyProtocol::v2);
  CHECK_THAT(to_json(service), Catch::Contains(R"("tls":"PassThrough","clientAuth":"Need")"));
  CHECK_THAT(to_json(service), Catch::Contains(R"("proxyProtocol":"v2")"));
  CHECK(complaint(R"({"port":1,"tls":"Pass-Through"})") ==
        R"(/tls: "Pass-Through" is not allowed: one of "Disabled", "PassThrough", "Enabled" is wanted)");
  CHECK(complaint(R"({"port":1,"clientAuth":true})") ==
        R"(/clientAuth: true is not allowed: one of "None", "Want", "Need" is wanted)");
}

TEST_CASE("a target needs a port, and a host or an ip") {
  const auto service = parse(R"({"port":1,"rules":[{"domain":"*","targets":[{"ip":"10.0.0.1","port":1},
      {"host":"a","ip":"::1","port":2}]}],"sni":{"forwardsTo":{"ip":"10.0.0.2"}}})");
  CHECK(service.rules[0].targets[0].host == "10.0.0.1");
  CHECK(service.rules[0].targets[1].host == "a");
  CHECK(service.sni.forwards_to.host == "10.0.0.2");
  CHECK(complaint(R"({"port":1,"rules":[{"domain":"*","targets":[{"host":"a"},{"host":"a","port":0}]}]})") ==
        "/rules/0/targets/0/port: is missing: a whole number from 1 to 65535 is wanted\n"
        "/rules/0/targets/1/port: 0 is not allowed: a whole number from 1 to 65535 is wanted");
}

TEST_CASE("the options that the specification does not have are written only if they are set") {
  const auto plain = R"({"host":"a","ip":null,"port":1,"tls":true})"s;
  const auto json = [](const std::string& target) {
    return R"({"port":1,"rules":[{"domain":"*","targets":[)" + target + "]}]}";
  };
  CHECK_THAT(to_json(parse(json(plain))), Catch::Contains("[" + plain + "]"));

  const auto trusting = parse(json(R"({"host":"a","port":1,"tls":true,"tls_config":{"trust_all":true}})"));
  CHECK(trusting.rules[0].targets[0].trust_all);
  CHECK_THAT(to_json(trusting), Catch::Contains(R"("tls":true,"tls_config":{"trust_all":true}})"));

  const auto others = parse(json(R"({"host":"a","port":1,"tls_config":{"mtls":false}})"));
  CHECK_THAT(to_json(others), Catch::Contains(R"("tls_config":{"trust_all":false,"mtls":false})"));
}

TEST_CASE("every wrong type is named with its path, all at once") {
  const auto json =
      R"({"id":1,"name":true,"description":[],"enabled":"yes","port":"5432","interface":0,"tls":"on",
      "clientAuth":1,"tags":["a",2],"metadata":{"a/b":1,"c":"d"},
      "sni":{"enabled":1,"forwardIfNoMatch":"no","forwardsTo":{"host":[],"ip":1,"port":65536,"tls":0}},
      "rules":[{"domain":1,"targets":{}},{"targets":[{"host":null,"ip":{},"port":-1,"tls":"x",
        "tls_config":{"trust_all":"maybe"},"proxyProtocol":"v3"},7]},"rule"]})";
  const auto service = parse_tcp_service(json);
  REQUIRE_FALSE(service);
  const auto port = " is not allowed: a whole number from 1 to 65535 is wanted"s;
  const auto boolean = " is not allowed: true or false is wanted"s;
  const auto text = " is not allowed: a text is wanted"s;
  const auto object = " is not allowed: an object is wanted"s;
  CHECK(service.error() ==
        Problems{{"/id", "a number" + text},
                 {"/name", "true" + text},
                 {"/description", "a list" + text},
                 {"/enabled", "\"yes\"" + boolean},
                 {"/port", "\"5432\"" + port},
                 {"/interface", "a number" + text},
                 {"/tls", R"("on" is not allowed: one of "Disabled", "PassThrough", "Enabled" is wanted)"},
                 {"/clientAuth", R"(1 is not allowed: one of "None", "Want", "Need" is wanted)"},
                 {"/tags/1", "a number" + text},
                 {"/metadata/a~1b", "a number" + text},
                 {"/sni/enabled", "1" + boolean},
                 {"/sni/forwardIfNoMatch", "\"no\"" + boolean},
                 {"/sni/forwardsTo/host", "a list" + text},
                 {"/sni/forwardsTo/ip", "a number" + text},
                 {"/sni/forwardsTo/port", "65536 is not allowed: a whole number from 0 to 65535 is wanted"},
                 {"/sni/forwardsTo/tls", "0" + boolean},
                 {"/rules/0/domain", "a number" + text},
                 {"/rules/0/targets", "an object is not allowed: a list is wanted"},
                 {"/rules/1/targets/0/ip", "an object" + text},
                 {"/rules/1/targets/0/port", "-1" + port},
                 {"/rules/1/targets/0/tls", "\"x\"" + boolean},
                 {"/rules/1/targets/0/tls_config/trust_all", "\"maybe\"" + boolean},
                 {"/rules/1/targets/0/proxyProtocol",
                  R"("v3" is not allowed: one of "none", "v1", "v2" is wanted)"},
                 {"/rules/1/targets/1", "a number" + object},
                 {"/rules/1/domain", "is missing: a text is wanted"},
                 {"/rules/2", "a text" + object}});
  CHECK(complaint("[]") == "a list is not allowed: an object is wanted");
  CHECK(complaint("{") != "");
}

TEST_CASE("unknown fields survive reading and writing at every level") {
  const auto json =
      R"({"id":"x","name":"","description":"","enabled":true,"port":1,"interface":"::","tls":"Disabled",)"
      R"("clientAuth":"None","sni":{"enabled":false,"forwardIfNoMatch":false,"forwardsTo":{"host":"h","ip":null,)"
      R"("port":1,"tls":false,"weight":1.5}, "sniExtra":[1,{"a":null}]},"rules":[{"domain":"*","targets":[{"host":"a",)"
      R"("ip":null,"port":1,"tls":false,"tls_config":{"trust_all":false,"certs":["c"]},"x~/\"":"é\u0000"}],"note":"n"}],)"
      R"("tags":[],"metadata":{},"_loc":{"tenant":"default","teams":["a"]},"nothing":null,"big":18446744073709551615})"s;
  auto expected = json;
  expected.erase(expected.find(", \"sniExtra\"") + 1, 1);
  const auto service = parse(json);
  CHECK(service.unknown_fields ==
        R"({"_loc":{"tenant":"default","teams":["a"]},"nothing":null,"big":18446744073709551615})");
  CHECK(to_json(service) == expected);
  CHECK(parse(to_json(service)) == service);
}

TEST_CASE("hostile documents are problems, not crashes") {
  std::string deep = R"({"port":1,"_loc":)";
  for (int i = 0; i < 1000; ++i) deep += "[";
  for (int i = 0; i < 1000; ++i) deep += "]";
  deep += "}";
  CHECK_THAT(complaint(deep), Catch::Contains("more than 64"));
  CHECK_THAT(complaint(std::string(10 << 20, '[')), Catch::Contains("more than 64"));
  CHECK_THAT(complaint("{\"port\":1,\"name\":\"a\0b\"}"sv), Catch::Contains("line 1, column"));
  CHECK_THAT(complaint("{\"port\":1,\"name\":\"\xff\"}"), Catch::Contains("not UTF-8"));
  CHECK_THAT(complaint(R"({"port":1,"port":2})"),
             Catch::Contains("/port: the object has this field more than once"));
  CHECK(parse(R"({"port":1,"description":"a\u0000b"})").description == "a\0b"s);
}

TEST_CASE("ten thousand rules are read and written in no time") {
  std::string json = R"({"port":1,"rules":[)";
  for (int i = 0; i < 10'000; ++i) {
    json.append(R"({"domain":"host)").append(std::to_string(i));
    json.append(R"(.test","targets":[{"host":"a","port":1,"_x":1}]},)");
  }
  json.back() = ']';
  json += '}';
  const auto started = std::clock();  // of this process: others have the cores, too
  CHECK(parse(to_json(parse(json))).rules.size() == 10'000);
  CHECK(std::clock() - started < 5 * CLOCKS_PER_SEC);  // some 0.1 s without sanitizers
}
