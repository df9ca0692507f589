#include "gateway/connection/refuse.h"

#include "common/net/stream_io.h"
#include "common/sniff/postgres.h"
#include "common/sniff/tls_alert.h"

namespace otoroshi::gateway {
namespace {

using namespace std::chrono_literals;
constexpr auto refusal_limit = 2s;

std::string alert(TlsAlert description) {
  auto record = fatal_alert_record(description);
  return std::string(as_text(record));
}

std::string http_answer(std::string_view status, std::string_view sentence) {
  auto body = std::string(sentence) + "\n";
  return "HTTP/1.1 " + std::string(status) +
         "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

std::string words(RefusalForm form, const Error& why) {
  switch (form) {
    case RefusalForm::close:
    case RefusalForm::reset:
      return {};
    case RefusalForm::tls_name_unknown:
      return alert(TlsAlert::unrecognized_name);
    case RefusalForm::tls_bad_hello:
      return alert(TlsAlert::decode_error);
    case RefusalForm::http_bad_request:
      return http_answer("400 Bad Request", why.sentence);
    case RefusalForm::http_not_found:
      return http_answer("404 Not Found", why.sentence);
    case RefusalForm::http_bad_gateway:
      return http_answer("502 Bad Gateway", no_target_takes_it);
    case RefusalForm::postgres:
      return postgres_error_response("28000", why.sentence);
    case RefusalForm::postgres_unavailable:
      return postgres_error_response("08006", no_target_takes_it);
  }
  return {};
}

}  // namespace

Task<> say_and_end(Worker& worker, Stream& client, std::string text, const Error& why) {
  Deadline deadline(worker.timers(), refusal_limit, client, why);
  auto bytes = as_bytes(text);
  auto written = co_await write_all(client, bytes);
  if (!written) co_return;
  auto finished = co_await finish(client);
  if (!finished) co_return;
  co_await discard_until_end(worker, client);
}

Task<> refuse(Worker& worker, Stream& client, RefusalForm form, const Error& why) {
  if (form == RefusalForm::reset) {
    client.abort(why);
    co_return;
  }
  auto text = words(form, why);
  co_await say_and_end(worker, client, std::move(text), why);
}

}  // namespace otoroshi::gateway
