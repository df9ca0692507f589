#include "gateway/config/import_file.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "common/base/read_file.h"
#include "common/json/reader.h"
#include "common/json/writer.h"
#include "common/text/nearest.h"
#include "common/text/quoted.h"
#include "gateway/config/import_section.h"
#include "gateway/store/entity_kinds.h"

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

// What an export says of itself, and what is empty, is not worth keeping.
bool is_worth_keeping(std::string_view name, const JsonValue& section) {
  constexpr std::array<std::string_view, 4> own = {"label", "date", "dateRaw", "stats"};
  if (std::ranges::find(own, name) != own.end()) return false;
  return section.IsArray() ? !section.Empty() : section.IsObject() && !section.ObjectEmpty();
}

class Importer {
 public:
  explicit Importer(const Entities& known) : sections_(sections_of(entity_kinds(), known)) {}

  void read(const std::string& file, std::string_view text, JsonSyntax syntax) {
    Problems found;
    const JsonPlace root(found);
    if (const auto document = parse_json(text, syntax)) {
      if (is_object(*document, root)) read_sections(file, *document, root);
    } else {
      found = document.error();
    }
    report(findings_.problems, {file, ""}, std::move(found));
  }

  std::expected<Imported, Problems> finish() {
    for_each_section([this](auto& section) { section.settle_ids(findings_); });
    if (!findings_.problems.empty()) return std::unexpected(std::move(findings_.problems));
    Imported imported{.entities = {}, .places = {}, .warnings = std::move(findings_.warnings)};
    imported.entities.other_sections = std::move(other_sections_);
    for_each_section([&imported]<class Entity>(ImportSection<Entity>& section) {
      list_of<Entity>(imported.entities) = section.take(imported.places);
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
        if (is_worth_keeping(name, member.value))
          other_sections_.insert_or_assign(std::string(name), to_json(member.value));
      }
    }
    const bool is_sent = file.empty();  // then it says what shall be there, and its author is answered
    if (!has_any && (is_sent || !passed_over.empty())) {
      root.problem("no section of entities is here, such as \"tcpServices\": [...]; found are " +
                   (passed_over.empty() ? "none" : passed_over));
    } else if (!is_sent && !passed_over.empty()) {
      warn(file, root, "sections without a meaning for this gateway are passed over: " + passed_over);
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

  decltype(sections_of(entity_kinds(), {})) sections_;
  std::map<std::string, std::string> other_sections_;
  ImportFindings findings_;
};

}  // namespace

std::expected<Imported, Problems> read_import_files(std::span<const ImportFile> files,
                                                    const Entities& known) {
  Importer importer(known);
  for (const auto& file : files) importer.read(file.name, file.text, JsonSyntax::relaxed);
  return importer.finish();
}

std::expected<Imported, Problems> read_import_document(std::string_view json, const Entities& known) {
  Importer importer(known);
  importer.read("", json, JsonSyntax::strict);
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
