// `otoroshictl get -o yaml` shows U+FFFD in place of some characters, and `apply` changes the entity, or
// creates another one if they stand in its id.
#include <catch2/catch.hpp>

#include "common/json/equal.h"
#include "common/json/parse.h"
#include "otoroshictl/resources/yaml.h"

using namespace otoroshi;

TEST_CASE("yaml: characters that Unicode keeps for programs survive") {
  for (const auto* text :
       {R"({"id":"a\ufffeb","n":[1.5,null,true]})", R"({"\uffff":{"\ufdd0":"\ufdef é \u007f\u0085\u2028"}})",
        R"(["\ud83f\udffe","\udbff\udfff","\\U0001F600 \ud83d\ude00\n"])"}) {
    CAPTURE(text);
    const auto json = parse_json(text);
    const auto documents = ctl::yaml_to_json(ctl::to_yaml(json.value()));
    REQUIRE(documents.has_value());
    REQUIRE(documents->size() == 1);
    CHECK(equal_json(parse_json(documents->front()).value(), *json));
  }
}
