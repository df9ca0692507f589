// What the gateway serves by right now, and the one way to change it: checked, made durable, served by all
// workers, and only then told. Control thread only, which is what puts all changes in a row.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "gateway/config/gateway_config.h"
#include "gateway/listeners/listener_set.h"
#include "gateway/metrics/control_metrics.h"
#include "gateway/store/entities_check.h"
#include "gateway/store/entity_store.h"
#include "gateway/store/snapshot.h"
#include "gateway/tls_material.h"

namespace otoroshi::gateway {

// Why nothing of a change has happened.
struct ChangeRefused {
  ErrorCode code;  // bad_input, address_in_use: the asker can mend it; io: the store or the machine failed
  EntityProblems problems;  // at least one
};

// In one line, for logs.
std::string to_text(const ChangeRefused& refused);

class LiveEntities {
 public:
  using Changed = std::expected<void, ChangeRefused>;

  // The references outlive it. Nothing is served before the first change() or refresh().
  LiveEntities(const GatewayConfig& config, ListenerSet& listeners, TlsMaterial& tls,
               std::unique_ptr<EntityStore> store);

  // A copy shares its entities: change the lists of a copy and hand it to change().
  const Entities& entities() const { return store_->entities(); }
  const SnapshotPtr& snapshot() const { return snapshot_; }  // null before the first change

  const ControlMetrics& metrics() const { return metrics_; }

  // Signs session tokens; one that no setting names is made, and kept in dataDir, when it is first needed.
  Result<std::string> session_secret();

  // Each entity of `wanted` has passed its own check. They are checked against each other, the listeners that
  // they need are opened, they are made durable, and every worker serves by them when this returns. If it is
  // refused, nothing has changed. Without memory it throws: what is served stays as it was, though the store
  // may have the new ones, which the next change or refresh() serves.
  Changed change(Entities wanted);

  // Serves by the same entities anew, after authorities have changed.
  Changed refresh();

 private:
  enum class Durability : std::uint8_t { is_durable, make_durable };
  Changed serve(Entities wanted, Durability durability);
  std::expected<SnapshotPtr, SnapshotRefused> build(const Entities& wanted);
  Result<void> store(Entities wanted);
  void serve_by(SnapshotPtr snapshot, ListenerSet::Opened opened);

  const GatewayConfig& config_;
  ListenerSet& listeners_;
  TlsMaterial& tls_;
  TunnelSettings tunnel_;
  std::unique_ptr<EntityStore> store_;
  SnapshotPtr snapshot_;
  ControlMetrics metrics_;
};

}  // namespace otoroshi::gateway
