#include "gateway/config/read_config.h"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>
#include <vector>

#include "common/json/reader.h"
#include "common/model/tcp_service_check.h"
#include "common/text/host_port.h"
#include "common/text/nearest.h"
#include "common/text/quoted.h"
#include "gateway/config/setting_table.h"
#include "gateway/config/setting_value.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view environment_prefix = "GATEWAY_";

const Setting* find_setting(std::string_view path) {
  auto table = setting_table();
  auto found = std::ranges::find(table, path, &Setting::path);
  return found == table.end() ? nullptr : &*found;
}

const Setting* find_by_environment_name(std::string_view name) {
  auto table = setting_table();
  auto found = std::ranges::find_if(table, [name](auto& s) { return environment_name(s.path) == name; });
  return found == table.end() ? nullptr : &*found;
}

// The keys of a section ("timeouts."), or of the document (""), each once.
std::vector<std::string_view> keys_of(std::string_view section) {
  std::vector<std::string_view> keys;
  for (const auto& setting : setting_table()) {
    if (!setting.path.starts_with(section)) continue;
    auto key = setting.path.substr(section.size());
    key = key.substr(0, key.find('.'));
    if (keys.empty() || keys.back() != key) keys.push_back(key);
  }
  return keys;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (auto word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

std::string unknown_key(std::string_view key, std::string_view section) {
  auto known = keys_of(section);
  auto sentence = "there is no setting " + otoroshi::quoted(key) + ": ";
  auto guess = nearest(key, known);
  return sentence +
         (guess ? "did you mean " + otoroshi::quoted(*guess) + '?' : "allowed here are " + joined(known));
}

class FileReader {
 public:
  FileReader(GatewayConfig& config, std::string folder) : config_(config), folder_(std::move(folder)) {}

  // `section` is "" or ends with a dot. Recursion goes as deep as the table has dots, whatever the document.
  void read_section(const JsonValue& section_value, const std::string& section, const JsonPlace& place) {
    if (!is_object(section_value, place)) return;
    for (const auto& member : section_value.GetObject()) {
      auto key = text_of(member.name);
      const auto member_place = place / key;
      read_member(member.value, key, section, member_place);
    }
  }

 private:
  void read_member(const JsonValue& value, std::string_view key, const std::string& section,
                   const JsonPlace& place) {
    auto path = section + std::string(key);
    if (auto setting = find_setting(path)) {
      read_value(setting->field(config_), value, folder_, place);
    } else if (key.find('.') == key.npos && !keys_of(path + '.').empty()) {
      read_section(value, path + '.', place);
    } else {
      place.problem(unknown_key(key, section));
    }
  }

  GatewayConfig& config_;
  const std::string folder_;
};

void read_document(std::string_view text, const std::string& file_name, GatewayConfig& config,
                   Problems& problems) {
  auto folder = std::filesystem::path(file_name).parent_path().string();
  for (const auto& setting : setting_table()) put_into_folder(setting.field(config), folder);

  Problems found;
  auto document = parse_json(text, JsonSyntax::relaxed);
  if (document) {
    FileReader(config, folder).read_section(*document, "", JsonPlace(found));
  } else {
    found = document.error();
  }
  for (auto& problem : found) {
    auto where = problem.path.empty() ? file_name : file_name + ": " + problem.path;
    problems.push_back({where, std::move(problem.sentence)});
  }
}

// Kubernetes gives every container such variables for a Service that is called "gateway".
bool is_kubernetes_link(std::string_view name) {
  return name.starts_with("GATEWAY_SERVICE_") || name == "GATEWAY_PORT" || name.starts_with("GATEWAY_PORT_");
}

std::string unknown_variable(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& setting : setting_table()) names.push_back(environment_name(setting.path));
  std::vector<std::string_view> known(names.begin(), names.end());
  auto guess = nearest(name, known);
  return "there is no such setting: " +
         (guess ? "did you mean " + std::string(*guess) + '?' : "docs/configuration.md lists all of them");
}

void read_variable(std::string_view name, std::string_view value, GatewayConfig& config, Problems& problems) {
  Problems found;
  if (auto setting = find_by_environment_name(name)) {
    read_value(setting->field(config), value, JsonPlace(found));
  } else {
    found.push_back({"", unknown_variable(name)});
  }
  for (auto& problem : found) problems.push_back({std::string(name), std::move(problem.sentence)});
}

void read_environment(std::span<const std::string> environment, GatewayConfig& config, Problems& problems) {
  for (std::string_view variable : environment) {
    auto equals = variable.find('=');
    auto name = variable.substr(0, equals);
    if (!name.starts_with(environment_prefix) || is_kubernetes_link(name) || equals == name.npos) continue;
    read_variable(name, variable.substr(equals + 1), config, problems);
  }
}

void apply(const ConfigFlags& flags, GatewayConfig& config) {
  if (flags.log_level) config.log.level = *flags.log_level;
  if (flags.log_format) config.log.format = *flags.log_format;
  if (flags.import_replace) config.import_replace = true;
}

bool is_loopback(const std::string& address) {
  constexpr AddressBytes ipv6_loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  constexpr AddressBytes ipv4_loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};  // 127.0.0.0/8
  const auto bytes = address_bytes(address);
  return bytes == ipv6_loopback ||
         (bytes && std::equal(bytes->begin(), bytes->begin() + 13, ipv4_loopback.begin()));
}

