#include "gateway/connection/peek.h"

#include "common/net/stream_io.h"
#include "common/sniff/client_hello.h"
#include "common/sniff/http_host.h"
#include "common/sniff/postgres.h"
#include "common/text/duration.h"

namespace otoroshi::gateway {
namespace {

using Protocol = Peeked::Protocol;

// Bytes taken at a time; what a client sends behind its first message stays in the kernel for the most part.
constexpr std::size_t most_at_once = 32 * 1024;

// What the bytes so far mean for the loop in peek().
enum class Step : std::uint8_t { need_more, answer_postgres, decided };

Error malformed(std::string_view protocol, std::string_view why) {
  return {ErrorCode::protocol, Side::client, "malformed " + std::string(protocol) + ": " + std::string(why)};
}

Step look_for_http(Peeked& peeked) {
  auto verdict = inspect_http_head(peeked.bytes);
  if (std::holds_alternative<NeedMore>(verdict)) {
    peeked.protocol = Protocol::http;
    return Step::need_more;
  }
  peeked.protocol = std::holds_alternative<NotThis>(verdict) ? Protocol::other : Protocol::http;
  if (auto* bad = std::get_if<Malformed>(&verdict)) peeked.problem = malformed("HTTP request head", bad->why);
  if (auto* head = std::get_if<HttpHead>(&verdict)) peeked.name = std::move(head->host);
  return Step::decided;
}

// Bytes that are no TLS may be an HTTP head, which gets an answer that people can read.
Step not_tls(Peeked& peeked) {
  bool http = !std::holds_alternative<NotThis>(inspect_http_head(peeked.bytes));
  peeked.protocol = http ? Protocol::http : Protocol::other;
  return Step::decided;
}

Step look_for_tls(Peeked& peeked, PeekFor what) {
  auto verdict = inspect_client_hello(peeked.bytes);
  if (std::holds_alternative<NotThis>(verdict)) return not_tls(peeked);
  peeked.protocol = Protocol::tls;
  if (what == PeekFor::tls_begin) return Step::decided;
  if (std::holds_alternative<NeedMore>(verdict)) return Step::need_more;
  if (auto* bad = std::get_if<Malformed>(&verdict)) peeked.problem = malformed("ClientHello", bad->why);
  if (auto* hello = std::get_if<ClientHello>(&verdict)) peeked.name = std::move(hello->server_name);
  return Step::decided;
}

Step look_for_postgres(Peeked& peeked, const PostgresHello& hello) {
  using Kind = PostgresHello::Kind;
  switch (hello.kind) {
    case Kind::startup:
      peeked.protocol = Protocol::postgres;
      return Step::decided;
    case Kind::cancel_request:
      peeked.protocol = Protocol::postgres_cancel;
      return Step::decided;
    case Kind::ssl_request:
    case Kind::gssenc_request:
      break;
  }
  peeked.protocol = Protocol::postgres;
  if (peeked.bytes.size() > hello.bytes_on_wire) {
    // What came before our answer was in clear and might have been put there by somebody else
    // (CVE-2021-23214).
    peeked.problem = malformed("PostgreSQL SSLRequest", "bytes came behind it before it was answered");
    return Step::decided;
  }
  auto& asked = hello.kind == Kind::ssl_request ? peeked.after_ssl_request : peeked.gssenc_refused;
  if (asked || peeked.after_ssl_request) {
    peeked.problem = malformed("PostgreSQL start", "the client asked for encryption twice");
    return Step::decided;
  }
  asked = true;
  return Step::answer_postgres;
}

Step look(Peeked& peeked, PeekFor what) {
  if (peeked.bytes.empty()) return Step::need_more;
  if (what == PeekFor::http_host) return look_for_http(peeked);
  auto postgres = inspect_postgres(peeked.bytes);
  if (std::holds_alternative<NotThis>(postgres)) return look_for_tls(peeked, what);
  peeked.protocol = Protocol::postgres;
  if (auto* bad = std::get_if<Malformed>(&postgres)) {
    peeked.problem = malformed("PostgreSQL message", bad->why);
    return Step::decided;
  }
  if (auto* hello = std::get_if<PostgresHello>(&postgres)) return look_for_postgres(peeked, *hello);
  return Step::need_more;
}

void give_up_waiting(Peeked& peeked, Clock::duration limit) {
  if (peeked.bytes.empty() && !peeked.after_ssl_request) {
    peeked.protocol = Protocol::none;
    return;
  }
  if (peeked.protocol == Protocol::http)
    return;  // not a head, or no name in time: routed as a client without a name
  auto text = duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(limit));
  peeked.problem =
      Error{ErrorCode::timed_out, Side::client,
            "the client began and did not finish its first message within " + text + " (timeouts.peek)"};
}

// The client has ended its direction in the middle of its first message.
void give_up_at_end(Peeked& peeked) {
  if (peeked.protocol == Protocol::http) {
    peeked.protocol = Protocol::other;  // too short for a head: not HTTP, and all that the client has to say
    return;
  }
  peeked.problem =
      Error{ErrorCode::protocol, Side::client,
            peeked.bytes.empty() ? "the client closed the connection without sending a byte"
                                 : "the client closed the connection in the middle of its first message"};
}

}  // namespace

Task<Peeked> peek(Worker& worker, Stream& client, PeekFor what, Clock::duration limit) {
  Peeked peeked;
  Timer timer(worker.timers());
  timer.start(limit);
  for (;;) {
    auto step = look(peeked, what);
    if (step == Step::decided) co_return peeked;
    if (step == Step::answer_postgres) {
      auto answer = peeked.after_ssl_request ? postgres_tls_accepted : postgres_refused;
      peeked.bytes.clear();
      Bytes answer_bytes = as_bytes({&answer, 1});
      auto answered = co_await write_all(client, answer_bytes);
      if (!answered) peeked.problem = answered.error();
      if (!answered) co_return peeked;
      continue;
    }
    auto scratch = worker.scratch().first(most_at_once);
    auto got = client.try_read(scratch);
    if (got.done()) {
      peeked.bytes.insert(peeked.bytes.end(), scratch.begin(),
                          scratch.begin() + static_cast<std::ptrdiff_t>(got.bytes));
    } else if (got.would_block() && !timer.expired()) {
      bool slept = co_await sleep_until([&](Waiter& waiter) {
        client.arm_readable(waiter);
        timer.arm(waiter);
      });
      if (!slept) co_await worker.yield();
    } else {
      if (got.would_block()) give_up_waiting(peeked, limit);
      if (got.end()) give_up_at_end(peeked);
      if (got.error()) peeked.problem = client.failure();
      co_return peeked;
    }
  }
}

}  // namespace otoroshi::gateway
