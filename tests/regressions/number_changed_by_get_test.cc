// `otoroshictl get -o json` shows another number than is stored, 0.3000000000000001 for 0.30000000000000007,
// and what it shows changes the entity when it is applied.
#include <catch2/catch.hpp>

#include "common/json/parse.h"
#include "otoroshictl/resources/kinds.h"
#include "otoroshictl/resources/output.h"

using namespace otoroshi;
using namespace otoroshi::ctl;

TEST_CASE("numbers are shown as they are") {
  const auto& kind = resource_kinds().front();
  for (const auto* number :
       {"0.30000000000000007", "5e-324", "-0.0", "1.7976931348623157e308", "9007199254740993"}) {
    CAPTURE(number);
    const auto entity = parse_json(std::string(R"({"x":)") + number + "}");
    for (const auto format : {OutputFormat::json, OutputFormat::json_pretty, OutputFormat::yaml}) {
      const auto shown = entities_text(format, kind, *entity, {});
      CHECK_THAT(shown, Catch::Contains(number));
    }
  }
}
