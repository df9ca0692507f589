#include "common/net/tls_sessions.h"

namespace otoroshi {
namespace {

constexpr std::size_t max_hosts = 1000;  // more than that: begin again with an empty memory
constexpr std::size_t max_sessions_of_host = 64;

}  // namespace

void TlsSessions::remember(const std::string& key, const SSL_SESSION* session) {
  SslSessionPtr copy(SSL_SESSION_dup(session));
  std::lock_guard lock(mutex_);
  if (sessions_.size() >= max_hosts && !sessions_.contains(key)) sessions_.clear();
  auto& known = sessions_[key];
  if (known.size() == max_sessions_of_host) known.erase(known.begin());
  known.push_back(std::move(copy));
}

SslSessionPtr TlsSessions::take(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto found = sessions_.find(key);
  if (found == sessions_.end()) return nullptr;
  auto& latest = found->second.back();
  if (SSL_SESSION_get_protocol_version(latest.get()) < TLS1_3_VERSION)
    return SslSessionPtr(SSL_SESSION_dup(latest.get()));
  auto session = std::move(latest);
  found->second.pop_back();
  if (found->second.empty()) sessions_.erase(found);
  return session;
}

}  // namespace otoroshi
