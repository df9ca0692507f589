#include "gateway/config/import_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <set>
#include <string_view>

#include "common/json/reader.h"
#include "common/model/tcp_service_check.h"
#include "common/model/tcp_service_json.h"
#include "common/text/nearest.h"
#include "common/text/quoted.h"
#include "gateway/config/read_file.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view services_section = "tcpServices";
constexpr std::array<std::string_view, 5> later_sections = {"apiKeys", "routes", "certificates",
                                                            "jwtVerifiers", "appSessions"};

bool is_later_section(std::string_view name) {
  return std::ranges::count(later_sections, name) > 0;
}

// FNV-1a, 64 bit: the same on every machine and in every build, unlike std::hash.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3;
  return hash;
}

std::string id_made_of(const TcpService& service) {
  auto identity = service.name + '\n' + service.interface + '\n' + std::to_string(service.port);
  std::array<char, 16> hex{};
  auto end = std::to_chars(hex.data(), hex.data() + hex.size(), stable_hash(identity), 16).ptr;
  return "tcp_service_" + std::string(hex.data(), end);
}

class Importer {
 public:
  void read(const ImportFile& file) {
    Problems found;
    const JsonPlace root(found);
    if (auto document = parse_json(file.text, JsonSyntax::relaxed)) {
      if (is_object(*document, root)) read_sections(file, *document, root);
    } else {
      found = std::move(document.error());
    }
    report(problems_, file.name, "", std::move(found));
  }

  std::expected<Imported, Problems> finish() {
    give_ids();
    check_all();
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    Imported imported{.services = {}, .warnings = std::move(warnings_)};
    for (auto& entry : entries_) imported.services.push_back(std::move(entry.service));
    return imported;
  }

 private:
  struct Entry {
    std::shared_ptr<TcpService> service;
    std::string file;
    std::string place;  // JSON Pointer in the file
  };

  static void report(Problems& list, const std::string& file, const std::string& place, Problems found) {
    for (auto& problem : found) {
      auto path = place + problem.path;
      list.push_back({path.empty() ? file : file + ": " + path, std::move(problem.sentence)});
    }
  }

  void read_sections(const ImportFile& file, const JsonValue& document, const JsonPlace& root) {
    std::string passed_over;
    for (const auto& member : document.GetObject()) {
      auto name = text_of(member.name);
      const auto place = root / name;
      if (name == services_section) {
        read_services(file, member.value, place);
      } else if (nearest(name, std::span(&services_section, 1))) {
        place.problem("there is no section " + otoroshi::quoted(name) + ": did you mean \"tcpServices\"?");
      } else if (is_later_section(name)) {
        warn(file, place, "this build does not serve such entities yet: the section is passed over");
      } else {
        passed_over += (passed_over.empty() ? "" : ", ") + std::string(name);
      }
    }
    if (passed_over.empty()) return;
    if (!has_known_section(document)) {
      root.problem("no section of entities is here, such as \"tcpServices\": [...]; found are " +
                   passed_over);
    } else {
      warn(file, root, "sections without a meaning for this gateway are passed over: " + passed_over);
    }
  }

  static bool has_known_section(const JsonValue& document) {
    auto known = [](const auto& member) {
      return text_of(member.name) == services_section || is_later_section(text_of(member.name));
    };
    return std::any_of(document.MemberBegin(), document.MemberEnd(), known);
  }

  void read_services(const ImportFile& file, const JsonValue& list, const JsonPlace& section) {
    if (!is_list(list, section)) return;
    for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
      const auto place = section / i;
      read_service(file, list[i], place.pointer());
    }
  }

  void read_service(const ImportFile& file, const JsonValue& value, const std::string& place) {
    auto service = read_tcp_service(value);
    auto found = service ? check(*service) : std::move(service.error());
    if (!found.empty()) return report(problems_, file.name, place, std::move(found));
    report(warnings_, file.name, place, warnings(*service));
    entries_.push_back({std::make_shared<TcpService>(std::move(*service)), file.name, place});
  }

  void warn(const ImportFile& file, const JsonPlace& place, std::string sentence) {
    report(warnings_, file.name, "", {{place.pointer(), std::move(sentence)}});
  }

  void give_ids() {
    std::set<std::string> taken;
    for (const auto& entry : entries_) taken.insert(entry.service->id);
    for (auto& entry : entries_) {
      if (!entry.service->id.empty()) continue;
      auto id = id_made_of(*entry.service);
      entry.service->id = id;
      for (int count = 2; !taken.insert(entry.service->id).second; ++count) {
        entry.service->id = id + '_' + std::to_string(count);
      }
    }
  }

  // check_together() knows a service by its place in the list, "/3/port"; people know it by its file.
  void check_all() {
    std::vector<TcpServicePtr> services;
    for (const auto& entry : entries_) services.push_back(entry.service);
    for (auto& problem : otoroshi::check_together(services)) {
      std::size_t index = 0;
      const auto* end = problem.path.data() + problem.path.size();
      auto rest = std::from_chars(problem.path.data() + 1, end, index).ptr;
      const auto& entry = entries_.at(index);
      report(problems_, entry.file, entry.place, {{std::string(rest, end), std::move(problem.sentence)}});
    }
  }

  std::vector<Entry> entries_;
  Problems problems_;
  Problems warnings_;
};

}  // namespace

std::expected<Imported, Problems> read_import_files(std::span<const ImportFile> files) {
  Importer importer;
  for (const auto& file : files) importer.read(file);
  return importer.finish();
}

std::expected<Imported, Problems> load_import_files(std::span<const std::string> paths) {
  std::vector<ImportFile> files;
  Problems unreadable;
  for (const auto& path : paths) {
    if (auto text = read_file(path)) {
      files.push_back({path, std::move(*text)});
    } else {
      unreadable.push_back({path, text.error().sentence});
    }
  }
  auto imported = read_import_files(files);
  if (unreadable.empty()) return imported;
  if (!imported) unreadable.insert(unreadable.end(), imported.error().begin(), imported.error().end());
  return std::unexpected(std::move(unreadable));
}

}  // namespace otoroshi::gateway
