#include "gateway/admin/admin_routes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/text/percent.h"

namespace otoroshi::gateway {
namespace {

std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);  // '/'
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

// "/apis/GROUP/...": Otoroshi's own client does not know which group a kind belongs to and says "any". What
// follows tells them apart.
bool is_any_group(std::string_view pattern_so_far, std::string_view segment) {
  return pattern_so_far == "/apis/" && segment == "any";
}

// The parameters that the pattern takes out of the path; nullopt: it does not match.
std::optional<TextPairs> match(std::string_view pattern, std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  TextPairs parameters;
  const auto whole = pattern;
  while (!pattern.empty() && !path.empty()) {
    const auto so_far = whole.substr(0, whole.size() - pattern.size() + 1);
    const auto wanted = take_segment(pattern);
    const auto segment = take_segment(path);
    if (wanted.starts_with(':') && !segment.empty()) {
      auto value = percent_decode(segment);
      if (!value) return std::nullopt;
      parameters.emplace_back(wanted.substr(1), std::move(*value));
    } else if (wanted != segment && (pattern.empty() || !is_any_group(so_far, segment))) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameters;
}

}  // namespace

void AdminRoutes::add(Operation operation) {
  operations_.push_back(std::move(operation));
}

const Operation* AdminRoutes::find(AdminRequest& request, bool& path_is_known) const {
  const Operation* best = nullptr;
  path_is_known = false;
  for (const auto& operation : operations_) {
    auto parameters = match(operation.path, request.path);
    if (!parameters) continue;
    path_is_known = true;
    if (operation.method != request.method) continue;
    if (best && request.path_parameters.size() <= parameters->size()) continue;
    best = &operation;
    request.path_parameters = std::move(*parameters);
  }
  return best;
}

std::string AdminRoutes::methods_of(std::string_view path) const {
  std::vector<std::string_view> methods;
  for (const auto& operation : operations_) {
    // Two patterns of one path may share a method.
    if (match(operation.path, path) && std::ranges::find(methods, operation.method) == methods.end())
      methods.push_back(operation.method);
  }
  std::string list;
  for (const auto method : methods) list.append(list.empty() ? "" : ", ").append(method);
  return list;
}

}  // namespace otoroshi::gateway
