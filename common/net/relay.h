// The relay: two pumps side by side that carry bytes between a client and a target until both directions have
// ended.
//
// - Every byte that was read is delivered, or the other side sees an abort; never a clean end instead.
// - The end of one direction is passed on and the other direction goes on.
// - A pump reads into the worker's scratch memory and writes at once; only what the sink does not take is
// copied, and
//   nothing more is read until it is gone. An idle connection owns no buffer, a slow one at the most one
//   read.
// - Bulk between two streams with a raw side goes through a borrowed pipe with splice(2).
// It knows nothing of time: whoever watches the connection (gateway/connection/connection_registry.h) reads
// the progress and aborts the streams.
#pragma once

#include <cstdint>
#include <optional>

#include "common/net/stream.h"
#include "common/net/task.h"
#include "common/net/worker.h"

namespace otoroshi {

// What has happened so far, for whoever watches on the same thread. Bytes are counted when the sink has taken
// them.
struct RelayProgress {
  std::uint64_t bytes_from_client = 0;
  std::uint64_t bytes_from_target = 0;
  bool client_ended = false;  // the client has ended its direction, and the target has been told
  bool target_ended = false;
};

struct RelayOptions {
  bool splice = true;
};

// Runs until both directions have ended (nothing is returned) or one stream failed: then both streams are
// aborted with the error that is returned. The streams outlive the call.
Task<std::optional<Error>> relay(Worker& worker, Stream& client, Stream& target, RelayProgress& progress,
                                 RelayOptions options);

}  // namespace otoroshi
