// What the gateway serves by right now, and the one way to change it: checked, made durable, served by all
// workers, and only then told. Control thread only, which is what puts all changes in a row.
#pragma once

#include <expected>
#include <string>

#include "common/base/result.h"
#include "gateway/listeners/listener_set.h"
#include "gateway/store/entity_store.h"
#include "gateway/store/snapshot.h"
#include "gateway/tls_material.h"

namespace otoroshi::gateway {

// Why nothing of a change has happened.
struct ChangeRefused {
  ErrorCode code;  // bad_input, address_in_use: the asker can mend it; io: the store or the machine failed
  struct About {   // one problem
    std::string section;  // of the entity that it is about, "tcpServices"; "": of none
    std::string id;
    Problem problem;  // path: in that entity
  };
  std::vector<About> problems;  // at least one
};

// One sentence for logs.
std::string to_text(const ChangeRefused& refused);

class LiveEntities {
 public:
  using Changed = std::expected<void, ChangeRefused>;

  LiveEntities(ListenerSet& listeners, TlsMaterial& tls, TunnelSettings tunnel,
               std::unique_ptr<EntityStore> store);

  // A copy shares its entities: change the lists of a copy and hand it to change().
  const Entities& entities() const { return store_->entities(); }
  SnapshotPtr snapshot() const { return snapshot_; }
  const std::string& session_secret() const;  // signs session tokens; "": none is set or needed yet

  // `wanted`: each of its entities has passed its own check. Checks them against each other, opens what
  // listeners they need, makes them durable and returns once every worker serves by them. If it is refused,
  // nothing has changed.
  Changed change(Entities wanted);

  // Serves by the same entities anew, after certificates or authorities have changed.
  Changed refresh();

 private:
  ListenerSet& listeners_;
  TlsMaterial& tls_;
  TunnelSettings tunnel_;
  std::unique_ptr<EntityStore> store_;
  SnapshotPtr snapshot_;
};

}  // namespace otoroshi::gateway
