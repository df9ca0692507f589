#include "gateway/admin/health.h"

#include <catch2/catch.hpp>

#include "common/json/parse.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

TEST_CASE("the probes: ready is who serves, healthy is who also keeps what he is told") {
  struct Row {
    Health health;
    int status, ready, startup;
    std::string_view otoroshi, datastore, certificates;
  };
  const Row rows[] = {
      {{.started = true}, 200, 200, 200, "healthy", "healthy", "loaded"},
      {{.started = false}, 503, 503, 503, "unhealthy", "healthy", "loading"},
      {{.started = true, .draining = true}, 503, 503, 200, "unhealthy", "healthy", "loaded"},
      {{.started = true, .store_works = false}, 503, 200, 200, "healthy", "unhealthy", "loaded"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.health.started, row.health.draining, row.health.store_works);
    CHECK(answer_live().status == 200);
    CHECK(answer_ready(row.health).status == row.ready);
    CHECK(answer_startup(row.health).status == row.startup);
    const auto answer = answer_health(row.health);
    CHECK(answer.status == row.status);
    const auto json = parse_json(answer.body);
    REQUIRE(json);
    CHECK((*json)["otoroshi"].GetString() == row.otoroshi);
    CHECK((*json)["proxy"]["status"].GetString() == row.otoroshi);
    CHECK((*json)["datastore"].GetString() == row.datastore);
    CHECK((*json)["storage"]["status"].GetString() == row.datastore);
    CHECK((*json)["certificates"]["status"].GetString() == row.certificates);
    CHECK((*json)["scripts"]["initialized"].GetBool());
    CHECK((*json)["eventstore"]["initialized"].GetBool());
  }
  CHECK(answer_live().body == R"({"live":true})");
  CHECK(answer_ready({.started = true}).body == R"({"ready":true})");
  CHECK(answer_ready({}).body == R"({"ready":false})");
  CHECK(answer_startup({}).body == R"({"started":false})");
}
