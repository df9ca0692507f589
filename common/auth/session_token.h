// The token that stands for a session of a private app (query parameter `pappsToken`), in Otoroshi's format:
// hex(HMAC-SHA256(secret, id)) "::" id. It proves that we named the session; whether the session is still
// alive only the stored session tells. (pure)
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace otoroshi {

std::string session_token(std::string_view secret, std::string_view session_id);

// The session's id, which lies in `token`; nullopt: not a token, or signed with another secret.
std::optional<std::string_view> verify_session_token(std::string_view secret, std::string_view token);

}  // namespace otoroshi
