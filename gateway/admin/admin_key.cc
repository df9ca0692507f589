#include "gateway/admin/admin_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <filesystem>
#include <new>

#include "common/auth/auth_headers.h"
#include "gateway/store/kept_secret.h"

namespace otoroshi::gateway {
namespace {

constexpr const char* default_id = "admin";
constexpr const char* file_name = "admin-key";

Result<BasicCredentials> kept_key(const std::string& data_dir) {
  const auto text = kept_secret(data_dir, {.file = file_name,
                                           .description = "key of the admin API",
                                           .setting = "admin.clientSecret (GATEWAY_ADMIN_CLIENT_SECRET)",
                                           .prefix = "admin:"});
  if (!text) return std::unexpected(text.error());
  if (auto key = parse_id_and_secret(*text)) return *std::move(key);
  return fail(ErrorCode::bad_input, Side::gateway,
              admin_key_file(data_dir) +
                  ": the file must hold the key of the admin API as ID:SECRET; mend it, or remove it, and "
                  "a new key is made");
}

}  // namespace

std::string admin_key_file(const std::string& data_dir) {
  return (std::filesystem::path(data_dir) / file_name).string();
}

Result<AdminKey> AdminKey::find(const GatewayConfig& config) {
  const auto& id = config.admin.client_id;
  const auto& secret = config.admin.client_secret;
  if (!secret.empty()) return AdminKey(id.empty() ? default_id : id, secret);
  const auto kept = kept_key(config.data_dir);
  if (!kept) return std::unexpected(kept.error());
  return AdminKey(id.empty() ? kept->id : id, kept->secret);
}

AdminKey::AdminKey(std::string_view id, std::string_view secret) {
  if (::RAND_bytes(salt_.data(), static_cast<int>(salt_.size())) != 1) throw std::bad_alloc();
  id_ = digest_of(id);
  secret_ = digest_of(secret);
}

AdminKey::Shown AdminKey::shown_by(const AdminRequest& request) const {
  const auto id = request.header("otoroshi-client-id");
  const auto secret = request.header("otoroshi-client-secret");
  if (id && secret) return is(*id, *secret) ? Shown::right : Shown::wrong;
  const auto authorization = request.header("authorization");
  if (!authorization) return id || secret ? Shown::wrong : Shown::none;
  const auto basic = parse_basic_authorization(*authorization);
  return basic && is(basic->id, basic->secret) ? Shown::right : Shown::wrong;
}

AdminKey::Digest AdminKey::digest_of(std::string_view text) const {
  Digest digest{};
  HMAC(EVP_sha256(), salt_.data(), static_cast<int>(salt_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), nullptr);
  return digest;
}

// Both are always compared: which one was wrong is told by nothing.
bool AdminKey::is(std::string_view id, std::string_view secret) const {
  const auto shown_id = digest_of(id);
  const auto shown_secret = digest_of(secret);
  const int differs = CRYPTO_memcmp(shown_id.data(), id_.data(), id_.size()) |
                      CRYPTO_memcmp(shown_secret.data(), secret_.data(), secret_.size());
  return differs == 0;
}

}  // namespace otoroshi::gateway
