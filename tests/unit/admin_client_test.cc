#include "otoroshictl/resources/admin_client.h"

#include <catch2/catch.hpp>

using namespace otoroshi;
using namespace otoroshi::ctl;

TEST_CASE("refusal: the gateway's words, problems on lines of their own") {
  const struct {
    HttpAnswer answer;
    const char* sentence;
  } rows[] = {
      {{.status = 404,
        .body = R"({"error":"not_found","error_description":"there is no route with the id \"a\""})"},
       "404: there is no route with the id \"a\""},
      {{.status = 400, .body = R"({"error":"bad_format","error_description":"/port: x; /tls: y",
          "problems":[{"path":"/port","message":"x"},{"path":"","message":"y"}]})"},
       "400:\n  /port: x\n  y"},
      {{.status = 400, .body = R"({"error":"bad_format","error_description":"/port: x",
          "problems":[{"path":"/port","message":"x"}]})"},
       "400: /port: x"},
      {{.status = 400, .body = R"({"error":"bad_format"})"}, "400: bad_format"},
      {{.status = 400, .body = R"({"error":"x","error_description":{"a":[1]}})"}, R"(400: {"a":[1]})"},
      {{.status = 400, .body = R"({"problems":7})"}, "400"},
      {{.status = 500, .body = R"({"problems":[7]})"}, "500"},
      {{.status = 502, .body = "Bad\nGateway"}, "502: Bad\\x0aGateway"},
      {{.status = 502, .body = ""}, "502"},
      {{.status = 400, .body = R"({"error_description":"\u001b[2J"})"}, "400: \\x1b[2J"}};
  for (const auto& [answer, sentence] : rows) {
    CHECK(refusal(answer).sentence == sentence);
    CHECK(refusal(answer).code == ErrorCode::refused);
  }
  CHECK(refusal({.status = 502, .body = std::string(100'000, 'x')}).sentence.size() < 400);
}

TEST_CASE("warnings: of the header, and none where there is no such list") {
  const auto warnings = [](const std::string& header) {
    return warnings_in({.status = 200, .headers = {{"otoroshi-warnings", header}}, .body = ""});
  };
  CHECK(warnings(R"([{"path":"/a","message":"has no effect"},{"path":"","message":"\u001bx"}])") ==
        std::vector<std::string>{"/a: has no effect", "\\x1bx"});
  CHECK(warnings("no JSON").empty());
  CHECK(warnings(R"({"path":"/a"})").empty());
  CHECK(warnings_in({.status = 200, .body = ""}).empty());
}
