#include "gateway/config/setting_value.h"

#include <charconv>
#include <filesystem>
#include <ranges>

#include "common/json/writer.h"
#include "common/text/byte_size.h"
#include "common/text/duration.h"
#include "common/text/host_port.h"
#include "common/text/quoted.h"  // called as otoroshi::quoted: std::quoted is found for std::string too

namespace otoroshi::gateway {
namespace {

// setsockopt(2) takes an int.
constexpr std::uint64_t largest_size = std::uint64_t{1} << 30;

std::string in_folder(std::string_view path, const std::string& folder) {
  if (path.empty()) return {};
  return (std::filesystem::path(folder) / path).string();  // an absolute path replaces the folder
}

template <class Enum, std::size_t size>
std::string wanted_names(const EnumName<Enum> (&names)[size]) {
  std::string wanted;
  for (const auto& entry : names) wanted += (wanted.empty() ? "\"" : ", \"") + std::string(entry.name) + '"';
  return "one of " + wanted;
}

// Reads one value; what it stands on is the same for the file and the environment.
class ValueReader {
 public:
  ValueReader(const JsonValue& value, const std::string& folder, const JsonPlace& place)
      : json_(value), folder_(folder), place_(place) {}

  void operator()(BooleanField field) const { put(read_boolean(json_, place_), field.value); }
  void operator()(PortField field) const { put(read_integer(json_, place_, {0, 65535}), field.value); }
  void operator()(ThreadsField field) const { put(read_integer(json_, place_, {0, 1024}), field.value); }
  void operator()(CountField field) const { put(read_integer(json_, place_, {.least = 0}), field.value); }
  void operator()(SizeField field) const {
    auto text = json_.IsUint64() ? std::to_string(json_.GetUint64()) : std::string(text_or_empty());
    if (text.empty()) return place_.refuse(shown(json_), "a size such as \"64KiB\" or \"1MiB\"");
    auto size = parse_byte_size(text);
    if (!size) return place_.problem(size.error().sentence);
    if (*size > largest_size)
      return place_.problem(otoroshi::quoted(text) + " is too large: at most \"1GiB\" is allowed");
    *field.value = *size;
  }
  void operator()(DurationField field) const { read_duration(field.value, 0); }
  void operator()(PositiveDurationField field) const { read_duration(field.value, 1); }
  void operator()(TextField field) const { put(read_text(json_, place_), field.value); }
  void operator()(SecretField field) const { put(read_text(json_, place_), field.value); }
  void operator()(AddressField field) const {
    auto text = read_text(json_, place_);
    if (!text) return;
    if (!is_ip_literal(*text)) return place_.refuse(shown(json_), "an IP address, IPv6 without brackets,");
    *field.value = *text;
  }
  void operator()(PathField field) const {
    if (auto text = read_text(json_, place_)) *field.value = in_folder(*text, folder_);
  }
  void operator()(PathListField field) const {
    if (!is_list(json_, place_)) return;
    field.value->clear();
    for (rapidjson::SizeType i = 0; i < json_.Size(); ++i) {
      const auto place = place_ / i;
      if (auto text = read_text(json_[i], place)) field.value->push_back(in_folder(*text, folder_));
    }
  }
  void operator()(OutputField field) const {
    auto text = read_text(json_, place_);
    if (!text) return;
    if (text->empty()) return place_.refuse(shown(json_), "\"none\", \"stdout\" or the path of a file");
    bool is_path = *text != "none" && *text != "stdout";
    *field.value = is_path ? in_folder(*text, folder_) : std::string(*text);
  }
  void operator()(StoreTypeField field) const { read_name(store_types, field.value); }
  void operator()(LogLevelField field) const { read_name(log_levels, field.value); }
  void operator()(LogFormatField field) const { read_name(log_formats, field.value); }

 private:
  template <class Found, class Value>
  static void put(const std::optional<Found>& found, Value* value) {
    if (found) *value = static_cast<Value>(*found);
  }

  std::string_view text_or_empty() const { return json_.IsString() ? text_of(json_) : std::string_view(); }

