#include <catch2/catch.hpp>

#include "common/text/absolute_uri.h"

using namespace otoroshi;

TEST_CASE("a URI is taken apart at its scheme, not at any ://") {
  const struct {
    std::string_view text, scheme, authority, tail;
  } rows[] = {
      {"https://example.org:8443/path?query#part", "https", "example.org:8443", "/path?query#part"},
      {"HTTP://user:p@[::1]", "HTTP", "user:p@[::1]", ""},
      {"coap+tcp://a?b", "coap+tcp", "a", "?b"},
      {"file:///etc/hosts", "file", "", "/etc/hosts"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto uri = split_uri(row.text);
    REQUIRE(uri);
    CHECK(uri->scheme == row.scheme);
    CHECK(uri->authority() == row.authority);
    CHECK(uri->tail() == row.tail);
  }
  for (const auto* text :
       {"", "a", "://a", "1a://b", "/go?to=http://a/", "?u=http://a", "user:p://a", "a b://c", "a:/b"}) {
    CAPTURE(text);
    CHECK_FALSE(split_uri(text));
  }
}
