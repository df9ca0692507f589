// A gateway's tunnel side in memory: entities to be admitted by, requests that show them, and somebody to
// ask. All secrets begin with "S3CRET", so that a test can see that none is in a sentence.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/net/worker.h"
#include "common/tunnel/upgrade.h"
#include "gateway/tunnel/authorize.h"
#include "tests/support/token_maker.h"

namespace otoroshi::test {

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'800'000'000));
inline constexpr std::int64_t now_ms = 1'800'000'000'000;
inline const std::string secret = "S3CRET-of-the-key";
inline const std::string next_secret = "S3CRET-of-tomorrow";
inline const std::string issuer_secret = "S3CRET-of-the-issuer";
inline const std::string session_secret = "S3CRET-of-sessions";

template <class T>
std::shared_ptr<const T> shared(T value) {
  return std::make_shared<const T>(std::move(value));
}

// A route "r" of the group "team" for gate.test, with these plugins (short name, config) beside TcpTunnel.
RoutePtr route_with(const Pairs& plugins, bool enabled = true);
// A good key for that route, with `secret`.
ApiKey api_key(const std::string& id);
// The route, and keys, verifiers and sessions of every kind, named after what is special about them.
gateway::TunnelEntities entities_with(RoutePtr route);
gateway::TunnelTablePtr table_of(gateway::TunnelEntities entities);

tunnel::Request request_of(Pairs headers, Pairs query = {});
tunnel::Request basic(const std::string& id, const std::string& shown = secret);
tunnel::Request bearer(const std::string& token);
tunnel::Request papp(const std::string& token);

std::string signed_id(const std::string& id, const std::string& by = secret);  // "otoapk_..."
// A token that verifier "v" believes.
std::string issued(const std::string& claims = R"({"iss":"issuer","sub":"alice"})");
const SigningKey& published_key();  // has "kid" "k" in the set of verifier "published"

struct Gate {
  Worker worker;
  gateway::Quotas quotas;
  gateway::Jwks jwks;

  Gate();
  explicit Gate(gateway::Jwks::Fetch fetch) : jwks(std::move(fetch)) {}
  gateway::Admission<gateway::Caller> ask(const gateway::TunnelTable& table, const tunnel::Request& request,
                                          const std::string& address = "192.0.2.7");
};

}  // namespace otoroshi::test
