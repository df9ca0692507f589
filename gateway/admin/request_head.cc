#include "gateway/admin/request_head.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "gateway/admin/answers.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool consists_of(std::string_view text, std::string_view others) {
  return std::ranges::all_of(text, [&](char c) {
    return letters_and_digits.find(c) != letters_and_digits.npos || others.find(c) != others.npos;
  });
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && consists_of(text, "!#$%&'*+-.^_`|~");
}

// Of the characters that RFC 3986 section 3.2.2 has in a host and its port.
bool may_be_host(std::string_view text) {
  return consists_of(text, "-._~!$&'()*+,;=%:[]");
}

AdminResponse bad_request(std::string_view sentence) {
  return error_answer(400, "bad_request", sentence);
}

}  // namespace

std::optional<AdminResponse> refuse_head(const AdminRequest& head, HttpVersion version) {
  if (version.major_number != 1)
    return error_answer(505, "http_version_not_supported", "the admin API speaks HTTP/1.1");
  const auto is_http_1_0 = version.minor_number == 0;
  for (const auto& [name, value] : head.headers) {
    if (!is_token(name))
      return bad_request("the name of a header must be a token, without blanks before ':'");
    if (name == "host" && !may_be_host(value))
      return bad_request("the Host header must be HOST or HOST:PORT");
    if (name == "transfer-encoding" && is_http_1_0) return bad_request("HTTP/1.0 has no Transfer-Encoding");
  }
  const auto hosts = std::ranges::count(head.headers, "host", &TextPairs::value_type::first);
  if (hosts > 1) return bad_request("there must be one Host header, not " + std::to_string(hosts));
  if (hosts == 0 && !is_http_1_0) return bad_request("HTTP/1.1 wants a Host header");
  return std::nullopt;
}

AdminResponse refuse_folded_header() {
  return bad_request("a header must not go on in a second line");
}

AdminResponse refuse_unreadable() {
  return bad_request(
      "this is no HTTP/1.1 request, or the length of its body is not clear, or its head is too long");
}

}  // namespace otoroshi::gateway
