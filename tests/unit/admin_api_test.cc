#include "gateway/admin/admin_api.h"

#include <catch2/catch.hpp>
#include <optional>
#include <stdexcept>

#include "common/auth/auth_headers.h"
#include "gateway/admin/answers.h"

using namespace otoroshi;
using namespace otoroshi::gateway;

namespace {

AdminRoutes some_routes() {
  AdminRoutes routes;
  const auto add = [&routes](std::string method, std::string path, gateway::Access access) {
    const auto answer = [path](const AdminRequest& request) { return json_answer(200, path + request.body); };
    routes.add({.method = std::move(method),
                .path = path,
                .answer = answer,
                .access = access,
                .tag = "",
                .summary = "",
                .max_body = 10});
  };
  add("GET", "/live", gateway::Access::open);
  add("GET", "/metrics", gateway::Access::metrics);
  add("GET", "/things/:id", gateway::Access::key);
  add("PUT", "/things/:id", gateway::Access::key);
  routes.add(
      {.method = "GET",
       .path = "/broken",
       .answer = [](const AdminRequest&) -> AdminResponse { throw std::runtime_error("inner secret"); },
       .tag = "",
       .summary = ""});
  return routes;
}

enum class By { nobody, wrong_key, right_key };

class Api {
 public:
  explicit Api(bool metrics_are_open = false)
      : api_(control_, some_routes(), {AdminKey("me", "secret"), metrics_are_open}) {}

  static AdminRequest request(By who, const std::string& method, const std::string& target) {
    AdminRequest request;
    request.method = method;
    request.read_target(target);
    request.remote = "192.0.2.1";
    if (who != By::nobody)
      request.headers = {
          {"authorization", basic_authorization("me", who == By::right_key ? "secret" : "guess")}};
    return request;
  }

  AdminApi& api() { return api_; }
  asio::io_context& control() { return control_; }

  std::optional<AdminResponse> ask_at_once(AdminRequest request) {
    std::optional<AdminResponse> answer;
    const auto kept = std::make_shared<std::optional<AdminResponse>>();
    api_.answer(std::move(request), [kept](AdminResponse response) { *kept = std::move(response); });
    return *kept;
  }

  AdminResponse ask(By who, const std::string& method, const std::string& target) {
    auto answer = ask_at_once(request(who, method, target));
    REQUIRE(answer);
    return *answer;
  }

 private:
  asio::io_context control_;
  AdminApi api_;
};

std::string header_of(const AdminResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

}  // namespace

TEST_CASE("who may ask for what") {
  const struct {
    By who;
    std::string method, target;
    int status;
    bool metrics_are_open = false;
  } rows[] = {
      {By::nobody, "GET", "/live", 200},           {By::wrong_key, "GET", "/live", 200},
      {By::right_key, "GET", "/live", 200},        {By::nobody, "POST", "/live", 401},
      {By::right_key, "POST", "/live", 405},       {By::nobody, "GET", "/metrics", 401},
      {By::nobody, "GET", "/metrics", 200, true},  {By::right_key, "GET", "/metrics", 200},
      {By::nobody, "GET", "/things/1", 401, true}, {By::wrong_key, "GET", "/things/1", 401},
      {By::right_key, "GET", "/things/1", 200},    {By::nobody, "DELETE", "/things/1", 401},
      {By::right_key, "DELETE", "/things/1", 405}, {By::nobody, "GET", "/nothing", 401},
      {By::wrong_key, "GET", "/nothing", 401},     {By::right_key, "GET", "/nothing", 404},
      {By::nobody, "GET", "/live/", 401},          {By::right_key, "GET", "/broken", 500},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method, row.target, row.status);
    Api api(row.metrics_are_open);
    CHECK(api.ask(row.who, row.method, row.target).status == row.status);
  }
}

TEST_CASE("what refusals say") {
  Api api;
  const auto unauthorized = api.ask(By::wrong_key, "GET", "/things/1?a=%22");
  CHECK(unauthorized.body == R"({"error":"You're not authorized - GET /things/1?a=%22"})");
  CHECK(header_of(unauthorized, "WWW-Authenticate").starts_with("Basic"));
  CHECK(api.ask(By::nobody, "GET", "/things/1?a=%22").body == unauthorized.body);
  CHECK(api.ask(By::right_key, "GET", "/nothing").body ==
        R"({"error":"not_found","error_description":"there is nothing at /nothing"})");
  CHECK(header_of(api.ask(By::right_key, "POST", "/things/1"), "Allow") == "GET, PUT");
  const auto broken = api.ask(By::right_key, "GET", "/broken");
  CHECK(broken.body.contains(R"("error":"internal_error")"));
  CHECK_FALSE(broken.body.contains("inner secret"));
}

TEST_CASE("only for the right key a body is read into memory") {
  Api api;
  const struct {
    By who;
    std::string method, target;
    std::size_t limit;
  } rows[] = {
      {By::right_key, "PUT", "/things/1", 10}, {By::wrong_key, "PUT", "/things/1", 0},
      {By::nobody, "PUT", "/things/1", 0},     {By::nobody, "GET", "/live", 0},
      {By::right_key, "PUT", "/nothing", 0},   {By::right_key, "POST", "/things/1", 0},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method, row.target);
    CHECK(api.api().body_limit(Api::request(row.who, row.method, row.target)) == row.limit);
  }
  auto request = Api::request(By::right_key, "PUT", "/things/1");
  request.body_is_too_long = true;
  CHECK(api.ask_at_once(request)->status == 413);
  request.headers.clear();
  CHECK(api.ask_at_once(request)->status == 401);
}

TEST_CASE("whoever guesses waits, and the right key is served all the same") {
  Api api;
  for (int count = 0; count < GuessBrake::free_failures; ++count)
    CHECK(api.ask(By::wrong_key, "GET", "/things/1").status == 401);
  CHECK(api.ask(By::nobody, "GET", "/live").status == 200);
  CHECK(api.ask(By::nobody, "GET", "/things/1").status == 401);

  auto from_elsewhere = Api::request(By::right_key, "GET", "/things/1");
  from_elsewhere.remote = "192.0.2.2";
  CHECK(api.ask_at_once(from_elsewhere)->status == 200);

  std::vector<int> statuses;
  const auto ask_and_wait = [&](By who) {
    api.api().answer(Api::request(who, "GET", "/things/1"),
                     [&](const AdminResponse& response) { statuses.push_back(response.status); });
  };
  ask_and_wait(By::right_key);
  for (int count = 1; count < GuessBrake::waiting_at_most; ++count) ask_and_wait(By::wrong_key);
  CHECK(statuses.empty());
  ask_and_wait(By::right_key);
  CHECK(statuses == std::vector<int>{429});

  api.control().run();
  REQUIRE(statuses.size() == 1 + GuessBrake::waiting_at_most);
  CHECK(statuses[1] == 200);
  CHECK(statuses[2] == 401);
}
