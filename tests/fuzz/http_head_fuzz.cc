// Any input: inspect_http_head() neither reads behind its end nor changes a verdict that it has given; what
// it names is a host; and where http-parser (once Node.js's) takes the same head, it names the same one.
#include "common/sniff/http_host.h"

#include <http_parser.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "common/text/ascii.h"
#include "common/text/host_port.h"
#include "common/text/http_text.h"
#include "tests/fuzz/property.h"
#include "tests/support/verdict_property.h"

using namespace otoroshi;
using test::must_hold;

namespace {

// What http-parser tells of a head.
struct Reading {
  std::string target;
  std::string name;  // of the field that is being read
  std::string host;  // the value of the Host field
  bool value_has_begun = false;
  bool is_complete = false;
};

Reading& reading_of(http_parser* parser) {
  return *static_cast<Reading*>(parser->data);
}

int on_target(http_parser* parser, const char* text, std::size_t size) {
  reading_of(parser).target.append(text, size);
  return 0;
}

int on_name(http_parser* parser, const char* text, std::size_t size) {
  auto& reading = reading_of(parser);
  if (std::exchange(reading.value_has_begun, false)) reading.name.clear();
  reading.name.append(text, size);
  return 0;
}

int on_value(http_parser* parser, const char* text, std::size_t size) {
  auto& reading = reading_of(parser);
  reading.value_has_begun = true;
  if (equal_ignoring_case(reading.name, "host")) reading.host.append(text, size);
  return 0;
}

int on_end_of_head(http_parser* parser) {
  reading_of(parser).is_complete = true;
  return 2;  // whatever comes behind it is no body
}

// Without white space behind it (the parser leaves it there), brackets and port, in lower case.
std::string as_we_write_it(std::string host) {
  host = trim_http(host);
  if (const auto bracket = host.find(']'); bracket != host.npos)
    host = host.substr(1, bracket - 1);
  else
    host = host.substr(0, host.find(':'));
  if (host.ends_with('.')) host.pop_back();
  return ascii_lower(host);
}

// The host by the target, if that names one, or by the Host field; nullopt: http-parser refuses the head.
std::optional<std::string> host_by_http_parser(std::string_view input) {
  http_parser parser;
  http_parser_init(&parser, HTTP_REQUEST);
  Reading reading;
  parser.data = &reading;
  http_parser_settings callbacks;
  http_parser_settings_init(&callbacks);
  callbacks.on_url = on_target;
  callbacks.on_header_field = on_name;
  callbacks.on_header_value = on_value;
  callbacks.on_headers_complete = on_end_of_head;
  http_parser_execute(&parser, &callbacks, input.data(), input.size());
  if (!reading.is_complete) return std::nullopt;
  http_parser_url url;
  http_parser_url_init(&url);
  const auto& target = reading.target;
  if (http_parser_parse_url(target.data(), target.size(), parser.method == HTTP_CONNECT, &url) != 0)
    return std::nullopt;
  const auto& [begin, size] = url.field_data[UF_HOST];
  return as_we_write_it(url.field_set & 1 << UF_HOST ? target.substr(begin, size) : reading.host);
}

bool is_host(std::string_view text) {
  return is_ipv6(text) || (!text.empty() && std::ranges::all_of(text, is_name_character) &&
                           std::ranges::none_of(text, [](char c) { return 'A' <= c && c <= 'Z'; }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = test::input_text(data, size);
  must_hold(!test::broken_promise_at(inspect_http_head, as_bytes(input)));
  const auto verdict = inspect_http_head(as_bytes(input));
  const auto* head = std::get_if<HttpHead>(&verdict);
  if (!head) return 0;
  must_hold(!head->host || is_host(*head->host));
  const auto behind = std::string(input).append("Host: behind.test\r\n\r\n");
  must_hold(inspect_http_head(as_bytes(behind)) == verdict);
  if (const auto theirs = host_by_http_parser(input)) must_hold(head->host.value_or("") == *theirs);
  return 0;
}
