// ServiceTable is what one listening (interface, port) serves: the enabled services that share it and, for
// the name that a client asked for, the service, the rule and the targets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/model/tcp_service.h"
#include "common/routing/domain_matcher.h"
#include "common/routing/target_group.h"

namespace otoroshi {

// Where a connection goes. Holds what it points to, so it may outlive the table.
struct Decision {
  enum class By : std::uint8_t {
    port,         // sni.enabled is off: all targets of all rules in turn
    rule,         // `rule` is the first whose domain matches the name
    forwards_to,  // nothing matched, or there was no name: sni.forwardsTo
  };

  TcpServicePtr service;
  By by = By::port;
  std::size_t rule = 0;    // index in service->rules; only if by == By::rule
  TargetGroupPtr targets;  // never empty
};

// Immutable once built (but for what its TargetGroups learn), so any thread may call any const member.
class ServiceTable {
 public:
  // As an Error it speaks of the port, or of the first of its problems.
  struct Refused : Error {
    std::vector<std::pair<TcpServicePtr, Problem>> problems;  // paths are those in the service's JSON
  };

  // `services`: at least one, all enabled and of the same interface and port, in order of creation. Several
  // must all have sni.enabled and the same tls and clientAuth. Fails on a domain that cannot be used and on
  // services that cannot share a port. Rules of `previous` that did not change keep their TargetGroup. Takes
  // time if there are thousands of regular expressions: not for a thread that serves connections.
  static std::expected<std::shared_ptr<const ServiceTable>, Refused> build(
      std::vector<TcpServicePtr> services, const ServiceTable* previous = nullptr);

  // `name`: SNI or host without port; nullopt if the client gave none. Fails with ErrorCode::no_route and a
  // sentence that says what to change.
  Result<Decision> route(std::optional<std::string_view> name) const;

  // The same for all services of the table.
  TlsMode tls() const { return services_.front()->tls; }
  ClientAuth client_auth() const { return services_.front()->client_auth; }
  bool sni_enabled() const { return services_.front()->sni.enabled; }

  // Whether the client's first bytes must be seen before a target is dialled: for the name, or because they
  // may be PostgreSQL's SSLRequest. If not, the server may be the one who speaks first.
  bool needs_peek() const { return sni_enabled() || tls() == TlsMode::enabled; }

  // In order of creation.
  const std::vector<TcpServicePtr>& services() const { return services_; }

 private:
  explicit ServiceTable(std::vector<TcpServicePtr> services) : services_(std::move(services)) {}

  std::expected<void, Refused> index_rules(const ServiceTable* previous);
  Refused refused(DomainMatcher::Refused why) const;
  void add_fallback();
  void keep_groups_of(const ServiceTable& previous);
  Error no_route(std::optional<std::string_view> name) const;

  std::vector<TcpServicePtr> services_;
  std::vector<Decision> rules_;                   // of all services, in the order of the matcher's patterns
  std::optional<Decision> fallback_;              // for what no rule takes
  std::shared_ptr<const DomainMatcher> matcher_;  // none without sni.enabled
};

}  // namespace otoroshi
