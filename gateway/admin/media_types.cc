#include "gateway/admin/media_types.h"

#include "common/text/ascii.h"

namespace otoroshi::gateway {

std::string media_type(const AdminRequest& request, std::string_view lower_case_header) {
  auto type = request.header(lower_case_header).value_or("");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return ascii_lower(type);
}

bool wants_lines(const AdminRequest& request) {
  return media_type(request, "accept") == ndjson_type;
}

}  // namespace otoroshi::gateway
