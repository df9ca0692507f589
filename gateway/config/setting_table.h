// The one list of all settings. What reads the configuration file and the environment, what names the nearest
// known key and what docs/configuration.md says all follow from it: a new setting is a member of
// GatewayConfig and a row of this table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/config/gateway_config.h"

namespace otoroshi::gateway {

// Kinds of settings: what may stand there, and where the value goes.
struct BooleanField {
  bool* value;
};
struct PortField {
  std::uint16_t* value;  // 0-65535
};
struct ThreadsField {
  std::uint32_t* value;  // 0-1024
};
struct CountField {
  std::uint64_t* value;  // any whole number from 0
};
struct SizeField {
  std::uint64_t* value;  // "64KiB", or a number of bytes
};
struct DurationField {
  GatewayConfig::Duration* value;  // "5s"; 0 is allowed
};
struct PositiveDurationField {
  GatewayConfig::Duration* value;  // "5s"; 0 is not
};
struct TextField {
  std::string* value;
};
struct SecretField {
  std::string* value;  // like a text, but never shown
};
struct AddressField {
  std::string* value;  // an IP literal
};
struct PathField {
  std::string* value;  // relative ones are relative to the configuration file
};
struct PathListField {
  std::vector<std::string>* value;
};
struct OutputField {
  std::string* value;  // none, stdout or a path
};
struct StoreTypeField {
  StoreType* value;
};
struct LogLevelField {
  LogLevel* value;
};
struct LogFormatField {
  LogFormat* value;
};

using SettingField = std::variant<BooleanField, PortField, ThreadsField, CountField, SizeField, DurationField,
                                  PositiveDurationField, TextField, SecretField, AddressField, PathField,
                                  PathListField, OutputField, StoreTypeField, LogLevelField, LogFormatField>;

struct Setting {
  std::string_view path;  // in the JSON: "timeouts.halfClosed"
  SettingField (*field)(GatewayConfig&);
  std::string_view doc;
};

std::span<const Setting> setting_table();

// "timeouts.halfClosed" -> "GATEWAY_TIMEOUTS_HALF_CLOSED".
std::string environment_name(std::string_view path);

// A Markdown table of all settings with default, environment name and meaning, as it stands in
// docs/configuration.md.
std::string settings_as_markdown();

}  // namespace otoroshi::gateway
