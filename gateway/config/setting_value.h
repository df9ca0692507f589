// How one setting's value is read, and how it looks: only here is decided what a kind of SettingField is.
#pragma once

#include <string>
#include <string_view>

#include "common/json/reader.h"
#include "gateway/config/setting_table.h"

namespace otoroshi::gateway {

// Puts the value where the field points to; a wrong one becomes a problem at `place` and changes nothing.
// Relative paths get `folder` in front of them, unless it is "".
void read_value(const SettingField& field, const JsonValue& value, const std::string& folder,
                const JsonPlace& place);

// Likewise out of an environment variable: numbers, true and false as text, lists separated by commas.
void read_value(const SettingField& field, std::string_view text, const JsonPlace& place);

// Puts the folder in front of a relative path that the setting has by default.
void put_into_folder(const SettingField& field, const std::string& folder);

// As it would stand in the file.
std::string value_text(const SettingField& field);

}  // namespace otoroshi::gateway
