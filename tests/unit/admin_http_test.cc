#include "gateway/admin/admin_http.h"

#include <catch2/catch.hpp>

using namespace otoroshi::gateway;

TEST_CASE("a request's target is read into path and query") {
  const struct {
    std::string target, path;
    TextPairs query;
  } rows[] = {
      {"/", "/", {}},
      {"/api/tcp/services", "/api/tcp/services", {}},
      {"/a?", "/a", {}},
      {"/a?page=2&pageSize=10", "/a", {{"page", "2"}, {"pageSize", "10"}}},
      {"/a?name=my+db&b=x%2By", "/a", {{"name", "my db"}, {"b", "x+y"}}},
      {"/a?fi%6Cter.x=%C3%A9", "/a", {{"filter.x", "\xC3\xA9"}}},
      {"/a?flag&empty=&=x", "/a", {{"flag", ""}, {"empty", ""}, {"", "x"}}},
      {"/a?&&b=1&", "/a", {{"b", "1"}}},
      {"/a?a=1=2", "/a", {{"a", "1=2"}}},
      {"/a?x=100%&y=%zz", "/a", {{"x", "100%"}, {"y", "%zz"}}},
      {"/a?b=1?c=2", "/a", {{"b", "1?c=2"}}},
      {"/with%20space/x+y", "/with%20space/x+y", {}},
      {"http://host:8081/a?b=1", "/a", {{"b", "1"}}},
      {"http://host", "/", {}},
      {"http://host?a=/b", "/", {{"a", "/b"}}},
      {"?url=http://host/b", "", {{"url", "http://host/b"}}},
      {"/a?url=http://host/b", "/a", {{"url", "http://host/b"}}},
      {"*", "*", {}},
      {"host:443", "host:443", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.target);
    AdminRequest request;
    request.read_target(row.target);
    CHECK(request.target == row.target);
    CHECK(request.path == row.path);
    CHECK(request.query == row.query);
  }
}

TEST_CASE("of repeated headers and parameters the first counts") {
  AdminRequest request;
  request.read_target("/?a=1&a=2");
  request.headers = {{"x", "one"}, {"x", "two"}};
  CHECK(request.parameter("a") == "1");
  CHECK(request.parameter("b") == std::nullopt);
  CHECK(request.header("x") == "one");
  CHECK(request.header("y") == std::nullopt);
}
