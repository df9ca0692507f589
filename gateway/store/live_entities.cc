#include "gateway/store/live_entities.h"

#include <spdlog/spdlog.h>

#include <map>
#include <utility>

#include "gateway/session_secret.h"
#include "gateway/store/entity_kinds.h"

namespace otoroshi::gateway {
namespace {

class Stopwatch {
 public:
  ControlMetrics::Duration elapsed() const {
    return std::chrono::duration_cast<ControlMetrics::Duration>(Clock::now() - begin_);
  }

 private:
  Clock::time_point begin_ = Clock::now();
};

std::unexpected<ChangeRefused> refused(Error error) {
  return std::unexpected(ChangeRefused{error.code, {{"", "", {"", std::move(error.sentence)}}}});
}

std::unexpected<ChangeRefused> refused(SnapshotRefused why) {
  if (why.problems.empty()) return refused(static_cast<Error>(std::move(why)));
  return std::unexpected(ChangeRefused{why.code, std::move(why.problems)});
}

// A listener that fails is a new one, and so are all services on it.
std::unexpected<ChangeRefused> refused(std::vector<ListenerSet::CannotListen> failures,
                                       const Entities& wanted) {
  std::map<ListenAddress, const Error*> by_address;
  for (const auto& [address, error] : failures) by_address.emplace(address, &error);
  const auto section = std::get<EntityKind<TcpService>>(entity_kinds()).section;
  ChangeRefused refused_change{failures.front().error.code, {}};
  for (const auto& service : wanted.services) {
    const auto found = by_address.find({service->interface, service->port});
    if (!service->enabled || found == by_address.end()) continue;
    refused_change.problems.push_back(
        {std::string(section), service->id, {"/port", found->second->sentence}});
  }
  if (refused_change.problems.empty()) return refused(failures.front().error);  // one of our own settings
  return std::unexpected(std::move(refused_change));
}

void log_unused_certificates(const ServedTls& tls) {
  for (const auto& [certificate, why] : tls.problems()) spdlog::error("{} is not used: {}", certificate, why);
}

}  // namespace

std::string to_text(const ChangeRefused& refused) {
  std::string text;
  for (const auto& [section, id, problem] : refused.problems) {
    if (!text.empty()) text += "; ";
    if (!id.empty()) text.append(section).append("/").append(id).append(problem.path).append(": ");
    text += problem.sentence;
  }
  return text;
}

LiveEntities::LiveEntities(const GatewayConfig& config, ListenerSet& listeners, TlsMaterial& tls,
                           std::unique_ptr<EntityStore> store)
    : config_(config),
      listeners_(listeners),
      tls_(tls),
      tunnel_{config.tunnel, config.secret},
      store_(std::move(store)) {}

Result<std::string> LiveEntities::session_secret() {
  if (tunnel_.session_secret.empty()) {
    auto secret = kept_session_secret(config_.data_dir);
    if (!secret) return secret;
    tunnel_.session_secret = std::move(*secret);
  }
  return tunnel_.session_secret;
}

LiveEntities::Changed LiveEntities::change(Entities wanted) {
  return serve(std::move(wanted), Durability::make_durable);
}

LiveEntities::Changed LiveEntities::refresh() {
  return serve(store_->entities(), Durability::is_durable);
}

// Only tokens of stored sessions are accepted, so without sessions no secret is needed, and none is made.
std::expected<SnapshotPtr, SnapshotRefused> LiveEntities::build(const Entities& wanted) {
  if (tunnel_.is_on() && !wanted.tunnel.sessions.empty()) {
    if (auto secret = session_secret(); !secret) return std::unexpected(SnapshotRefused{secret.error(), {}});
  }
  const Stopwatch watch;
  auto snapshot = build_snapshot(wanted, snapshot_.get(), tls_, tunnel_);
  if (snapshot) metrics_.record_build(watch.elapsed());
  return snapshot;
}

Result<void> LiveEntities::store(Entities wanted) {
  const Stopwatch watch;
  auto stored = store_->replace(std::move(wanted));
  metrics_.record_commit(watch.elapsed(), stored.has_value());
  return stored;
}

void LiveEntities::serve_by(SnapshotPtr snapshot, ListenerSet::Opened opened) {
  if (!snapshot_ || snapshot_->tls != snapshot->tls) log_unused_certificates(*snapshot->tls);
  const Stopwatch watch;
  listeners_.serve_by(*snapshot, std::move(opened));
  snapshot_ = std::move(snapshot);
  metrics_.record_apply(watch.elapsed());
}

LiveEntities::Changed LiveEntities::serve(Entities wanted, Durability durability) {
  const auto* known_good = snapshot_ ? &snapshot_->entities : nullptr;
  if (auto problems = check_together(wanted, known_good, config_); !problems.empty())
    return std::unexpected(ChangeRefused{ErrorCode::bad_input, std::move(problems)});
  auto snapshot = build(wanted);
  if (!snapshot) return refused(std::move(snapshot.error()));
  auto opened = listeners_.open(**snapshot);
  if (!opened) return refused(std::move(opened.error()), wanted);
  if (durability == Durability::make_durable) {
    if (auto stored = store(std::move(wanted)); !stored) return refused(std::move(stored.error()));
  }
  serve_by(std::move(*snapshot), std::move(*opened));
  return {};
}

}  // namespace otoroshi::gateway
