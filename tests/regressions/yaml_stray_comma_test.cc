// `otoroshictl apply -f` of a YAML file that begins with a comma never ends, and takes all memory.
#include <catch2/catch.hpp>

#include "otoroshictl/resources/yaml.h"

using namespace otoroshi;

TEST_CASE("yaml: where no value can begin is said, not waited at") {
  for (const auto* text : {",", ", a: 1", ",[1, 2]", "]", "}", "a: 1\n---\n, b", "[a], [b]", "{a: 1}}"}) {
    CAPTURE(text);
    const auto documents = ctl::yaml_to_json(text);
    REQUIRE_FALSE(documents.has_value());
    CHECK_THAT(documents.error().sentence, Catch::Contains("line ") && Catch::Contains("column "));
  }
  CHECK(ctl::yaml_to_json("a: 1\n---\n---\nb: 2\n").value().size() == 3);
}
