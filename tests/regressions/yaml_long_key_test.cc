// `otoroshictl apply` refuses what `otoroshictl get -o yaml` has written: a field's name had more characters
// than a YAML parser takes in front of a colon.

#include <catch2/catch.hpp>

#include "common/json/equal.h"
#include "common/json/parse.h"
#include "otoroshictl/resources/yaml.h"

using namespace otoroshi;

TEST_CASE("a field's name may be as long as its owner likes") {
  for (const auto length : {100, 129, 300, 1'020, 5'000}) {
    for (const auto* character : {"k", "\\u0014"}) {
      std::string name;
      for (int i = 0; i < length; ++i) name += character;
      CAPTURE(length, character);
      const auto json =
          parse_json(R"({"a":{")" + name + R"(":{"b":[1]},"c":"d"},"e":[{")" + name + R"(":"x\n"}]})");
      const auto documents = ctl::yaml_to_json(ctl::to_yaml(json.value()));
      REQUIRE(documents.has_value());
      REQUIRE(documents->size() == 1);
      CHECK(equal_json(parse_json(documents->front()).value(), *json));
    }
  }
}
