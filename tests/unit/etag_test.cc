#include "gateway/admin/etag.h"

#include <catch2/catch.hpp>

using namespace otoroshi::gateway;

TEST_CASE("a tag is a part of the SHA-256 of the text") {
  // printf '{}' | sha256sum
  CHECK(etag_of("{}") == "\"44136fa355b3678a1146ad16f7e8649e\"");
  CHECK(etag_of("{ }") != etag_of("{}"));
}

TEST_CASE("conditions on tags") {
  const struct {
    const char* list;
    bool strong, weak;
  } rows[] = {
      {"\"t\"", true, true},       {"*", true, true},        {" \"a\" , \"t\" ", true, true},
      {"\"a\",\"t\"", true, true}, {"W/\"t\"", false, true}, {"\"a\", W/\"t\"", false, true},
      {"\"T\"", false, false},     {"t", false, false},      {"", false, false},
      {",", false, false},         {"\"tt\"", false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.list);
    CHECK(if_match_holds(row.list, "\"t\"") == row.strong);
    CHECK(is_known_to(row.list, "\"t\"") == row.weak);
  }
}
