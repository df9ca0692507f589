// Saying no in the client's own protocol.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/net/stream.h"
#include "common/net/task.h"
#include "common/net/worker.h"

namespace otoroshi::gateway {

enum class RefusalForm : std::uint8_t {
  close,             // nothing to say: the end, in order
  reset,             // bytes of the client were taken and cannot be delivered: an abort
  tls_name_unknown,  // alert 112, written by hand: nobody has begun the handshake
  tls_bad_hello,     // alert 50, likewise
  http_bad_request,  // 400, 404 and 502 with the sentence as text
  http_not_found,
  http_bad_gateway,
  postgres,              // ErrorResponse 28000 (not authorised this way) with the sentence
  postgres_unavailable,  // ErrorResponse 08006 (connection failure)
};

// Which targets there are, and what is wrong with them, is no business of a client that need not have shown
// who it is: it is told this.
inline constexpr std::string_view no_target_takes_it =
    "no target takes this connection: the log of the gateway says why";

// Writes `text`, ends our direction and waits for the client's end, so that it can read what we said. Takes
// at the most two seconds, whatever the client does. `why` is for whoever looks at the stream meanwhile.
Task<> say_and_end(Worker& worker, Stream& client, std::string text, const Error& why);

// The same with the words of the client's protocol.
Task<> refuse(Worker& worker, Stream& client, RefusalForm form, const Error& why);

}  // namespace otoroshi::gateway
