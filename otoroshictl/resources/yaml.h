// YAML 1.2 from files and to the screen, by yaml-cpp. Everything between is JSON. (pure)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/json/parse.h"

namespace otoroshi::ctl {

// Each document of the text as JSON text. A plain word that is a number, true, false or null in JSON is that
// (and "~" null); everything else is a text, also what only some versions of YAML take for something else
// (yes, 0x1f, 1:30). Anchors and aliases are refused: entities need none, and a few of them make gigabytes.
// Fails (bad_input) with line and column.
Result<std::vector<std::string>> yaml_to_json(std::string_view text);

// One document, with a line break at its end. Texts are quoted wherever any version of YAML would read
// something else; longer ones with line breaks, such as certificates, become blocks. With a character in it
// that yaml-cpp cannot write, the document comes as JSON in ASCII, which is YAML too.
std::string to_yaml(const JsonValue& value);

}  // namespace otoroshi::ctl
