// Ending a client's TLS, and routing by the name that it asks for while the handshake is open.
#pragma once

#include <optional>
#include <string>

#include "gateway/connection/refuse.h"
#include "gateway/connection/worker_context.h"

namespace otoroshi::gateway {

struct InsideTls {
  Result<Decision> decision;
  RefusalForm refusal = RefusalForm::close;  // how to say no, if the decision is an error
};

// Ends the client's TLS: the record's client stream is the decrypted one afterwards, or the bare one after a
// failure, of which an alert has told the client. The certificate is chosen by SNI; `gate` (null: every name
// is welcome) may refuse a name. The client certificate's subject stands in the record.
Task<Result<void>> end_client_tls(WorkerContext& context, ConnectionRecord& record, ServerNameGate* gate);

// The handshake, with the certificate and the route chosen by SNI: a name that nobody serves ends it with the
// alert unrecognized_name. A client without SNI is routed by the Host of its HTTP/1 head, if services of the
// port want names. The record's client stream is the decrypted one afterwards; server name and the client
// certificate's subject stand in the record, too. Worker's thread.
Task<InsideTls> enter_tls(WorkerContext& context, ConnectionRecord& record);

}  // namespace otoroshi::gateway
