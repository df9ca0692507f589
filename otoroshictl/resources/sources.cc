#include "otoroshictl/resources/sources.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "common/base/read_file.h"
#include "common/text/quoted.h"

namespace otoroshi::ctl {
namespace {

constexpr auto stdin_path = "/dev/stdin";

std::unexpected<Error> unusable(const std::string& path, std::string_view why) {
  return fail(ErrorCode::bad_input, Side::client, otoroshi::quoted(path).append(" ").append(why));
}

bool holds_entities(const std::filesystem::path& file) {
  constexpr std::array<std::string_view, 5> extensions = {".json", ".yaml", ".yml", ".ndjson", ".jsonl"};
  return std::ranges::find(extensions, file.extension().string()) != extensions.end();
}

Result<std::vector<std::string>> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (holds_entities(entry->path())) files.push_back(entry->path().string());
  }
  if (error) return unusable(folder, "cannot be read: " + error.message());
  if (files.empty()) return unusable(folder, "holds no .json, .yaml, .yml, .ndjson or .jsonl file");
  std::ranges::sort(files);
  return files;
}

// A folder stands for its files.
Result<std::vector<std::string>> without_folders(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    std::error_code ignored;  // what is no folder is read as a file, which tells why it cannot be
    if (!std::filesystem::is_directory(path, ignored)) {
      files.push_back(path);
      continue;
    }
    auto inside = files_in(path);
    if (!inside) return inside;
    std::ranges::move(*inside, std::back_inserter(files));
  }
  return files;
}

}  // namespace

Result<std::vector<SourceText>> read_sources(const EntitySources& sources) {
  std::vector<SourceText> texts;
  const auto files = without_folders(sources.files);
  if (!files) return std::unexpected(files.error());
  for (const auto& file : *files) {
    const bool is_stdin = file == "-";
    auto text = read_file(is_stdin ? stdin_path : file);
    if (!text) return unusable(is_stdin ? "stdin" : file, text.error().sentence);
    texts.push_back({is_stdin ? "stdin" : file, std::move(*text)});
  }
  if (sources.data) texts.push_back({"the command line", *sources.data});
  return texts;
}

Result<EntityDocuments> read_entities(const EntitySources& sources, const ResourceKind* kind) {
  const auto texts = read_sources(sources);
  if (!texts) return std::unexpected(texts.error());
  EntityDocuments all;
  for (const auto& [name, text] : *texts) {
    auto read = read_entities(text, name, kind);
    if (!read) return read;
    std::ranges::move(read->entities, std::back_inserter(all.entities));
    std::ranges::move(read->left_out, std::back_inserter(all.left_out));
  }
  return all;
}

}  // namespace otoroshi::ctl