void check_admin(GatewayConfig& config, Problems& problems) {
  const auto& admin = config.admin;
  if (admin.certificate.empty() != admin.key.empty())
    problems.push_back({"/admin", "\"certificate\" and \"key\" belong together: set both or none"});
  if (admin.client_id.contains(':')) {
    problems.push_back({"/admin/clientId", otoroshi::quoted(admin.client_id) +
                                               " cannot be sent as user name of Basic authorization: it "
                                               "must not contain ':'"});
  }
  const bool is_exposed = admin.port != 0 && admin.certificate.empty() && !is_loopback(admin.address);
  if (!is_exposed) return;
  const auto readable = "on " + admin.address + " the admin key and all secrets can be read on the way";
  if (admin.insecure)
    config.warnings.push_back({"/admin/insecure", readable});
  else
    problems.push_back(
        {"/admin/address", readable + ": set \"certificate\" and \"key\", or a loopback address such as "
                                      "127.0.0.1, or \"insecure\": true if the network is trusted"});
}

void check_own_ports(const GatewayConfig& config, Problems& problems) {
  const auto& [admin, tunnel] = std::tie(config.admin, config.tunnel);
  const std::pair<const char*, std::uint16_t> ports[] = {{"port", tunnel.port}, {"tlsPort", tunnel.tls_port}};
  for (const auto& [name, port] : ports) {
    if (port == 0 || port != admin.port || !interfaces_overlap(tunnel.address, admin.address)) continue;
    problems.push_back({"/admin/port", std::to_string(port) + " is also tunnel." + name +
                                           ": give them different ports, or set one of them to 0"});
  }
}

// What single values cannot tell.
void check_together(GatewayConfig& config, Problems& problems) {
  check_admin(config, problems);
  check_own_ports(config, problems);
  if (config.tunnel.port != 0 && config.tunnel.port == config.tunnel.tls_port) {
    problems.push_back({"/tunnel", "\"port\" and \"tlsPort\" are both " + std::to_string(config.tunnel.port) +
                                       ": give them different ports, or set one of them to 0"});
  }
  if (config.import_replace && config.store.type == StoreType::memory) {
    config.warnings.push_back({"/importReplace",
                               "no effect with store.type \"memory\": there, the import files always "
                               "replace what was served before"});
  }
}

}  // namespace

std::expected<GatewayConfig, Problems> read_config(std::string_view text, const std::string& file_name,
                                                   std::span<const std::string> environment,
                                                   const ConfigFlags& flags) {
  GatewayConfig config;
  Problems problems;
  if (!file_name.empty()) read_document(text, file_name, config, problems);
  read_environment(environment, config, problems);
  apply(flags, config);
  check_together(config, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return config;
}

}  // namespace otoroshi::gateway