  void read_duration(GatewayConfig::Duration* value, int least_ms) const {
    constexpr auto wanted = "a duration such as \"250ms\", \"5s\" or \"1h\"";
    if (text_or_empty().empty()) return place_.refuse(shown(json_), wanted);
    auto duration = parse_duration(text_or_empty());
    if (!duration) return place_.problem(duration.error().sentence);
    if (duration->count() < least_ms) return place_.refuse(shown(json_), "a duration longer than 0");
    *value = *duration;
  }

  template <class Enum, std::size_t size>
  void read_name(const EnumName<Enum> (&names)[size], Enum* value) const {
    auto found = value_in(EnumNames<Enum>(names), text_or_empty());
    if (!found) return place_.refuse(shown(json_), wanted_names(names));
    *value = *found;
  }

  const JsonValue& json_;
  const std::string& folder_;
  const JsonPlace& place_;
};

template <class T>
constexpr bool is_number = false;
template <>
constexpr bool is_number<PortField> = true;
template <>
constexpr bool is_number<ThreadsField> = true;
template <>
constexpr bool is_number<CountField> = true;

// The JSON that a variable's text stands for. What is no number stays a text, which the reader then refuses.
struct JsonFromText {
  std::string_view text;
  JsonDocument& document;

  void operator()(BooleanField) const {
    if (text == "true" || text == "false") {
      document.SetBool(text == "true");
    } else {
      set_text(document, text);
    }
  }
  void operator()(PathListField) const {
    document.SetArray();
    if (text.empty()) return;
    for (auto part : std::views::split(text, ',')) {
      JsonValue path;
      set_text(path, std::string_view(part.begin(), part.end()));
      document.PushBack(path, document.GetAllocator());
    }
  }
  template <class Field>
  void operator()(Field) const {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (is_number<Field> && error == std::errc() && end == text.data() + text.size()) {
      document.SetInt64(number);
    } else {
      set_text(document, text);
    }
  }

 private:
  void set_text(JsonValue& value, std::string_view content) const {
    value.SetString(content.data(), static_cast<rapidjson::SizeType>(content.size()),
                    document.GetAllocator());
  }
};

struct ValueText {
  std::string operator()(BooleanField field) const { return *field.value ? "true" : "false"; }
  std::string operator()(PortField field) const { return std::to_string(*field.value); }
  std::string operator()(ThreadsField field) const { return std::to_string(*field.value); }
  std::string operator()(CountField field) const { return std::to_string(*field.value); }
  std::string operator()(SizeField field) const { return otoroshi::quoted(byte_size_text(*field.value)); }
  std::string operator()(DurationField field) const { return otoroshi::quoted(duration_text(*field.value)); }
  std::string operator()(PositiveDurationField field) const {
    return otoroshi::quoted(duration_text(*field.value));
  }
  std::string operator()(SecretField) const { return "\"\""; }
  std::string operator()(PathListField field) const {
    std::string paths;
    for (const auto& path : *field.value) paths += (paths.empty() ? "" : ", ") + otoroshi::quoted(path);
    return '[' + paths + ']';
  }
  std::string operator()(StoreTypeField field) const { return name(store_types, *field.value); }
  std::string operator()(LogLevelField field) const { return name(log_levels, *field.value); }
  std::string operator()(LogFormatField field) const { return name(log_formats, *field.value); }
  template <class TextLike>
  std::string operator()(TextLike field) const {
    return otoroshi::quoted(*field.value);
  }

 private:
  template <class Enum, std::size_t size>
  static std::string name(const EnumName<Enum> (&names)[size], Enum value) {
    return otoroshi::quoted(name_in(EnumNames<Enum>(names), value));
  }
};

}  // namespace

void read_value(const SettingField& field, const JsonValue& value, const std::string& folder,
                const JsonPlace& place) {
  std::visit(ValueReader(value, folder, place), field);
}

void read_value(const SettingField& field, std::string_view text, const JsonPlace& place) {
  JsonDocument document;
  std::visit(JsonFromText{text, document}, field);
  std::visit(ValueReader(document, std::string(), place), field);
}

void put_into_folder(const SettingField& field, const std::string& folder) {
  if (auto path = std::get_if<PathField>(&field)) *path->value = in_folder(*path->value, folder);
}

std::string value_text(const SettingField& field) {
  return std::visit(ValueText(), field);
}

}  // namespace otoroshi::gateway
