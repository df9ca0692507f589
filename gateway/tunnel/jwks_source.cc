#include "gateway/tunnel/jwks_source.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include "common/http/client.h"
#include "common/text/ascii.h"
#include "common/text/http_text.h"
#include "common/text/percent.h"
#include "common/text/quoted.h"

namespace otoroshi::gateway {
namespace {

constexpr std::string_view file_scheme = "file://";

bool has_forbidden_character(std::string_view text) {
  return std::ranges::any_of(text, is_control);
}

std::unexpected<Error> failed(std::string why) {
  return fail(ErrorCode::io, Side::gateway, std::move(why));
}

std::unexpected<Error> too_large() {
  return failed("it is larger than 1 MiB");
}

Result<std::string> fetch_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(max_jwks_size + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && !file) return failed("cannot be read: " + std::generic_category().message(errno));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > max_jwks_size) return too_large();
  return text;
}

Result<std::string> fetch_http(HttpUrl url, const JwtVerifier::AlgoSettings& source) {
  auto answer = http_exchange({.url = std::move(url),
                               .headers = source.headers,
                               .limit = std::chrono::milliseconds(source.timeout_ms),
                               .max_body = max_jwks_size});
  if (!answer && answer.error().code == ErrorCode::limit && answer.error().side == Side::target)
    return too_large();
  if (!answer) return failed("the request failed: " + answer.error().sentence);
  if (answer->status != 200) return failed("the answer's status is " + std::to_string(answer->status));
  return std::move(answer->body);
}

}  // namespace

Result<void> check_jwks_source(const JwtVerifier::AlgoSettings& source) {
  const auto unusable = [](std::string sentence) {
    return fail(ErrorCode::bad_input, Side::gateway, std::move(sentence));
  };
  const bool is_file =
      source.url.starts_with(file_scheme) && source.url.substr(file_scheme.size()).starts_with('/');
  if ((!is_file && !parse_http_url(source.url)) || source.url.contains(' ') ||
      has_forbidden_character(source.url)) {
    return unusable("algoSettings.url " + otoroshi::quoted(shown_url(source.url)) +
                    " is not allowed: https://HOST/PATH, http://HOST/PATH or file:///PATH is wanted");
  }
  for (const auto& [name, value] : source.headers) {
    if (name.empty() || !std::ranges::all_of(name, is_token_character) || has_forbidden_character(value))
      return unusable("algoSettings.headers " + otoroshi::quoted(name) + " is no header of HTTP");
  }
  if (!source.kty.empty() && source.kty != "RSA" && source.kty != "EC")
    return unusable("algoSettings.kty " + otoroshi::quoted(source.kty) +
                    " is not allowed: \"RSA\" or \"EC\" is wanted");
  return {};
}

std::string shown_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto authority = url.find("://");
  const auto user_end = url.find('@');  // of "user:password@host", which is refused, but not shown either
  if (authority == std::string_view::npos || user_end == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, authority + 3)).append(url.substr(user_end + 1));
}

Result<std::string> fetch_jwks(const JwtVerifier::AlgoSettings& source) {
  if (auto usable = check_jwks_source(source); !usable) return std::unexpected(usable.error());
  if (auto url = parse_http_url(source.url)) {
    try {
      return fetch_http(std::move(*url), source);
    } catch (const std::exception& problem) {  // no memory, or no descriptor
      return failed(problem.what());
    }
  }
  const auto path = percent_decode(std::string_view(source.url).substr(file_scheme.size()));
  if (!path || path->contains('\0')) return failed("its path is not percent-encoded");
  return fetch_file(*path);
}

}  // namespace otoroshi::gateway
