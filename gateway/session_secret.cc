#include "gateway/session_secret.h"

#include "gateway/store/kept_secret.h"

namespace otoroshi::gateway {

Result<std::string> kept_session_secret(const std::string& data_dir) {
  return kept_secret(data_dir, {.file = "secret",
                                .description = "secret that signs session tokens",
                                .setting = "\"secret\" (GATEWAY_SECRET)"});
}

}  // namespace otoroshi::gateway
