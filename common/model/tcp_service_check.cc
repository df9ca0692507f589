#include "common/model/tcp_service_check.h"

#include <algorithm>

#include "common/json/reader.h"
#include "common/routing/domain_matcher.h"
#include "common/text/host_port.h"
#include "common/text/quoted.h"

namespace otoroshi {
namespace {

bool is_given(const Target& target) {
  return !target.host.empty() || !target.ip.empty();
}

void check_address(const std::string& address, const JsonPlace& place) {
  if (is_ip_literal(address)) return;
  place.refuse(quoted(address), "an IPv4 address, or an IPv6 address without brackets,");
}

void check_host(const std::string& host, const JsonPlace& place) {
  const bool has_brackets = host.starts_with('[');
  if (parse_host(host) && !has_brackets) return;
  place.refuse(quoted(host), "a DNS name, an IPv4 address, or an IPv6 address without brackets,");
}

void check_target(const Target& target, const JsonPlace& place) {
  if (!is_given(target)) (place / "host").problem("a target needs a host or an ip");
  if (!target.host.empty()) check_host(target.host, place / "host");
  if (!target.ip.empty()) check_address(target.ip, place / "ip");
  if (target.port == 0) (place / "port").problem("a target needs a port from 1 to 65535");
}

void check_rule(const Rule& rule, const JsonPlace& place) {
  if (const auto usable = check_domain(rule.domain); !usable)
    (place / "domain").problem(usable.error().sentence);
  const auto targets = place / "targets";
  if (rule.targets.empty()) targets.problem("a rule needs at least one target");
  for (std::size_t i = 0; i < rule.targets.size(); ++i) check_target(rule.targets[i], targets / i);
}

void check_sni(const Sni& sni, const JsonPlace& place) {
  const auto forwards_to = place / "forwardsTo";
  if (is_given(sni.forwards_to)) {
    // Its port may be left out as long as nothing is forwarded there.
    auto target = sni.forwards_to;
    if (!sni.forward_if_no_match) target.port = 1;
    check_target(target, forwards_to);
  } else if (sni.enabled && sni.forward_if_no_match) {
    forwards_to.problem("sni.forwardIfNoMatch needs a host (or an ip) and a port to forward to");
  }
}

bool has_any_target(const TcpService& service) {
  if (service.sni.enabled && service.sni.forward_if_no_match) return true;
  return std::ranges::any_of(service.rules, [](const Rule& rule) { return !rule.targets.empty(); });
}

void warn_of_target(const Target& target, TlsMode tls, const JsonPlace& place) {
  if (target.tls && tls == TlsMode::pass_through) {
    (place / "tls")
        .problem("has no effect: with tls PassThrough the client's own TLS reaches the target untouched");
  } else if (target.trust_all && !target.tls) {
    (place / "tls_config").problem("has no effect: tls of this target is off");
  }
}

void warn_of_rules(const TcpService& service, const JsonPlace& place) {
  for (std::size_t i = 0; i < service.rules.size(); ++i) {
    const auto rule = place / i;
    const auto& domain = service.rules[i].domain;
    if (!service.sni.enabled && domain != "*" && domain != ".*") {
      (rule / "domain")
          .problem(quoted(domain) +
                   " has no effect: without sni.enabled the targets of all rules are used in turn");
    }
    const auto targets = rule / "targets";
    for (std::size_t j = 0; j < service.rules[i].targets.size(); ++j) {
      warn_of_target(service.rules[i].targets[j], service.tls, targets / j);
    }
  }
}

}  // namespace

Problems check(const TcpService& service) {
  Problems problems;
  const JsonPlace root(problems);
  if (service.port == 0) (root / "port").problem("a service needs a port from 1 to 65535");
  check_address(service.interface, root / "interface");
  check_sni(service.sni, root / "sni");
  const auto rules = root / "rules";
  for (std::size_t i = 0; i < service.rules.size(); ++i) check_rule(service.rules[i], rules / i);
  return problems;
}

Problems warnings(const TcpService& service) {
  Problems problems;
  const JsonPlace root(problems);
  const auto sni = root / "sni";
  if (service.enabled && !has_any_target(service)) {
    (root / "rules").problem("there is no target: every connection will be refused until a rule has one");
  }
  if (service.client_auth != ClientAuth::none && service.tls != TlsMode::enabled) {
    (root / "clientAuth")
        .problem("has no effect: only with tls Enabled does the gateway itself see the client's certificate");
  }
  if (service.sni.forward_if_no_match && !service.sni.enabled) {
    (sni / "forwardIfNoMatch").problem("has no effect without sni.enabled");
  }
  warn_of_target(service.sni.forwards_to, service.tls, sni / "forwardsTo");
  warn_of_rules(service, root / "rules");
  return problems;
}

}  // namespace otoroshi
