// A request whose target is no URI goes to the host that stands behind "://" somewhere in it, while the
// server there takes the one of its Host field.

#include <catch2/catch.hpp>

#include "common/sniff/http_host.h"

using namespace otoroshi;

TEST_CASE("a request target names a host only behind a scheme") {
  const auto host_of = [](const std::string& target) {
    const auto head = "GET " + target + " HTTP/1.1\r\nHost: one.test\r\n\r\n";
    return std::get<HttpHead>(inspect_http_head(as_bytes(head))).host;
  };
  for (const auto* target : {"*http://other.test/", "?u=http://other.test/", "x?u=http://other.test/",
                             "://other.test/", "1http://other.test/"}) {
    INFO(target);
    CHECK(host_of(target) == "one.test");
  }
  CHECK(host_of("http://other.test/") == "other.test");
  CHECK(host_of("A+b-c.1://other.test/") == "other.test");
}
