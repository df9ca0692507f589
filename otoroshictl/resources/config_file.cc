#include "otoroshictl/resources/config_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "common/base/read_file.h"
#include "common/json/reader.h"
#include "common/text/nearest.h"
#include "common/text/quoted.h"
#include "otoroshictl/resources/documents.h"
#include "otoroshictl/resources/table.h"

namespace otoroshi::ctl {
namespace {

struct Field {
  std::string_view name;
  std::optional<std::string> ClientConfig::*member;
};
constexpr std::array<Field, 4> fields = {{{"url", &ClientConfig::url},
                                          {"clientId", &ClientConfig::client_id},
                                          {"clientSecret", &ClientConfig::client_secret},
                                          {"caFile", &ClientConfig::ca_file}}};

std::unexpected<Error> unusable(const std::string& path, std::string_view why) {
  return fail(ErrorCode::bad_input, Side::client, otoroshi::quoted(path).append(": ").append(why));
}

Result<ClientConfig> read_own_format(const JsonValue& document, const std::string& path) {
  ClientConfig config;
  for (const auto& member : document.GetObject()) {
    const auto name = text_of(member.name);
    const auto* field = std::ranges::find(fields, name, &Field::name);
    if (field == fields.end()) {
      std::array<std::string_view, fields.size()> known;
      std::ranges::transform(fields, known.begin(), &Field::name);
      const auto meant = nearest(name, known);
      return unusable(path, otoroshi::quoted(name)
                                .append(" is no setting")
                                .append(meant ? ", did you mean " + std::string(*meant) + "?"
                                              : ": url, clientId, clientSecret and caFile are"));
    }
    if (!member.value.IsString()) return unusable(path, std::string(name).append(" must be a text"));
    config.*field->member = text_of(member.value);
  }
  return config;
}

// The element of `document[list]` whose name is `name`.
const JsonValue* named(const JsonValue& document, std::string_view list, std::string_view name) {
  const auto* elements = find_at(document, list);
  if (!elements || !elements->IsArray()) return nullptr;
  for (const auto& element : elements->GetArray()) {
    const auto* found = find_at(element, "name");
    if (found && found->IsString() && text_of(*found) == name) return &element;
  }
  return nullptr;
}

std::string text_at(const JsonValue& object, std::string_view path) {
  const auto* value = find_at(object, path);
  return value && value->IsString() ? std::string(text_of(*value)) : std::string();
}

// otoroshictl 0.0.17's: a context joins a cluster and a user.
Result<ClientConfig> read_original_format(const JsonValue& document, const std::string& path) {
  const auto current = text_at(document, "current_context");
  const auto* context = named(document, "contexts", current);
  if (!context)
    return unusable(path, "current_context " + otoroshi::quoted(current) + " is not among its contexts");
  const auto* cluster = named(document, "clusters", text_at(*context, "cluster"));
  const auto* user = named(document, "users", text_at(*context, "user"));
  if (!cluster || !user)
    return unusable(path,
                    "the cluster or the user of context " + otoroshi::quoted(current) + " is not in it");
  const auto* tls = find_at(*cluster, "tls");
  const auto* port = find_at(*cluster, "port");
  if (!port || !port->IsUint())
    return unusable(path, "the cluster of context " + otoroshi::quoted(current) + " has no port");
  ClientConfig config;
  config.url = std::string(tls && tls->IsTrue() ? "https://" : "http://")
                   .append(text_at(*cluster, "hostname"))
                   .append(":")
                   .append(std::to_string(port->GetUint()));
  config.client_id = text_at(*user, "client_id");
  config.client_secret = text_at(*user, "client_secret");
  if (const auto ca = text_at(*cluster, "client_cert.ca_location"); !ca.empty()) config.ca_file = ca;
  return config;
}

}  // namespace

Result<ClientConfig> parse_config(std::string_view text, const std::string& path) {
  const auto documents = parse_documents(text, path);
  if (!documents) return std::unexpected(documents.error());
  if (documents->size() != 1 || !documents->front().IsObject()) return unusable(path, "one object is wanted");
  const auto& document = documents->front();
  return document.HasMember("contexts") ? read_original_format(document, path)
                                        : read_own_format(document, path);
}

Result<ClientConfig> read_config_file(const std::string& path, std::vector<std::string>& warnings) {
  const auto text = read_file(path);
  if (!text) return unusable(path, text.error().sentence);
  auto config = parse_config(*text, path);
  if (!config) return config;
  const std::filesystem::path file(path);
  if (config->ca_file) config->ca_file = (file.parent_path() / *config->ca_file).string();
  using std::filesystem::perms;
  std::error_code unknown;
  const auto others =
      std::filesystem::status(file, unknown).permissions() & (perms::group_read | perms::others_read);
  if (config->client_secret && !unknown && others != perms::none)
    warnings.push_back(otoroshi::quoted(path) +
                       " holds a secret and can be read by other users: chmod 600 it");
  return config;
}

}  // namespace otoroshi::ctl
