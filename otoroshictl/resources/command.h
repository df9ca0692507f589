// What a command on a running gateway was asked to do, as values. (pure)
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "otoroshictl/resources/admin_target.h"
#include "otoroshictl/resources/kinds.h"
#include "otoroshictl/resources/sources.h"

namespace otoroshi::ctl {

enum class OutputFormat : std::uint8_t { table, json, json_pretty, yaml };

struct GetEntity {
  const ResourceKind* kind;
  std::string id;
  std::vector<std::string> columns = {};  // of the table, as paths into the JSON; empty: the kind's own
  bool reveal = false;                    // private keys of certificates, too
};

struct ListEntities {
  const ResourceKind* kind;
  std::vector<std::string> columns = {};
  std::vector<std::pair<std::string, std::string>> query = {};  // as the API takes it
};

struct PrintTemplate {
  const ResourceKind* kind;
};

struct CreateEntities {
  const ResourceKind* kind;
  EntitySources sources;
};

struct ApplyEntities {
  const ResourceKind* kind;  // null: the entities say what they are
  EntitySources sources;
};

enum class PatchForm : std::uint8_t { either, merge, operations };

struct PatchEntity {
  const ResourceKind* kind;
  std::string id;
  EntitySources patch;
  PatchForm form = PatchForm::either;  // RFC 7396, RFC 6902, or as the patch's own shape tells
};

struct DeleteEntities {
  const ResourceKind* kind;  // null only without ids
  std::vector<std::string> ids;
  EntitySources sources;
};

struct ExportEntities {
  bool reveal = false;  // as a backup needs it
};

enum class Fact : std::uint8_t { health, infos, metrics, version };
struct ShowFact {
  Fact fact;
};

using AdminAction = std::variant<GetEntity, ListEntities, PrintTemplate, CreateEntities, ApplyEntities,
                                 PatchEntity, DeleteEntities, ExportEntities, ShowFact>;

struct AdminCommand {
  TargetArguments target;
  OutputFormat format = OutputFormat::table;
  AdminAction action;
};

}  // namespace otoroshi::ctl
