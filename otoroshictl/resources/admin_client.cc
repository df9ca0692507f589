#include "otoroshictl/resources/admin_client.h"

#include <optional>
#include <utility>

#include "common/json/reader.h"
#include "common/json/writer.h"
#include "otoroshictl/resources/table.h"
#include "otoroshictl/resources/terminal_text.h"

namespace otoroshi::ctl {
namespace {

constexpr std::size_t max_answer = 512 * 1024 * 1024;  // an export may hold tens of thousands of certificates
constexpr std::size_t longest_plain_reason = 300;
constexpr unsigned unauthorized = 401;

std::string as_text(const JsonValue* value) {
  if (!value) return {};
  return value->IsString() ? std::string(text_of(*value)) : to_json(*value);
}

// "/port: 70000 is not allowed"
std::string problem_text(const JsonValue& problem) {
  const auto path = as_text(find_at(problem, "path"));
  const auto message = as_text(find_at(problem, "message"));
  return terminal_text(path.empty() ? message : path + ": " + message);
}

std::vector<std::string> problem_texts(const JsonValue* problems) {
  std::vector<std::string> texts;
  if (problems && problems->IsArray())
    for (const auto& problem : problems->GetArray()) texts.push_back(problem_text(problem));
  return texts;
}

std::string reason_in(const JsonValue& body) {
  const auto problems = problem_texts(find_at(body, "problems"));
  if (problems.size() == 1) return problems.front();
  if (!problems.empty()) {
    std::string lines;
    for (const auto& problem : problems) lines.append("\n  ").append(problem);
    return lines;
  }
  const auto description = as_text(find_at(body, "error_description"));
  return terminal_text(description.empty() ? as_text(find_at(body, "error")) : description);
}

// A reason that is there although the answer is not Otoroshi's JSON: a proxy's, perhaps.
std::string plain_reason(std::string_view body) {
  return terminal_text(body.substr(0, longest_plain_reason));
}

}  // namespace

Result<HttpAnswer> AdminClient::ask(const AdminQuestion& question) const {
  HttpRequest request{.method = question.method,
                      .url = target_.url,
                      .headers = {{"Accept", "application/json"}},
                      .body = question.body,
                      .ca_file = target_.ca_file,
                      .trust_all = target_.insecure,
                      .limit = target_.timeout,
                      .max_body = max_answer};
  request.url.target += question.path;
  if (!target_.authorization.empty()) request.headers["Authorization"] = target_.authorization;
  if (!question.body.empty()) request.headers["Content-Type"] = question.content_type;
  auto answer = http_exchange(request);
  if (!answer) return std::unexpected(unreachable(answer.error()));
  if (answer->status == unauthorized) return std::unexpected(key_refused(*answer));
  return answer;
}

Result<HttpAnswer> AdminClient::demand(const AdminQuestion& question) const {
  auto answer = ask(question);
  if (answer && answer->status / 100 != 2) return std::unexpected(refusal(*answer));
  return answer;
}

Result<JsonDocument> AdminClient::demand_json(const AdminQuestion& question) const {
  const auto answer = demand(question);
  if (!answer) return std::unexpected(answer.error());
  auto document = parse_json(answer->body);
  if (!document)
    return fail(ErrorCode::protocol, Side::target,
                target_.url_text + " answered with something else than JSON: is it a gateway's admin API?");
  return std::move(*document);
}

Error AdminClient::unreachable(const Error& error) const {
  std::string sentence = "cannot reach " + target_.url_text + ": " + terminal_text(error.sentence);
  switch (error.code) {
    case ErrorCode::refused:
      sentence += ": is the gateway running, and is admin.port right?";
      break;
    case ErrorCode::untrusted:
      sentence += ": name its authority with --ca-file";
      break;
    case ErrorCode::protocol:
    case ErrorCode::reset:
      sentence += target_.url.tls ? ": does it speak TLS, or is http:// meant?"
                                  : ": is it an admin API, and without TLS, or is https:// meant?";
      break;
    case ErrorCode::timed_out:
      sentence += ": --timeout gives it longer";
      break;
    default:
      break;
  }
  return {error.code, error.side, std::move(sentence)};
}

Error AdminClient::key_refused(const HttpAnswer& answer) const {
  const auto why = refusal(answer).sentence;
  if (!target_.key_text.empty())
    return {ErrorCode::refused, Side::client, target_.url_text + " refused " + target_.key_text + ": " + why};
  return {ErrorCode::refused, Side::client,
          target_.url_text +
              " wants a key: give --key-file (the gateway's DATADIR/admin-key), or --client-id and "
              "--client-secret: " +
              why};
}

Error refusal(const HttpAnswer& answer) {
  const auto body = parse_json(answer.body);
  const auto reason = body && body->IsObject() ? reason_in(*body) : plain_reason(answer.body);
  const auto separator = reason.empty() ? "" : reason.starts_with('\n') ? ":" : ": ";
  return {ErrorCode::refused, Side::client, std::to_string(answer.status) + separator + reason};
}

std::vector<std::string> warnings_in(const HttpAnswer& answer) {
  const auto header = answer.headers.find("otoroshi-warnings");
  if (header == answer.headers.end()) return {};
  const auto list = parse_json(header->second);
  return list ? problem_texts(&*list) : std::vector<std::string>();
}

}  // namespace otoroshi::ctl
