#include "common/auth/auth_headers.h"

#include <catch2/catch.hpp>

#include "common/auth/session_token.h"

using namespace otoroshi;

TEST_CASE("an Authorization value is read back as it was built") {
  CHECK(basic_authorization("id", "secret") == "Basic aWQ6c2VjcmV0");
  CHECK(bearer_authorization("a.b.c") == "Bearer a.b.c");
  for (std::string secret : {"secret", "", "with:colon:", "m\xc3\xbcsli"})
    CHECK(parse_basic_authorization(basic_authorization("id", secret)) == BasicCredentials{"id", secret});
  CHECK(parse_bearer_authorization(bearer_authorization("a.b.c")) == "a.b.c");
}

TEST_CASE("a key as a file keeps it") {
  CHECK(parse_id_and_secret("id:secret:with:colons") == BasicCredentials{"id", "secret:with:colons"});
  for (std::string_view text : {"", ":", "id", "id:", ":secret"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_id_and_secret(text));
  }
}

TEST_CASE("Basic credentials") {
  const BasicCredentials good{"id", "secret"};
  const struct {
    std::string_view value;
    std::optional<BasicCredentials> expected;
  } cases[] = {
      {"Basic aWQ6c2VjcmV0", good},
      {"bAsIc   aWQ6c2VjcmV0 ", good},
      {"Basic OnNlY3JldA==", BasicCredentials{"", "secret"}},
      {"Basic aWQ=", std::nullopt},  // no colon
      {"Basic", std::nullopt},
      {"Basic ", std::nullopt},
      {"Basic !!!!", std::nullopt},
      {"BasicaWQ6c2VjcmV0", std::nullopt},
      {"Bearer aWQ6c2VjcmV0", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [value, expected] : cases) {
    INFO(value);
    CHECK(parse_basic_authorization(value) == expected);
  }
}

TEST_CASE("Bearer tokens") {
  const struct {
    std::string_view value;
    std::optional<std::string_view> expected;
  } cases[] = {
      {"Bearer a.b.c", "a.b.c"}, {"BEARER  t ", "t"},       {"Bearer ", std::nullopt},
      {"Bearer", std::nullopt},  {"Basic t", std::nullopt}, {"Bearert", std::nullopt},
  };
  for (const auto& [value, expected] : cases) {
    INFO(value);
    CHECK(parse_bearer_authorization(value) == expected);
  }
}

TEST_CASE("secrets are equal only as a whole") {
  CHECK(constant_time_equal("secret", "secret"));
  CHECK(constant_time_equal("", ""));
  CHECK_FALSE(constant_time_equal("secret", "secreT"));
  CHECK_FALSE(constant_time_equal("secret", "secre"));
  CHECK_FALSE(constant_time_equal("", "s"));
}

TEST_CASE("a session token names its session only under the secret that signed it") {
  // HMAC-SHA256 as `printf what | openssl dgst -sha256 -hmac key` prints it.
  const std::string token = "b59f11781f13ebddc6e28e44ba0214d79f27e3fe1ec643e09a9ffe90eeceff7b::what";
  CHECK(session_token("key", "what") == token);
  CHECK(verify_session_token("key", token) == "what");
  CHECK(verify_session_token("key", session_token("key", "a::b")) == "a::b");

  CHECK_FALSE(verify_session_token("other", token));
  CHECK_FALSE(verify_session_token("key", token + "x"));
  CHECK_FALSE(verify_session_token("key", "0" + token));
  CHECK_FALSE(verify_session_token("key", session_token("key", "")));
  CHECK_FALSE(verify_session_token("key", "what"));
  CHECK_FALSE(verify_session_token("key", "::what"));
  CHECK_FALSE(verify_session_token("key", ""));
}
