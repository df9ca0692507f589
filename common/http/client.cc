#include "common/http/client.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "common/http/answer_reader.h"
#include "common/net/dial.h"
#include "common/net/stream_io.h"
#include "common/net/tls_context.h"
#include "common/net/tls_stream.h"
#include "common/text/ascii.h"
#include "common/text/duration.h"

namespace otoroshi {
namespace {

using Outcome = std::optional<Result<HttpAnswer>>;

std::string head_of(const HttpRequest& request) {
  std::string head = request.method + ' ' + request.url.target + " HTTP/1.1\r\n";
  const auto add = [&](const std::string& name, const std::string& value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  const bool has_host = std::ranges::any_of(
      request.headers, [](const auto& header) { return equal_ignoring_case(header.first, "Host"); });
  if (!has_host) add("Host", to_text(request.url.address));
  for (const auto& [name, value] : request.headers) add(name, value);
  if (request.method != "GET") add("Content-Length", std::to_string(request.body.size()));
  add("Connection", "close");
  return head + "\r\n";
}

Task<Result<void>> enter_tls(Worker& worker, StreamPtr& stream, const HttpRequest& request) {
  auto context = TlsClientContext::make({.ca_file = request.ca_file});
  if (!context) co_return std::unexpected(std::move(context.error()));
  auto ssl = context->new_ssl(request.url.address.host, request.trust_all);
  auto tls = std::make_unique<TlsStream>(worker, std::move(stream), std::move(ssl), Side::target);
  auto& session = *tls;
  stream = std::move(tls);
  co_return co_await session.handshake();
}

Task<Result<HttpAnswer>> read_answer(Worker& worker, Stream& stream, std::size_t max_body) {
  HttpAnswerReader reader(max_body);
  for (;;) {
    auto piece = worker.scratch();
    auto got = co_await read_some(stream, piece);
    if (!got) co_return std::unexpected(std::move(got.error()));
    auto complete = reader.take(piece.first(*got));
    if (!complete) co_return std::unexpected(std::move(complete.error()));
    if (*complete) co_return std::move(reader.answer());
    co_await worker.yield();  // who sends faster than this reads would else hold off the deadline
  }
}

Task<Result<HttpAnswer>> ask(Worker& worker, Resolver& resolver, const HttpRequest& request) {
  const auto give_up = Clock::now() + request.limit;
  DialOptions options;
  options.limit = request.limit;
  auto dialled = co_await dial(worker, resolver, request.url.address.host, request.url.address.port, options);
  if (!dialled) co_return std::unexpected(std::move(dialled.error()));

  auto& bare = *dialled->stream;  // stays where it is when TLS is wrapped around it
  StreamPtr stream = std::move(dialled->stream);
  Deadline deadline(worker.timers(), give_up - Clock::now(), bare,
                    Error{ErrorCode::timed_out, Side::target,
                          "the answer was not complete within " + duration_text(request.limit)});
  if (request.url.tls) {
    auto secured = co_await enter_tls(worker, stream, request);
    if (!secured) co_return std::unexpected(std::move(secured.error()));
  }
  const auto text = head_of(request) + request.body;
  const auto bytes = as_bytes(text);
  auto written = co_await write_all(*stream, bytes);
  if (!written) co_return std::unexpected(std::move(written.error()));
  co_return co_await read_answer(worker, *stream, request.max_body);
}

Task<> keep_outcome(Task<Result<HttpAnswer>> asking, Outcome& outcome) {
  try {
    outcome = co_await asking;
  } catch (const std::exception& problem) {  // no memory, or no descriptor
    outcome = fail(ErrorCode::limit, Side::gateway, problem.what());
  }
}

}  // namespace

// The streams of connections, on a loop of this thread's own.
Result<HttpAnswer> http_exchange(const HttpRequest& request) {
  Worker worker;
  Resolver resolver(1);
  Outcome outcome;
  spawn(keep_outcome(ask(worker, resolver, request), outcome));
  while (!outcome) worker.run_once(std::chrono::seconds(1));
  return std::move(*outcome);
}

}  // namespace otoroshi
