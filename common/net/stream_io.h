// Whole messages over a Stream, for the short dialogues before a relay begins. None has a time limit of its
// own: the caller holds a Deadline.
#pragma once

#include "common/net/stream.h"
#include "common/net/task.h"
#include "common/net/worker.h"

namespace otoroshi {

// Until all is written and in the kernel. `bytes` must stay valid meanwhile.
Task<Result<void>> write_all(Stream& stream, Bytes bytes);

// At least one byte; 0 means that the peer has ended its direction. `into` must stay valid meanwhile.
Task<Result<std::size_t>> read_some(Stream& stream, MutableBytes into);

// Ends our direction in order.
Task<Result<void>> finish(Stream& stream);

// Reads and throws away what still comes until the peer ends, so that closing does not turn our last words
// into a reset that destroys them. A peer that never stops talking does not hold up `worker`.
Task<> discard_until_end(Worker& worker, Stream& stream);

}  // namespace otoroshi
