#include "otoroshictl/tcp_tunnel/http_proxy.h"

#include <catch2/catch.hpp>
#include <map>

using namespace otoroshi;
using namespace otoroshi::ctl;

namespace {

using Variables = std::map<std::string, std::string>;

Result<std::optional<HttpProxy>> choose(const Variables& variables,
                                        const HostPort& gateway = {"gw.test", 443}) {
  return choose_proxy(
      [&](const std::string& name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
      },
      gateway);
}

}  // namespace

TEST_CASE("HTTPS_PROXY is an HTTP proxy with or without scheme, user and port") {
  struct Row {
    const char* value;
    HttpProxy proxy;
  };
  const Row rows[] = {{"http://proxy.test:3128", {{"proxy.test", 3128}}},
                      {"HTTP://proxy.test:3128/", {{"proxy.test", 3128}}},
                      {"proxy.test:3128", {{"proxy.test", 3128}}},
                      {"http://proxy.test", {{"proxy.test", 80}}},
                      {"http://[::1]:3128", {{"::1", 3128}}},
                      {"http://u:p@proxy.test:3128", {{"proxy.test", 3128}, "Basic dTpw"}},
                      {"http://u%40x:p%3A@proxy.test:1", {{"proxy.test", 1}, "Basic dUB4OnA6"}},
                      {"http://u@proxy.test:1", {{"proxy.test", 1}, "Basic dTo="}}};
  for (const auto& row : rows) {
    CAPTURE(row.value);
    CHECK(choose({{"HTTPS_PROXY", row.value}}).value() == row.proxy);
  }
  CHECK(choose({{"https_proxy", "a:1"}, {"HTTPS_PROXY", "b:2"}}).value()->address == HostPort{"a", 1});
  CHECK_FALSE(choose({}).value());
  CHECK_FALSE(choose({{"HTTP_PROXY", "a:1"}}).value());
}

TEST_CASE("a proxy that cannot be used is told without its password") {
  for (const char* value :
       {"socks5://u:s3cret@proxy.test:1080", "https://u:s3cret@proxy.test", "http://u:s3cret@",
        "http://u:s3cret@a b", "http://u:%s3cret@a", "http://u:s3cret@a:0"}) {
    CAPTURE(value);
    const auto proxy = choose({{"HTTPS_PROXY", value}});
    REQUIRE_FALSE(proxy);
    CHECK(proxy.error().code == ErrorCode::bad_input);
    CHECK_THAT(proxy.error().sentence, Catch::StartsWith("HTTPS_PROXY: ") && !Catch::Contains("s3cret"));
    CHECK_FALSE(choose({{"HTTPS_PROXY", value}, {"NO_PROXY", "gw.test"}}).value());
  }
}

TEST_CASE("what listens on this machine is never behind a proxy") {
  for (const char* host : {"localhost", "LOCALHOST", "gw.localhost", "127.0.0.1", "127.9.9.9", "::1"})
    CHECK_FALSE(choose({{"HTTPS_PROXY", "a:1"}}, {host, 443}).value());
  for (const char* host : {"localhost.test", "128.0.0.1", "::2", "127.test"})
    CHECK(choose({{"HTTPS_PROXY", "a:1"}}, {host, 443}).value());
}

TEST_CASE("NO_PROXY names hosts, domains, addresses and networks") {
  struct Row {
    const char* no_proxy;
    HostPort gateway;
    bool named;
  };
  const HostPort name{"gw.eu.Example.com", 443};
  const Row rows[] = {{"", name, false},
                      {"*", name, true},
                      {"gw.eu.example.com", name, true},
                      {"example.com", name, true},
                      {".example.com", name, true},
                      {"*.example.com", name, true},
                      {"ample.com", name, false},
                      {"eu.example", name, false},
                      {" other.test , EXAMPLE.com ", name, true},
                      {"example.com:443", name, true},
                      {"example.com:8443", name, false},
                      {"x,,y", name, false},
                      {"10.1.2.3", {"10.1.2.3", 80}, true},
                      {"10.1.2.3:80", {"10.1.2.3", 80}, true},
                      {"10.1.2.3:81", {"10.1.2.3", 80}, false},
                      {"10.1.2.4", {"10.1.2.3", 80}, false},
                      {"1.2.3", {"10.1.2.3", 80}, false},
                      {"10.0.0.0/8", {"10.1.2.3", 80}, true},
                      {"10.1.2.2/31", {"10.1.2.3", 80}, true},
                      {"10.1.2.4/31", {"10.1.2.3", 80}, false},
                      {"0.0.0.0/0", {"10.1.2.3", 80}, true},
                      {"10.0.0.0/33", {"10.1.2.3", 80}, false},
                      {"10.0.0.0/x", {"10.1.2.3", 80}, false},
                      {"fd00::/8", {"fd12::1", 80}, true},
                      {"fd00::/8", {"fe12::1", 80}, false},
                      {"[fd12::1]", {"fd12::1", 80}, true},
                      {"fd12:0::1", {"fd12::1", 80}, true}};
  for (const auto& row : rows) {
    CAPTURE(row.no_proxy, row.gateway.host);
    CHECK(is_named_by_no_proxy(row.no_proxy, row.gateway) == row.named);
    CHECK(choose({{"HTTPS_PROXY", "a:1"}, {"no_proxy", row.no_proxy}}, row.gateway)->has_value() !=
          row.named);
  }
}

TEST_CASE("the proxy is asked for the gateway by name") {
  CHECK(connect_request({{"p", 1}}, {"gw.test", 443}) ==
        "CONNECT gw.test:443 HTTP/1.1\r\nHost: gw.test:443\r\n\r\n");
  CHECK(connect_request({{"p", 1}, "Basic dTpw"}, {"::1", 9}) ==
        "CONNECT [::1]:9 HTTP/1.1\r\nHost: [::1]:9\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
}
