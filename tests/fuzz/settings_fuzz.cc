// Any text as the gateway's configuration file: either it has problems, each with a place and a sentence of
// one line, or it is a configuration; and that, written as a file or as environment variables, is read as the
// same.
#include <optional>
#include <string>
#include <vector>

#include "common/json/writer.h"
#include "common/text/ascii.h"
#include "common/text/byte_size.h"
#include "common/text/duration.h"
#include "gateway/config/read_config.h"
#include "gateway/config/setting_table.h"
#include "tests/fuzz/property.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using test::must_hold;

namespace {

constexpr auto file_name = "gateway.json";  // without a folder, so that paths stay as they are

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

// A setting as the text that stands for it in the environment; nullopt: none can.
using SettingText = std::optional<std::string>;

SettingText joined(const std::vector<std::string>& paths) {
  std::string text;
  for (const auto& path : paths) {
    if (path.empty() || path.contains(',')) return std::nullopt;
    text.append(text.empty() ? "" : ",").append(path);
  }
  return text;
}

SettingText text_of(const SettingField& field) {
  return std::visit(
      Overloaded{
          [](BooleanField f) { return SettingText(*f.value ? "true" : "false"); },
          [](DurationField f) { return SettingText(duration_text(*f.value)); },
          [](PositiveDurationField f) { return SettingText(duration_text(*f.value)); },
          [](PathListField f) { return joined(*f.value); },
          [](StoreTypeField f) { return SettingText(name_in(EnumNames<StoreType>(store_types), *f.value)); },
          [](LogLevelField f) { return SettingText(name_in(EnumNames<LogLevel>(log_levels), *f.value)); },
          [](LogFormatField f) { return SettingText(name_in(EnumNames<LogFormat>(log_formats), *f.value)); },
          [](auto f) {
            if constexpr (std::is_same_v<decltype(f.value), std::string*>)
              return SettingText(*f.value);
            else
              return SettingText(std::to_string(*f.value));
          }},
      field);
}

void write(const SettingField& field, JsonWriter& json) {
  std::visit(
      Overloaded{[&](BooleanField f) { json.boolean(*f.value); }, [&](PortField f) { json.number(*f.value); },
                 [&](ThreadsField f) { json.number(*f.value); }, [&](CountField f) { json.number(*f.value); },
                 [&](PathListField f) {
                   json.begin_list();
                   for (const auto& path : *f.value) json.text(path);
                   json.end_list();
                 },
                 [&](auto) { json.text(*text_of(field)); }},
      field);
}

// As a file with every setting in it. Sections stand together in the table.
std::string as_file(GatewayConfig& config) {
  JsonWriter json;
  json.begin_object();
  std::string_view open;
  for (const auto& setting : setting_table()) {
    const auto dot = setting.path.find('.');
    const auto section = dot == setting.path.npos ? std::string_view() : setting.path.substr(0, dot);
    if (section != open) {
      if (!open.empty()) json.end_object();
      if (!section.empty()) json.key(section).begin_object();
      open = section;
    }
    json.key(setting.path.substr(section.empty() ? 0 : dot + 1));
    write(setting.field(config), json);
  }
  if (!open.empty()) json.end_object();
  json.end_object();
  return json.take();
}

// nullopt: one of the settings has no text that stands for it.
std::optional<std::vector<std::string>> as_environment(GatewayConfig& config) {
  std::vector<std::string> variables;
  for (const auto& setting : setting_table()) {
    const auto text = text_of(setting.field(config));
    if (!text) return std::nullopt;
    variables.push_back(environment_name(setting.path).append("=").append(*text));
  }
  return variables;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto config = read_config(test::input_text(data, size), file_name);
  if (!config) {
    must_hold(!config.error().empty());
    for (const auto& [path, sentence] : config.error())
      must_hold(!path.empty() && !sentence.empty() && std::ranges::none_of(sentence, is_control));
    return 0;
  }
  const auto file = as_file(*config);
  auto again = read_config(file, file_name);
  must_hold(again && as_file(*again) == file && again->warnings == config->warnings);
  if (const auto variables = as_environment(*config)) {
    auto from_environment = read_config("", "", *variables);
    must_hold(from_environment && as_file(*from_environment) == file);
  }
  return 0;
}
