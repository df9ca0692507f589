#include "gateway/admin/admin_http.h"

#include <algorithm>

#include "common/text/absolute_uri.h"
#include "common/text/percent.h"

namespace otoroshi::gateway {
namespace {

std::optional<std::string_view> first_value(const TextPairs& pairs, std::string_view name) {
  const auto found = std::ranges::find(pairs, name, &TextPairs::value_type::first);
  if (found == pairs.end()) return std::nullopt;
  return found->second;
}

// Of HTML's form encoding, which tools use for queries.
std::string decoded(std::string_view text) {
  std::string with_spaces(text);
  std::ranges::replace(with_spaces, '+', ' ');
  return percent_decode(with_spaces).value_or(std::string(text));
}

TextPairs read_query(std::string_view text) {
  TextPairs query;
  while (!text.empty()) {
    const auto parameter = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), parameter.size() + 1));
    if (parameter.empty()) continue;
    const auto name = parameter.substr(0, parameter.find('='));
    const auto value = parameter.substr(std::min(parameter.size(), name.size() + 1));
    query.emplace_back(decoded(name), decoded(value));
  }
  return query;
}

}  // namespace

void AdminRequest::read_target(std::string_view text) {
  target = text;
  // "http://host/path" is what a proxy is asked, and every server has to understand it.
  const auto uri = split_uri(text);
  const auto rest = uri ? uri->tail() : text;
  const auto question_mark = rest.find('?');
  const auto written = rest.substr(0, question_mark);
  path = uri && written.empty() ? std::string_view("/") : written;
  query = question_mark == rest.npos ? TextPairs{} : read_query(rest.substr(question_mark + 1));
}

std::optional<std::string_view> AdminRequest::header(std::string_view lower_case_name) const {
  return first_value(headers, lower_case_name);
}

std::optional<std::string_view> AdminRequest::parameter(std::string_view name) const {
  return first_value(query, name);
}

std::string_view AdminRequest::path_parameter(std::string_view name) const {
  return first_value(path_parameters, name).value_or("");
}

}  // namespace otoroshi::gateway
