#include "gateway/metrics/prometheus_text.h"

#include <algorithm>
#include <utility>

#include "common/text/utf8.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view replacement_character = "\xef\xbf\xbd";

// The format is UTF-8 and escapes three characters. Its readers stop at a NUL.
void append_escaped(std::string& text, std::string_view value) {
  while (!value.empty()) {
    const auto length = utf8_length(value);
    const auto character = value.substr(0, std::max<std::size_t>(length, 1));
    value.remove_prefix(character.size());
    if (length == 0 || character.front() == '\0') {
      text += replacement_character;
    } else if (character == "\\") {
      text += "\\\\";
    } else if (character == "\"") {
      text += "\\\"";
    } else if (character == "\n") {
      text += "\\n";
    } else {
      text += character;
    }
  }
}

void append_labels(std::string& text, std::span<const MetricLabel> labels) {
  if (labels.empty()) return;
  char separator = '{';
  for (const auto& label : labels) {
    text += std::exchange(separator, ',');
    text.append(label.name).append("=\"");
    append_escaped(text, label.value);
    text += '"';
  }
  text += '}';
}

}  // namespace

void PrometheusText::write_family(const MetricFamily& family) {
  text_.append("# HELP ").append(family.name).append(" ").append(family.help);
  text_.append("\n# TYPE ").append(family.name).append(" ").append(name_of(family.type)).append("\n");
}

void PrometheusText::write_sample(const MetricFamily& family, std::string_view suffix,
                                  std::span<const MetricLabel> labels, double value) {
  text_.append(family.name).append(suffix);
  append_labels(text_, labels);
  text_.append(" ").append(number_text(value)).append("\n");
}

}  // namespace otoroshi::gateway
