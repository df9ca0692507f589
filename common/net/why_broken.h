// Why a stream is broken, for who waits for its peer to go away.
#pragma once

#include "common/net/stream.h"

namespace otoroshi {

// Of a stream that is_broken(): one that was aborted knows why; of any other, whose peer has reset it,
// `reset` is the reason.
Error why_broken(Stream& stream, const Error& reset);

}  // namespace otoroshi
