#include "gateway/config/import_file.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <tuple>
#include <vector>

#include "common/base/read_file.h"
#include "common/json/reader.h"
#include "common/model/tcp_service_check.h"
#include "common/text/nearest.h"
#include "common/text/quoted.h"
#include "gateway/config/import_section.h"
#include "gateway/store/entity_kinds.h"
#include "gateway/tunnel/tunnel_route.h"

namespace otoroshi::gateway {
namespace {

std::vector<std::string_view> known_sections() {
  std::vector<std::string_view> names;
  for_each_kind([&names](const auto& kind) { names.push_back(kind.section); });
  return names;
}

bool is_known_section(std::string_view name) {
  const auto known = known_sections();
  return std::ranges::find(known, name) != known.end();
}

template <class Entity>
ImportSection<Entity> section_of(const EntityKind<Entity>& kind, const Entities& known) {
  return {kind, list_of<Entity>(known)};
}

auto sections_of(const EntityKinds& kinds, const Entities& known) {
  return std::apply([&known](const auto&... kind) { return std::tuple(section_of(kind, known)...); }, kinds);
}

class Importer {
 public:
  explicit Importer(const Entities& known) : sections_(sections_of(entity_kinds(), known)) {}

  void read(const ImportFile& file) {
    Problems found;
    const JsonPlace root(found);
    if (const auto document = parse_json(file.text, JsonSyntax::relaxed)) {
      if (is_object(*document, root)) read_sections(file.name, *document, root);
    } else {
      found = document.error();
    }
    report(findings_.problems, {file.name, ""}, std::move(found));
  }

  std::expected<Imported, Problems> finish() {
    for_each_section([this](auto& section) { section.settle_ids(findings_); });
    check_ports();
    check_verifiers();
    if (!findings_.problems.empty()) return std::unexpected(std::move(findings_.problems));
    Imported imported{.entities = {}, .warnings = std::move(findings_.warnings)};
    for_each_section([&imported]<class Entity>(ImportSection<Entity>& section) {
      list_of<Entity>(imported.entities) = section.take();
    });
    return imported;
  }

 private:
  template <class Visit>
  void for_each_section(const Visit& visit) {
    std::apply([&visit](auto&... sections) { (visit(sections), ...); }, sections_);
  }

  void read_sections(const std::string& file, const JsonValue& document, const JsonPlace& root) {
    std::string passed_over;
    bool has_any = false;
    for (const auto& member : document.GetObject()) {
      const auto name = text_of(member.name);
      const auto place = root / name;
      has_any |= is_known_section(name);
      if (is_known_section(name)) {
        read_section(file, name, member.value, place);
      } else if (const auto guess = nearest(name, known_sections())) {
        place.problem("there is no section " + otoroshi::quoted(name) + ": did you mean " +
                      otoroshi::quoted(*guess) + '?');
      } else {
        passed_over += (passed_over.empty() ? "" : ", ") + std::string(name);
      }
    }
    if (passed_over.empty()) return;
    if (has_any) {
      warn(file, root, "sections without a meaning for this gateway are passed over: " + passed_over);
    } else {
      root.problem("no section of entities is here, such as \"tcpServices\": [...]; found are " +
                   passed_over);
    }
  }

  void read_section(const std::string& file, std::string_view name, const JsonValue& list,
                    const JsonPlace& place) {
    for_each_section([&](auto& section) {
      if (section.name() == name) section.read(file, list, place, findings_);
    });
  }

  void warn(const std::string& file, const JsonPlace& place, std::string sentence) {
    report(findings_.warnings, {file, place.pointer()}, {{"", std::move(sentence)}});
  }

  // check_together() knows a service by its place in the list, "/3/port"; people know it by its file.
  void check_ports() {
    const auto& entries = std::get<ImportSection<TcpService>>(sections_).entries();
    std::vector<TcpServicePtr> services;
    for (const auto& entry : entries) services.push_back(entry.entity);
    for (auto& problem : otoroshi::check_together(services)) {
      std::size_t index = 0;
      const auto* end = problem.path.data() + problem.path.size();
      const auto* rest = std::from_chars(problem.path.data() + 1, end, index).ptr;
      report(findings_.problems, entries.at(index).place,
             {{std::string(rest, end), std::move(problem.sentence)}});
    }
  }

  // A route that wants a verifier which is not there lets nobody in.
  void check_verifiers() {
    const auto& verifiers = std::get<ImportSection<JwtVerifier>>(sections_);
    for (const auto& [route, place] : std::get<ImportSection<Route>>(sections_).entries()) {
      const auto tunnel = make_tunnel_route(route);
      if (!tunnel || !*tunnel) continue;  // no tunnel's: it has passed its check
      for (const auto& rule : (*tunnel)->access.jwt) {
        for (const auto& id : rule.verifiers) {
          if (!verifiers.mentions(id))
            report(findings_.problems, place, {{"/plugins", "there is no JWT verifier " + quoted(id)}});
        }
      }
    }
  }

  decltype(sections_of(entity_kinds(), {})) sections_;
  ImportFindings findings_;
};

}  // namespace

std::expected<Imported, Problems> read_import_files(std::span<const ImportFile> files,
                                                    const Entities& known) {
  Importer importer(known);
  for (const auto& file : files) importer.read(file);
  return importer.finish();
}

std::expected<Imported, Problems> load_import_files(std::span<const std::string> paths,
                                                    const Entities& known) {
  std::vector<ImportFile> files;
  Problems unreadable;
  for (const auto& path : paths) {
    if (auto text = read_file(path)) {
      files.push_back({path, std::move(*text)});
    } else {
      unreadable.push_back({path, text.error().sentence});
    }
  }
  auto imported = read_import_files(files, known);
  if (unreadable.empty()) return imported;
  if (!imported) unreadable.insert(unreadable.end(), imported.error().begin(), imported.error().end());
  return std::unexpected(std::move(unreadable));
}

}  // namespace otoroshi::gateway
