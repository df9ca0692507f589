#include "common/base/result.h"

namespace otoroshi {

std::string_view name_of(Side side) {
  switch (side) {
    case Side::client: return "client";
    case Side::target: return "target";
    case Side::gateway: return "gateway";
  }
  return "?";
}

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_input: return "bad_input";
    case ErrorCode::protocol: return "protocol";
    case ErrorCode::no_route: return "no_route";
    case ErrorCode::timed_out: return "timed_out";
    case ErrorCode::refused: return "refused";
    case ErrorCode::unknown_host: return "unknown_host";
    case ErrorCode::untrusted: return "untrusted";
    case ErrorCode::reset: return "reset";
    case ErrorCode::limit: return "limit";
    case ErrorCode::address_in_use: return "address_in_use";
    case ErrorCode::shut_down: return "shut_down";
    case ErrorCode::revoked: return "revoked";
    case ErrorCode::io: return "io";
  }
  return "?";
}

std::string to_text(const Problems& problems) {
  std::string text;
  for (const auto& problem : problems) {
    if (!text.empty()) text += '\n';
    if (!problem.path.empty()) text += problem.path + ": ";
    text += problem.sentence;
  }
  return text;
}

}  // namespace otoroshi
