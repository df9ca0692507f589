#include "otoroshictl/tcp_tunnel/credentials.h"

#include <algorithm>

#include "common/auth/auth_headers.h"
#include "common/base/read_file.h"
#include "common/text/ascii.h"
#include "common/text/quoted.h"

namespace otoroshi::ctl {
namespace {

constexpr std::string_view white_space = " \t\r\n";

// Editors and `echo` end a file with a line break.
std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(white_space) - first + 1));
}

std::unexpected<Error> unusable(std::string_view option, std::string_view what) {
  return fail(ErrorCode::bad_input, Side::client, std::string(option).append(": ").append(what));
}

Result<std::string> basic(const Access& access) {
  const auto id = access.client_id.read();
  if (!id) return id;
  if (id->contains(':'))
    return unusable("--apikey-client-id",
                    "the client id contains ':', which HTTP's Basic scheme cannot carry");
  const auto secret = access.client_secret.read();
  if (!secret) return secret;
  return basic_authorization(*id, *secret);
}

Result<std::string> bearer(const Access& access) {
  const auto token = access.token.read();
  if (!token) return token;
  if (token->contains(' '))
    return unusable("--bearer-token", "a token has no spaces; \"Bearer\" is not part of it");
  return bearer_authorization(*token);
}

}  // namespace

Result<std::string> SecretSource::read() const {
  auto text = given_;
  if (given_.starts_with('@')) {
    const auto path = given_.substr(1);
    auto content = read_file(path);
    if (!content) return unusable(option_, quoted(path) + ' ' + content.error().sentence);
    text = trimmed(*content);
    if (text.empty()) return unusable(option_, quoted(path) + " is empty");
  }
  const bool is_printable = std::ranges::all_of(
      text, [](char c) { return !is_control(c) && static_cast<unsigned char>(c) < 0x80; });
  if (!is_printable) return unusable(option_, "has characters other than printable ASCII");
  return text;
}

Result<Credentials> read_credentials(const Access& access) {
  Credentials credentials;
  Result<std::string> proof;
  switch (access.type) {
    case AccessType::open:
      return credentials;
    case AccessType::apikey:
      proof = basic(access);
      break;
    case AccessType::bearer:
      proof = bearer(access);
      break;
    case AccessType::session:
      proof = access.token.read();
      break;
  }
  if (!proof) return std::unexpected(std::move(proof.error()));
  auto& place = access.type == AccessType::session ? credentials.session_token : credentials.authorization;
  place = std::move(*proof);
  return credentials;
}

}  // namespace otoroshi::ctl
