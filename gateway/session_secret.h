// The secret that signs session tokens where the settings name none: made once and kept in a file, so that
// tokens outlive a restart. Control thread only.
#pragma once

#include <string>

#include "common/base/result.h"

namespace otoroshi::gateway {

// What `data_dir`/secret holds. If there is no such file it is made (mode 0600, its folder 0700) with 32
// random bytes in hexadecimal, and its path is logged. Fails (bad_input) with the path and what to do.
Result<std::string> kept_session_secret(const std::string& data_dir);

}  // namespace otoroshi::gateway
