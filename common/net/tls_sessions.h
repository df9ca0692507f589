// TlsSessions remembers a client's TLS sessions, so that the next connection to the same host saves a round
// trip and the key exchange (RFC 8446 section 2.2). Thread-safe; used once a handshake.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/net/openssl.h"

namespace otoroshi {

class TlsSessions {
 public:
  // `key`: the host, and whatever else must be the same for a session to be used again.
  // Keeps a copy: OpenSSL makes a session useless when its connection ends without close_notify.
  void remember(const std::string& key, const SSL_SESSION* session);
  // The latest; null: none. A session of TLS 1.3 is given out only once, lest an observer links the
  // connections: so several are kept, for connections that begin side by side.
  SslSessionPtr take(const std::string& key);

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<SslSessionPtr>> sessions_;  // the latest last
};

}  // namespace otoroshi
