// The one key of the admin API: from the settings, or made once and kept in `dataDir`/admin-key. Immutable.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "gateway/admin/admin_http.h"
#include "gateway/config/gateway_config.h"

namespace otoroshi::gateway {

// Where a key that the settings leave out is kept.
std::string admin_key_file(const std::string& data_dir);

class AdminKey {
 public:
  // admin.clientId and admin.clientSecret; what they leave out comes from the file ("ID:SECRET"), which is
  // made if need be (kept_secret.h). A secret that is set without an id belongs to "admin". Fails with
  // bad_input.
  static Result<AdminKey> find(const GatewayConfig& config);

  AdminKey(std::string_view id, std::string_view secret);

  enum class Shown : std::uint8_t { none, wrong, right };

  // What a request shows, in `Otoroshi-Client-Id` and `Otoroshi-Client-Secret`, or else by Basic
  // authorization (RFC 7617). How long it takes tells nothing of the key.
  Shown shown_by(const AdminRequest& request) const;

 private:
  using Digest = std::array<unsigned char, 32>;

  Digest digest_of(std::string_view text) const;
  bool is(std::string_view id, std::string_view secret) const;

  Digest salt_;  // of this process: digests of what clients send cannot be prepared
  Digest id_;
  Digest secret_;
};

}  // namespace otoroshi::gateway
