// How a PostgreSQL connection turns into TLS, seen from the client: SSLRequest, then one byte (PostgreSQL
// documentation, "SSL Session Encryption" in "Message Flow").
#pragma once

#include "common/net/stream.h"
#include "common/net/task.h"

namespace otoroshi {

// Asks the server for TLS and fails unless it answers 'S'. Afterwards the server waits for a ClientHello.
// Bytes behind the 'S' stay unread: they would be in clear (CVE-2021-23222), and TLS would choke on them. The
// caller holds a Deadline.
Task<Result<void>> ask_postgres_for_tls(Stream& server);

}  // namespace otoroshi
