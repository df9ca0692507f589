// Where the entities of a command come from: files, folders, stdin, the command line. Reads them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "otoroshictl/resources/documents.h"

namespace otoroshi::ctl {

struct EntitySources {
  std::vector<std::string>
      files;  // "-": stdin; of a folder, its .json, .yaml, .yml, .ndjson and .jsonl files
  std::optional<std::string> data;  // the text itself

  bool empty() const { return files.empty() && !data; }
};

struct SourceText {
  std::string name;
  std::string text;
};

// Fails (bad_input) on what cannot be read, and on a folder without such files.
Result<std::vector<SourceText>> read_sources(const EntitySources& sources);

// All of them together; see read_entities().
Result<EntityDocuments> read_entities(const EntitySources& sources, const ResourceKind* kind);

}  // namespace otoroshi::ctl
