// Entities and facts as text, in the form that was asked for. (pure)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/json/parse.h"
#include "otoroshictl/resources/command.h"

namespace otoroshi::ctl {

// An entity, or a list of them. `columns`: of a table, as paths; empty: the kind's own. In the other forms an
// entity says its kind, so that `apply` takes it as it is.
std::string entities_text(OutputFormat format, const ResourceKind& kind, const JsonValue& entities,
                          const std::vector<std::string>& columns = {});

// An object of facts; its table has a line a fact, of all levels.
std::string facts_text(OutputFormat format, const JsonValue& facts);

// Any document; as a table, too, it is indented JSON.
std::string document_text(OutputFormat format, const JsonValue& document);

}  // namespace otoroshi::ctl
