// Secrets that the settings leave out: made once and kept in a file of the data folder, so that they outlive
// a restart. Control thread only.
#pragma once

#include <string>

#include "common/base/result.h"

namespace otoroshi::gateway {

struct KeptSecret {
  std::string file;         // its name in the data folder: "secret"
  std::string description;  // in sentences and in the log: "secret that signs session tokens"
  std::string setting;      // what to set instead, and nothing is kept: "\"secret\" (GATEWAY_SECRET)"
  std::string prefix = {};  // before the random digits of a new one: "NAME:" makes a NAME:SECRET pair
};

// What the file holds, without its line end. If there is none it is made (mode 0600, its folder 0700; it
// appears only when complete) with the prefix and 32 random bytes in hexadecimal, and its path is logged,
// never what is in it. Fails (bad_input) with the path and what to do.
Result<std::string> kept_secret(const std::string& data_dir, const KeptSecret& secret);

}  // namespace otoroshi::gateway
