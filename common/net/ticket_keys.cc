#include "common/net/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <span>
#include <utility>

namespace otoroshi {
namespace {

constexpr int failed = -1;
constexpr int full_handshake = 0;  // the ticket is of no use to us
constexpr int usable = 1;
constexpr int renew = 2;  // usable, and give the client a new one: it may use each only once (RFC 8446 C.4)

bool start_mac(EVP_MAC_CTX* mac, std::array<unsigned char, 32>& key) {
  char digest[] = "SHA256";
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.data(), key.size()),
                             OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                             OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

}  // namespace

TicketKeys::TicketKeys(Clock::duration lifetime) : lifetime_(lifetime) {}

TicketKeys::~TicketKeys() {
  for (auto* key : {&current_, &previous_})
    if (*key) OPENSSL_cleanse(&**key, sizeof(Key));
}

std::chrono::seconds TicketKeys::ticket_lifetime() const {
  return std::chrono::duration_cast<std::chrono::seconds>(lifetime_);
}

void TicketKeys::rotate() {
  std::lock_guard lock(mutex_);
  replace_current();
}

void TicketKeys::replace_current() {
  Key key;
  if (RAND_bytes(key.name.data(), key.name.size()) != 1 ||
      RAND_priv_bytes(key.cipher_key.data(), key.cipher_key.size()) != 1 ||
      RAND_priv_bytes(key.mac_key.data(), key.mac_key.size()) != 1)
    return;  // without randomness the old key stays
  key.made = Clock::now();
  previous_ = std::exchange(current_, key);
}

int TicketKeys::prepare(unsigned char* key_name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
                        bool encrypt) {
  std::lock_guard lock(mutex_);
  if (!current_ || Clock::now() - current_->made >= lifetime_) replace_current();
  const auto* method = EVP_aes_256_cbc();
  if (encrypt) {
    if (!current_ || RAND_bytes(iv, EVP_CIPHER_get_iv_length(method)) != 1) return failed;
    std::ranges::copy(current_->name, key_name);
    bool ready = EVP_EncryptInit_ex(cipher, method, nullptr, current_->cipher_key.data(), iv) == 1 &&
                 start_mac(mac, current_->mac_key);
    return ready ? usable : failed;
  }
  for (auto* key : {&current_, &previous_}) {
    if (!*key || !std::ranges::equal((*key)->name, std::span(key_name, (*key)->name.size()))) continue;
    bool ready = start_mac(mac, (*key)->mac_key) &&
                 EVP_DecryptInit_ex(cipher, method, nullptr, (*key)->cipher_key.data(), iv) == 1;
    return ready ? renew : failed;
  }
  return full_handshake;
}

}  // namespace otoroshi
