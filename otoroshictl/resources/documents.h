// Entities as people write them into files: JSON or YAML; one, a list, several documents, or a whole export.
// (pure)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/json/parse.h"
#include "otoroshictl/resources/kinds.h"

namespace otoroshi::ctl {

// The JSON values in a text. `name` decides how it is read: .yaml and .yml, .ndjson and .jsonl (a value a
// line), .json (with comments, if need be); under any other name, such as that of stdin, JSON is what begins
// with "{" or
// "[", and the rest YAML. Fails (bad_input) with name, line and column.
Result<std::vector<JsonDocument>> parse_documents(std::string_view text, std::string_view name);

struct EntityDocument {
  const ResourceKind* kind = nullptr;
  std::string id;      // "": it has none
  std::string json;    // the entity, without what only says its kind
  std::string origin;  // for sentences: "services.yaml, entity 2"
};

struct EntityDocuments {
  std::vector<EntityDocument> entities;
  std::vector<std::string> left_out;  // sections of an export that hold no kind of ours
};

// The entities in a text. An entity says by "kind" what it is ("TcpService", "proxy.otoroshi.io/TcpService",
// "tcp-services"), with Kubernetes' "spec" around it or not; in an export its section says so; else
// it is of `kind` (null: then it is refused). Fails (bad_input) at the first one that is wrong.
Result<EntityDocuments> read_entities(std::string_view text, std::string_view name, const ResourceKind* kind);

// Referred to before referring: by the order of resource_kinds(), and as they came within a kind.
void sort_for_applying(std::vector<EntityDocument>& entities);

// "tcp-service tcp_service_1"
std::string described(const ResourceKind& kind, std::string_view id);

}  // namespace otoroshi::ctl
