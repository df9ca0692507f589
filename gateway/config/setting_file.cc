#include "gateway/config/setting_file.h"

#include "common/base/read_file.h"

namespace otoroshi::gateway {

Result<std::string> read_setting_file(const std::string& setting, const std::string& path) {
  auto text = read_file(path);
  if (text) return text;
  return fail(ErrorCode::bad_input, Side::gateway, setting + ": '" + path + "' " + text.error().sentence);
}

}  // namespace otoroshi::gateway
