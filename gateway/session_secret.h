// The secret that signs session tokens where the settings name none: made once and kept in a file, so that
// tokens outlive a restart. Control thread only.
#pragma once

#include <string>

#include "common/base/result.h"

namespace otoroshi::gateway {

// What `data_dir`/secret holds; if there is no such file it is made, see kept_secret().
Result<std::string> kept_session_secret(const std::string& data_dir);

}  // namespace otoroshi::gateway
