#include "common/sniff/http_host.h"

#include <algorithm>
#include <string_view>
#include <variant>

#include "common/sniff/server_name.h"
#include "common/text/absolute_uri.h"
#include "common/text/ascii.h"
#include "common/text/host_port.h"
#include "common/text/http_text.h"

namespace otoroshi {
namespace {

constexpr std::size_t max_method_bytes = 32;  // the longest registered method has 17
constexpr std::string_view version_prefix = "HTTP/1.";

bool is_target_character(char c) {
  return c != ' ' && !is_control(c);
}
bool is_value_character(char c) {
  return c == '\t' || !is_control(c);
}

// Cuts the next line off `text`, without its CRLF or bare LF; nullopt: its end has not come yet.
std::optional<std::string_view> take_line(std::string_view& text) {
  auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The longest prefix of `text` whose characters all satisfy `allowed`, cut off `text`.
std::string_view take_while(std::string_view& text, bool (*allowed)(char)) {
  auto end = std::ranges::find_if_not(text, allowed) - text.begin();
  auto taken = text.substr(0, static_cast<std::size_t>(end));
  text.remove_prefix(taken.size());
  return taken;
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
};

// Reads `METHOD SP target SP HTTP/1.x (CR) LF` and cuts it off `text`. It never waits for the end of a line
// that is already known to be none of HTTP's: a peer that speaks something else may be waiting for us.
Verdict<RequestLine> take_request_line(std::string_view& text) {
  RequestLine line;
  line.method = take_while(text, is_token_character);
  if (line.method.size() > max_method_bytes) return NotThis{};
  if (text.empty()) return NeedMore{};
  if (line.method.empty() || text[0] != ' ') return NotThis{};
  text.remove_prefix(1);

  line.target = take_while(text, is_target_character);
  if (text.empty()) return NeedMore{};
  if (line.target.empty() || text[0] != ' ') return NotThis{};
  text.remove_prefix(1);

  auto seen = text.substr(0, version_prefix.size());
  if (!version_prefix.starts_with(seen)) return NotThis{};
  text.remove_prefix(seen.size());
  if (text.empty()) return NeedMore{};
  if (!is_digit(text[0])) return NotThis{};
  text.remove_prefix(1);

  if (text.starts_with('\r')) text.remove_prefix(1);
  if (text.empty()) return NeedMore{};
  if (text[0] != '\n') return NotThis{};
  text.remove_prefix(1);
  return line;
}

// `host`, `host:port`, `[v6]` or `[v6]:port`; "" is no host and no error (RFC 9112 section 3.2).
Flaw read_authority(std::string_view authority, std::optional<std::string>& host) {
  constexpr Malformed not_a_host{"the host of the HTTP request is not a host name"};
  host.reset();
  if (authority.empty()) return std::nullopt;
  bool bracketed = authority.starts_with('[');
  auto end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && end == std::string_view::npos) return not_a_host;
  auto name = authority.substr(bracketed, end - bracketed);
  auto rest = end == std::string_view::npos ? std::string_view() : authority.substr(end + bracketed);
  bool port_is_fine = rest.empty() || (rest[0] == ':' && std::ranges::all_of(rest.substr(1), is_digit));
  if (!port_is_fine) return not_a_host;
  if (!bracketed) {
    host = normalised_server_name(name);
    return host ? std::nullopt : Flaw(not_a_host);
  }
  if (!is_ipv6(name)) return not_a_host;
  host = ascii_lower(name);
  return std::nullopt;
}

// The authority in the request target, if its form has one (RFC 9112 section 3.2).
std::optional<std::string_view> authority_of(const RequestLine& line) {
  if (line.method == "CONNECT") return line.target;
  if (const auto uri = split_uri(line.target)) return uri->authority();
  return std::nullopt;
}

struct Fields {
  std::optional<std::string_view> host;
};

Flaw read_field(std::string_view line, Fields& fields) {
  if (line.starts_with(' ') || line.starts_with('\t')) return Malformed{"a field of the HTTP head is folded"};
  auto value = line;
  auto name = take_while(value, is_token_character);
  if (name.empty() || !value.starts_with(':'))
    return Malformed{"a line of the HTTP head is not `name: value`"};
  value.remove_prefix(1);
  if (!std::ranges::all_of(value, is_value_character))
    return Malformed{"a field of the HTTP head has a control character"};
  if (!equal_ignoring_case(name, "host")) return std::nullopt;
  if (fields.host) return Malformed{"the HTTP head has two Host fields"};
  fields.host = trim_http(value);
  return std::nullopt;
}

Verdict<HttpHead> read_head(const RequestLine& line, const Fields& fields) {
  HttpHead head;
  if (fields.host)
    if (auto flaw = read_authority(*fields.host, head.host)) return *flaw;
  if (auto authority = authority_of(line))
    if (auto flaw = read_authority(*authority, head.host)) return *flaw;
  return head;
}

Verdict<HttpHead> inspect_within_limit(std::string_view text) {
  // One empty line before the request is to be ignored (RFC 9112 section 2.2).
  if (text.starts_with('\r')) text.remove_prefix(1);
  if (text.starts_with('\n')) text.remove_prefix(1);

  auto request_line = take_request_line(text);
  if (std::holds_alternative<NeedMore>(request_line)) return NeedMore{};
  if (!std::holds_alternative<RequestLine>(request_line)) return NotThis{};
  Fields fields;
  while (auto line = take_line(text)) {
    if (line->empty()) return read_head(std::get<RequestLine>(request_line), fields);
    if (auto flaw = read_field(*line, fields)) return *flaw;
  }
  return NeedMore{};
}

}  // namespace

Verdict<HttpHead> inspect_http_head(Bytes so_far) {
  // The verdict depends on these bytes only, so it is the same however many more have come.
  auto verdict = inspect_within_limit(as_text(so_far.first(std::min(so_far.size(), max_http_head_bytes))));
  if (std::holds_alternative<NeedMore>(verdict) && so_far.size() >= max_http_head_bytes)
    return Malformed{"the HTTP head is larger than 16 KiB"};
  return verdict;
}

}  // namespace otoroshi
