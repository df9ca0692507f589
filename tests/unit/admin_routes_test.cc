#include "gateway/admin/admin_routes.h"

#include <catch2/catch.hpp>

using namespace otoroshi::gateway;

namespace {

AdminRoutes some_routes() {
  AdminRoutes routes;
  for (const auto& [method, path] : TextPairs{{"GET", "/api/things"},
                                              {"POST", "/api/things"},
                                              {"GET", "/api/things/:id"},
                                              {"DELETE", "/api/things/:id"},
                                              {"GET", "/api/things/_template"},
                                              {"POST", "/api/things/_bulk"},
                                              {"GET", "/api/things/:id/parts/:part"},
                                              {"GET", "/apis/one.io/v1/things/:id"},
                                              {"GET", "/apis/all"},
                                              {"GET", "/"}})
    routes.add({.method = method, .path = path, .answer = {}, .tag = "", .summary = ""});
  return routes;
}

}  // namespace

TEST_CASE("a path finds the operation with the most fixed segments") {
  const struct {
    std::string method, path, found;
    TextPairs parameters;
    bool path_is_known;
  } rows[] = {
      {"GET", "/api/things", "/api/things", {}, true},
      {"PUT", "/api/things", "", {}, true},
      {"GET", "/api/things/7", "/api/things/:id", {{"id", "7"}}, true},
      {"GET", "/api/things/a%2Fb%20c", "/api/things/:id", {{"id", "a/b c"}}, true},
      {"GET", "/api/things/_template", "/api/things/_template", {}, true},
      {"DELETE", "/api/things/_template", "/api/things/:id", {{"id", "_template"}}, true},
      {"GET", "/api/things/7/parts/x", "/api/things/:id/parts/:part", {{"id", "7"}, {"part", "x"}}, true},
      {"GET", "/", "/", {}, true},
      {"GET", "/api/things/", "", {}, false},
      {"GET", "/api/things/%zz", "", {}, false},
      {"GET", "/api/things/7/", "", {}, false},
      {"GET", "/api/thing", "", {}, false},
      {"GET", "/api/thingsx", "", {}, false},
      {"GET", "/api//things", "", {}, false},
      {"GET", "/apis/one.io/v1/things/7", "/apis/one.io/v1/things/:id", {{"id", "7"}}, true},
      {"GET", "/apis/any/v1/things/7", "/apis/one.io/v1/things/:id", {{"id", "7"}}, true},
      {"GET", "/apis/two.io/v1/things/7", "", {}, false},
      {"GET", "/apis/any/v1/others/7", "", {}, false},
      {"GET", "/apis/any", "", {}, false},
      {"GET", "/api/any", "", {}, false},
      {"GET", "", "", {}, false},
      {"GET", "*api/things", "", {}, false},
      {"GET", "*", "", {}, false},
      {"get", "/api/things", "", {}, true},
  };
  const auto routes = some_routes();
  for (const auto& row : rows) {
    CAPTURE(row.method, row.path);
    AdminRequest request;
    request.method = row.method;
    request.path = row.path;
    bool path_is_known = false;
    const auto* found = routes.find(request, path_is_known);
    CHECK((found ? found->path : "") == row.found);
    CHECK(path_is_known == row.path_is_known);
    if (found) CHECK(request.path_parameters == row.parameters);
  }
}

TEST_CASE("what a path can be asked with") {
  const auto routes = some_routes();
  CHECK(routes.methods_of("/api/things") == "GET, POST");
  CHECK(routes.methods_of("/api/things/7") == "GET, DELETE");
  CHECK(routes.methods_of("/api/things/_template") == "GET, DELETE");
  CHECK(routes.methods_of("/nothing").empty());
}
