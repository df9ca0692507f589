#include "common/tunnel/http_head.h"

#include <algorithm>

#include "common/text/ascii.h"
#include "common/text/http_text.h"
#include "common/tunnel/protocol.h"

namespace otoroshi::tunnel {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";
// Each is compared with all before it: 16 KiB of tiny ones would take milliseconds.
constexpr std::size_t max_fields = 256;

std::unexpected<Error> malformed(Side writer, std::string_view what) {
  return fail(ErrorCode::protocol, writer, std::string(message_of(writer)).append(what));
}

// Nothing but text and CRLF, so that no two readers see different lines. The head may be cut anywhere.
Result<void> check_characters(std::string_view head, Side writer) {
  for (std::size_t at = 0; at < head.size(); ++at) {
    const char c = head[at];
    if (c == '\n' && (at == 0 || head[at - 1] != '\r'))
      return malformed(writer, " has a line that does not end in CR LF");
    if (c == '\r' && at + 1 < head.size() && head[at + 1] != '\n')
      return malformed(writer, " has a CR without LF");
    if (is_control(c) && c != '\n' && c != '\r' && c != '\t')
      return malformed(writer, " is none: it has a control character");
  }
  return {};
}

Result<void> add_field(std::string_view line, Side writer, Headers& headers) {
  if (line.starts_with(' ') || line.starts_with('\t')) return malformed(writer, " has a folded line");
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == std::string_view::npos || name.empty() || !std::ranges::all_of(name, is_token_character))
    return malformed(writer, " has a line that is not \"name: value\"");
  const auto value = trim_http(line.substr(colon + 1));
  const auto known = std::ranges::find_if(
      headers, [&](const auto& header) { return equal_ignoring_case(header.first, name); });
  if (known == headers.end()) {
    if (headers.size() == max_fields)
      return fail(ErrorCode::limit, writer,
                  std::string("the head of ").append(message_of(writer)).append(" has more than 256 fields"));
    headers.emplace_back(name, value);
    return {};
  }
  if (equal_ignoring_case(name, "Host")) return malformed(writer, " has two Host fields");
  known->second.append(equal_ignoring_case(name, "Cookie") ? "; " : ", ").append(value);
  return {};
}

}  // namespace

std::string_view message_of(Side writer) {
  return writer == Side::client ? "the HTTP request" : "the HTTP answer";
}

std::optional<std::string_view> find_header(const Headers& headers, std::string_view name) {
  for (const auto& [known, value] : headers)
    if (equal_ignoring_case(known, name)) return value;
  return std::nullopt;
}

Result<std::optional<SplitHead>> split_head(Bytes so_far, Side writer) {
  const auto text = as_text(so_far.first(std::min(so_far.size(), max_head)));
  const auto end = text.find(head_end);
  const bool complete = end != std::string_view::npos;
  auto rest = complete ? text.substr(0, end + line_end.size()) : text;
  if (auto checked = check_characters(rest, writer); !checked) return std::unexpected(checked.error());
  if (!complete) {
    if (so_far.size() < max_head) return std::nullopt;
    return fail(ErrorCode::limit, writer,
                std::string("the head of ").append(message_of(writer)).append(" is larger than 16 KiB"));
  }

  const auto take_line = [&rest] {
    const auto line = rest.substr(0, rest.find(line_end));
    rest.remove_prefix(line.size() + line_end.size());
    return line;
  };
  SplitHead head{.start_line = take_line(), .headers = {}, .bytes = end + head_end.size()};
  while (!rest.empty())
    if (auto added = add_field(take_line(), writer, head.headers); !added)
      return std::unexpected(added.error());
  return head;
}

}  // namespace otoroshi::tunnel
