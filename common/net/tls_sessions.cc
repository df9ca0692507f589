#include "common/net/tls_sessions.h"

namespace otoroshi {
namespace {

constexpr std::size_t max_sessions = 1000;  // more hosts than that: begin again with an empty memory

}  // namespace

void TlsSessions::remember(const std::string& key, const SSL_SESSION* session) {
  SslSessionPtr copy(SSL_SESSION_dup(session));
  std::lock_guard lock(mutex_);
  if (sessions_.size() >= max_sessions) sessions_.clear();
  sessions_[key] = std::move(copy);
}

SslSessionPtr TlsSessions::take(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto found = sessions_.find(key);
  if (found == sessions_.end()) return nullptr;
  if (SSL_SESSION_get_protocol_version(found->second.get()) >= TLS1_3_VERSION)
    return std::move(sessions_.extract(found).mapped());
  return SslSessionPtr(SSL_SESSION_dup(found->second.get()));
}

}  // namespace otoroshi
