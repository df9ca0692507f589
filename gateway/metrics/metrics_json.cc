#include "gateway/metrics/metrics_json.h"

#include <cmath>

namespace otoroshi::gateway {
namespace {

// Below this, every whole number is a double.
constexpr double exact_integers = 9'007'199'254'740'992.0;

void write_number(JsonWriter& json, double value) {
  if (std::trunc(value) == value && std::abs(value) < exact_integers) {
    json.number(static_cast<std::int64_t>(value));
  } else {
    json.value(JsonValue(value));
  }
}

}  // namespace

void MetricsJson::write_sample(const MetricFamily& family, std::string_view suffix,
                               std::span<const MetricLabel> labels, double value) {
  json_.begin_object();
  json_.key("name").text(std::string(family.name).append(suffix));
  json_.key("type").text(name_of(family.type));
  json_.key("labels").begin_object();
  for (const auto& label : labels) json_.key(label.name).text(label.value);
  json_.end_object().key("value");
  write_number(json_, value);
  json_.end_object();
}

}  // namespace otoroshi::gateway
