// Files that settings name. Blocks on the disk.
#pragma once

#include <string>

#include "common/base/result.h"

namespace otoroshi::gateway {

// The whole file. Fails (bad_input) with the setting and the path in front of the reason, which OpenSSL would
// tell by a number.
Result<std::string> read_setting_file(const std::string& setting, const std::string& path);

}  // namespace otoroshi::gateway
