// Reads the files that settings and command lines name. Blocks on the disk.
#pragma once

#include <string>

#include "common/base/result.h"

namespace otoroshi {

// The whole file, at most 64 MiB. A failure's sentence begins with "cannot be read" and gives the reason; the
// caller knows better than the path what the file is for, and puts that in front.
Result<std::string> read_file(const std::string& path);

}  // namespace otoroshi
