#include "otoroshictl/resources/run_command.h"

#include <ostream>
#include <utility>

#include "common/json/writer.h"
#include "common/text/percent.h"
#include "otoroshictl/resources/admin_client.h"
#include "otoroshictl/resources/change_entities.h"
#include "otoroshictl/resources/output.h"
#include "otoroshictl/resources/table.h"
#include "otoroshictl/resources/terminal_text.h"

namespace otoroshi::ctl {
namespace {

constexpr auto reveal_query = "?reveal=true";
constexpr auto infos_path = "/api/infos";

class Runner {
 public:
  Runner(const AdminClient& client, OutputFormat format, const Console& console)
      : client_(client), format_(format), console_(console) {}

  Result<bool> operator()(const GetEntity& get) const {
    const auto path = path_of(*get.kind, get.id) + (get.reveal ? reveal_query : "");
    return show_entities(*get.kind, {.path = path}, get.columns);
  }

  Result<bool> operator()(const ListEntities& list) const {
    auto path = path_of(*list.kind);
    for (const auto& [name, value] : list.query)
      path.append(path.contains('?') ? "&" : "?")
          .append(percent_encode(name))
          .append("=")
          .append(percent_encode(value));
    return show_entities(*list.kind, {.path = path}, list.columns);
  }

  // A table of it would leave out what it is for.
  Result<bool> operator()(const PrintTemplate& print) const {
    const auto entity = client_.demand_json({.path = path_of(*print.kind) + "/_template"});
    if (!entity) return std::unexpected(entity.error());
    const auto format = format_ == OutputFormat::table ? OutputFormat::json_pretty : format_;
    console_.out << entities_text(format, *print.kind, *entity);
    return true;
  }

  Result<bool> operator()(const CreateEntities& create) const {
    return create_entities(client_, create, format_, console_);
  }
  Result<bool> operator()(const ApplyEntities& apply) const {
    return apply_entities(client_, apply, console_);
  }
  Result<bool> operator()(const PatchEntity& patch) const {
    return patch_entity(client_, patch, format_, console_);
  }
  Result<bool> operator()(const DeleteEntities& remove) const {
    return delete_entities(client_, remove, console_);
  }

  Result<bool> operator()(const ExportEntities& wanted) const {
    return show_document(std::string("/api/otoroshi.json").append(wanted.reveal ? reveal_query : ""),
                         document_text);
  }

  Result<bool> operator()(const ShowFact& show) const {
    switch (show.fact) {
      case Fact::health:
        return show_health();
      case Fact::infos:
        return show_document(infos_path, facts_text);
      case Fact::metrics:
        return show_metrics();
      case Fact::version:
        return show_version();
    }
    std::unreachable();
  }

 private:
  Result<bool> show_entities(const ResourceKind& kind, const AdminQuestion& question,
                             const std::vector<std::string>& columns) const {
    const auto entities = client_.demand_json(question);
    if (!entities) return std::unexpected(entities.error());
    console_.out << entities_text(format_, kind, *entities, columns);
    return true;
  }

  Result<bool> show_document(const std::string& path,
                             std::string (*text)(OutputFormat, const JsonValue&)) const {
    const auto document = client_.demand_json({.path = path});
    if (!document) return std::unexpected(document.error());
    console_.out << text(format_, *document);
    return true;
  }

  // An ill gateway answers 503 and says what it lacks.
  Result<bool> show_health() const {
    const auto answer = client_.ask({.path = "/health"});
    if (!answer) return std::unexpected(answer.error());
    const auto health = parse_json(answer->body);
    if (!health || !health->IsObject()) return std::unexpected(refusal(*answer));
    console_.out << facts_text(format_, *health);
    return answer->status / 100 == 2;
  }

  Result<bool> show_metrics() const {
    const auto answer = client_.demand({.path = "/metrics"});
    if (!answer) return std::unexpected(answer.error());
    console_.out << terminal_text(answer->body, LineBreaks::kept);
    return true;
  }

  // Ours stands also where no gateway can be asked.
  Result<bool> show_version() const {
    const auto answer = client_.demand_json({.path = infos_path});
    JsonWriter json;
    json.begin_object().key("otoroshictl").text(OTOROSHI_VERSION);
    if (const auto* version = answer ? find_at(*answer, "otoroshi_version") : nullptr)
      json.key("gateway").value(*version);
    json.end_object();
    console_.out << facts_text(format_, *parse_json(json.take()));
    if (!answer) return std::unexpected(answer.error());
    return true;
  }

  const AdminClient& client_;
  OutputFormat format_;
  const Console& console_;
};

}  // namespace

Result<bool> run_command(const AdminCommand& command, const Environment& environment,
                         const Console& console) {
  auto target = to_target(command.target, environment);
  if (!target) return std::unexpected(std::move(target.error()));
  for (const auto& warning : target->warnings) console.problems << "warning: " << warning << '\n';
  const AdminClient client(std::move(*target));
  return std::visit(Runner(client, command.format, console), command.action);
}

}  // namespace otoroshi::ctl
