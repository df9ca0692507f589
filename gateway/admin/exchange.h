// All entities as one document, in the form of Otoroshi's exports (facts C5), both ways. (pure)
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "gateway/admin/entity_resource.h"
#include "gateway/config/import_places.h"
#include "gateway/store/import_plan.h"

namespace otoroshi::gateway {

// Every section of Otoroshi's exports: ours are filled, and those that an import has left here. Sessions are
// not exported.
std::string export_document(const Entities& entities, Secrets secrets,
                            std::chrono::system_clock::time_point now);

// The same, one entity a line: {"section": "tcpServices", "entity": {...}}; of sections without a meaning
// for us, {"section": "config", "value": {...}}.
std::string export_lines(const Entities& entities, Secrets secrets);

// The document that such lines stand for.
std::expected<std::string, Problems> document_of_lines(std::string_view lines);

struct ImportedDocument {
  ImportPlan plan;      // plan.entities: for LiveEntities::change()
  ImportPlaces places;  // for the problems of a change that is refused
  Problems warnings;
};

// What replacing everything by this export means; or every problem of its entities alone. Sessions stay,
// those of the document are put beside them. Private keys that are not in it stay.
std::expected<ImportedDocument, Problems> plan_replacement(std::string_view json, const Entities& stored);

}  // namespace otoroshi::gateway
