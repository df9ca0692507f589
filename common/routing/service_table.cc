#include "common/routing/service_table.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>
#include <string>
#include <tuple>

#include "common/model/tcp_service_check.h"
#include "common/text/quoted.h"

namespace otoroshi {
namespace {

constexpr std::size_t longest_name = 253;  // RFC 1035 section 2.3.4, in text form and without the final dot

using Refused = ServiceTable::Refused;

std::unexpected<Refused> unusable(std::string sentence) {
  return std::unexpected(Refused{{ErrorCode::bad_input, Side::gateway, std::move(sentence)}, {}});
}

std::expected<void, Refused> check_sharing(const std::vector<TcpServicePtr>& services) {
  const auto& first = *services.front();
  for (const auto& service : services | std::views::drop(1)) {
    if (auto conflict = port_conflict(*service, first)) return unusable(std::move(*conflict));
  }
  return {};
}

std::vector<Target> all_targets(const TcpService& service) {
  std::vector<Target> targets;
  for (const auto& rule : service.rules)
    targets.insert(targets.end(), rule.targets.begin(), rule.targets.end());
  return targets;
}

std::vector<Target> default_target(const TcpService& service) {
  const auto& target = service.sni.forwards_to;
  if (target.host.empty() && target.ip.empty()) return {};
  return {target};
}

Decision decide(TcpServicePtr service, Decision::By by, std::size_t rule, std::vector<Target> targets) {
  return {std::move(service), by, rule, std::make_shared<TargetGroup>(std::move(targets))};
}

// Of a decision by rule.
const std::string& domain_of(const Decision& decision) {
  return decision.service->rules[decision.rule].domain;
}

// What a group of targets stands for, beyond the targets themselves.
using GroupKey = std::tuple<std::string_view, Decision::By, std::string_view>;

GroupKey key_of(const Decision& decision) {
  std::string_view domain;
  if (decision.by == Decision::By::rule) domain = domain_of(decision);
  return {decision.service->id, decision.by, domain};
}

}  // namespace

std::expected<std::shared_ptr<const ServiceTable>, Refused> ServiceTable::build(
    std::vector<TcpServicePtr> services, const ServiceTable* previous) {
  if (services.empty()) return unusable("a port without services has nothing to serve");
  if (auto sharing = check_sharing(services); !sharing) return std::unexpected(std::move(sharing.error()));

  std::shared_ptr<ServiceTable> table(new ServiceTable(std::move(services)));
  if (auto indexed = table->index_rules(previous); !indexed)
    return std::unexpected(std::move(indexed.error()));
  table->add_fallback();
  if (previous) table->keep_groups_of(*previous);
  return table;
}

std::expected<void, Refused> ServiceTable::index_rules(const ServiceTable* previous) {
  if (!sni_enabled()) return {};
  for (const auto& service : services_)
    for (std::size_t rule = 0; rule < service->rules.size(); ++rule)
      rules_.push_back(decide(service, Decision::By::rule, rule, service->rules[rule].targets));

  if (previous && previous->matcher_ &&
      std::ranges::equal(rules_, previous->rules_, {}, domain_of, domain_of)) {
    matcher_ = previous->matcher_;
    return {};
  }
  std::vector<std::string> patterns;
  std::ranges::transform(rules_, std::back_inserter(patterns), domain_of);
  auto matcher = DomainMatcher::build(std::move(patterns));
  if (!matcher) return std::unexpected(refused(std::move(matcher.error())));
  matcher_ = std::make_shared<const DomainMatcher>(std::move(*matcher));
  return {};
}

ServiceTable::Refused ServiceTable::refused(DomainMatcher::Refused why) const {
  Refused refused{std::move(why), {}};
  for (auto& [index, sentence] : why.patterns) {
    const auto& rule = rules_[index];
    refused.problems.push_back(
        {rule.service, {fmt::format("/rules/{}/domain", rule.rule), std::move(sentence)}});
  }
  return refused;
}

void ServiceTable::add_fallback() {
  if (!sni_enabled()) {
    fallback_ = decide(services_.front(), Decision::By::port, 0, all_targets(*services_.front()));
    return;
  }
  auto forwards = [](const TcpServicePtr& service) { return service->sni.forward_if_no_match; };
  if (auto service = std::ranges::find_if(services_, forwards); service != services_.end())
    fallback_ = decide(*service, Decision::By::forwards_to, 0, default_target(**service));
}

void ServiceTable::keep_groups_of(const ServiceTable& previous) {
  std::multimap<GroupKey, TargetGroupPtr> old_groups;
  for (const auto& decision : previous.rules_) old_groups.emplace(key_of(decision), decision.targets);
  if (previous.fallback_) old_groups.emplace(key_of(*previous.fallback_), previous.fallback_->targets);

  auto keep = [&](Decision& decision) {
    auto [first, last] = old_groups.equal_range(key_of(decision));
    auto same_targets = [&](const auto& old) { return old.second->targets() == decision.targets->targets(); };
    if (auto old = std::find_if(first, last, same_targets); old != last) decision.targets = old->second;
  };
  for (auto& decision : rules_) keep(decision);
  if (fallback_) keep(*fallback_);
}

Result<Decision> ServiceTable::route(std::optional<std::string_view> name) const {
  auto rule = matcher_ && name ? matcher_->find(*name) : std::nullopt;
  const Decision* decision = rule ? &rules_[*rule] : fallback_ ? &*fallback_ : nullptr;
  if (!decision) return std::unexpected(no_route(name));
  if (decision->targets->targets().empty())
    return fail(
        ErrorCode::no_route, Side::gateway,
        fmt::format("{} has no target for this connection: add one to {}", described(*decision->service),
                    decision->by == Decision::By::forwards_to ? "sni.forwardsTo" : "rules[].targets"));
  return *decision;
}

Error ServiceTable::no_route(std::optional<std::string_view> name) const {
  auto where = services_.size() == 1 ? described(*services_.front())
                                     : fmt::format("the services on port {}", services_.front()->port);
  auto what = name ? fmt::format("no rule matches the name {}: add a rule whose domain matches it",
                                 quoted(*name, longest_name, '\''))
                   : std::string("the client sent no name: make it send one");
  return {ErrorCode::no_route, Side::client, fmt::format("{}: {}, or set sni.forwardIfNoMatch", where, what)};
}

}  // namespace otoroshi
