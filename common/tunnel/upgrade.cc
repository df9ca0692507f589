#include "common/tunnel/upgrade.h"

#include <algorithm>
#include <charconv>

#include "common/json/parse.h"
#include "common/json/reader.h"
#include "common/text/ascii.h"
#include "common/text/host_port.h"
#include "common/text/http_text.h"
#include "common/text/percent.h"
#include "common/text/utf8.h"
#include "common/tunnel/handshake.h"
#include "common/tunnel/protocol.h"

namespace otoroshi::tunnel {
namespace {

constexpr std::size_t longest_sentence = 500;
// Of a Host header; plain HTTP's, for it does not matter.
constexpr std::uint16_t any_port = 80;

bool is_target_character(char c) {
  return c != ' ' && !is_control(c);
}

std::string decode_leniently(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto escaped = text.starts_with('%') ? percent_decode(text.substr(0, 3)) : std::string();
    const bool decoded = escaped && !escaped->empty();
    out += decoded ? escaped->front() : text.front();
    text.remove_prefix(decoded ? 3 : 1);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> read_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (pair.empty()) continue;
    query.emplace_back(decode_leniently(pair.substr(0, equals)),
                       decode_leniently(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return query;
}

// `GET /path?query HTTP/1.1`
Result<Request> read_request_line(std::string_view line) {
  const auto refuse = [](const char* what) {
    return fail(ErrorCode::protocol, Side::client, std::string("the HTTP request").append(what));
  };
  const auto method = line.substr(0, line.find(' '));
  const auto version = line.substr(line.rfind(' ') + 1);
  if (method.size() + 1 + version.size() >= line.size())
    return refuse(" does not begin with \"METHOD target HTTP/1.1\"");
  const auto target = line.substr(method.size() + 1, line.size() - method.size() - version.size() - 2);
  if (method.empty() || !std::ranges::all_of(method, is_token_character))
    return refuse(" does not begin with a method");
  if (version != "HTTP/1.1") return refuse(" is not of version HTTP/1.1");
  if (!target.starts_with('/') || !std::ranges::all_of(target, is_target_character))
    return refuse(" has a target that is no path: it must begin with / and have no spaces");

  const auto path_end = std::min(target.find('?'), target.size());
  auto path = percent_decode(target.substr(0, path_end));
  if (!path) return refuse(" has a % in its path that is not followed by two hexadecimal digits");
  return Request{.method = std::string(method),
                 .path = std::move(*path),
                 .query = read_query(target.substr(std::min(path_end + 1, target.size()))),
                 .headers = {}};
}

// `HTTP/1.1 101 Switching Protocols`; the phrase may be missing.
Result<Response> read_status_line(std::string_view line) {
  constexpr std::string_view version = "HTTP/1.";
  constexpr std::size_t status_at = 9;
  constexpr std::size_t status_end = status_at + 3;
  const bool well_formed = line.size() >= status_end && line.starts_with(version) && is_digit(line[7]) &&
                           line[8] == ' ' && std::ranges::all_of(line.substr(status_at, 3), is_digit) &&
                           line[status_at] != '0' && (line.size() == status_end || line[status_end] == ' ');
  if (!well_formed)
    return fail(ErrorCode::protocol, Side::target, "the answer does not begin with an HTTP/1 status line");
  Response response;
  std::from_chars(line.data() + status_at, line.data() + status_end, response.status);
  if (line.size() > status_end) response.reason = printable_line(line.substr(status_end + 1));
  return response;
}

std::optional<std::size_t> read_number(const Headers& headers, std::string_view name) {
  const auto text = find_header(headers, name);
  std::size_t number = 0;
  if (!text || text->empty()) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return number;
}

// One that is very short or very long is a mistake, and ours is better.
std::optional<std::chrono::milliseconds> read_ping_interval(const Headers& headers) {
  constexpr std::size_t least = 10;
  constexpr std::size_t most = 86'400'000;
  const auto interval = read_number(headers, ping_interval_header);
  if (!interval || *interval < least || *interval > most) return std::nullopt;
  return std::chrono::milliseconds(*interval);
}

std::string_view member_text(const JsonValue& object, const char* name) {
  const auto member = object.FindMember(name);
  return member != object.MemberEnd() && member->value.IsString() ? text_of(member->value)
                                                                  : std::string_view();
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
  return find_header(headers, name);
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  const auto found =
      std::ranges::find(query, name, [](const auto& item) { return std::string_view(item.first); });
  return found == query.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
  auto cookies = header("Cookie").value_or("");
  while (!cookies.empty()) {
    const auto cookie = take_element(cookies, ';');
    const auto equals = cookie.find('=');
    if (equals == std::string_view::npos || cookie.substr(0, equals) != name) continue;
    auto value = cookie.substr(equals + 1);
    const bool is_quoted = value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
    return is_quoted ? value.substr(1, value.size() - 2) : value;
  }
  return std::nullopt;
}

std::string Request::host() const {
  const auto address = parse_host_port(header("Host").value_or(""), any_port);
  auto name = address ? ascii_lower(address->host) : std::string();
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool Request::has_half_close() const {
  return has_token(header(capability_header).value_or(""), half_close_capability);
}

Result<std::optional<Request>> inspect_request(Bytes so_far) {
  auto head = split_head(so_far, Side::client);
  if (!head) return std::unexpected(head.error());
  if (!*head) return std::nullopt;
  auto request = read_request_line((*head)->start_line);
  if (!request) return std::unexpected(request.error());
  request->headers = std::move((*head)->headers);
  request->bytes = (*head)->bytes;
  if (request->host().empty())
    return fail(ErrorCode::protocol, Side::client, "the HTTP request has no Host header that names a host");
  return std::optional(std::move(*request));
}

Result<std::optional<Response>> inspect_response(Bytes so_far, std::string_view key) {
  auto head = split_head(so_far, Side::target);
  if (!head) return std::unexpected(head.error());
  if (!*head) return std::nullopt;
  auto response = read_status_line((*head)->start_line);
  if (!response) return std::unexpected(response.error());
  const auto& headers = (*head)->headers;
  response->head_bytes = (*head)->bytes;
  response->content_length = read_number(headers, "Content-Length");
  response->ping_interval = read_ping_interval(headers);
  response->half_close =
      has_token(find_header(headers, capability_header).value_or(""), half_close_capability);
  response->accepted = check_accepted(response->status, headers, key);
  return std::optional(std::move(*response));
}

std::string tunnel_target(std::string_view remote_host, std::string_view remote_port,
                          std::string_view session_token) {
  std::string target(path);
  char separator = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    ((target += separator) += name) += '=';
    target += percent_encode(value);
    separator = '&';
  };
  add(transport_parameter, transport_tcp);
  add(remote_host_parameter, remote_host);
  add(remote_port_parameter, remote_port);
  add(session_parameter, session_token);
  return target;
}

std::string printable_line(std::string_view text) {
  std::string line;
  bool space_is_due = false;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto character = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(character.size());
    // C1 controls (U+0080 to U+009F) steer terminals, too.
    const bool is_c1 =
        length == 2 && character[0] == '\xc2' && static_cast<unsigned char>(character[1]) < 0xa0;
    if (character == " " || is_control(character[0]) || is_c1) {
      space_is_due = !line.empty();
      continue;
    }
    if (line.size() + character.size() >= longest_sentence) return line + "...";
    if (std::exchange(space_is_due, false)) line += ' ';
    line += length == 0 ? std::string_view("?") : character;
  }
  return line;
}

std::string sentence_of_refusal(std::string_view body) {
  if (const auto json = parse_json(body); json && json->IsObject()) {
    for (const char* name : {"error_description", "Otoroshi-Error", "error"})
      if (const auto text = member_text(*json, name); !text.empty()) return printable_line(text);
  }
  const auto start = body.find_first_not_of(" \t\r\n");
  const bool is_html = start != std::string_view::npos && body[start] == '<';
  return is_html ? "" : printable_line(body);
}

}  // namespace otoroshi::tunnel
