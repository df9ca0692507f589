#include "gateway/admin/admin_http.h"

#include <algorithm>

namespace otoroshi::gateway {
namespace {

std::optional<std::string_view> first_value(const TextPairs& pairs, std::string_view name) {
  const auto found = std::ranges::find(pairs, name, &TextPairs::value_type::first);
  if (found == pairs.end()) return std::nullopt;
  return found->second;
}

}  // namespace

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
