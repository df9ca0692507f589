// Why a tunnel is not opened, as the client reads it: an HTTP answer before the 101.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace otoroshi::gateway {

struct Refusal {
  unsigned status = 400;
  std::string_view cause;  // Otoroshi's code, "errors.no.api.key" (facts C2)
  Error error;             // its sentence is the answer's "error_description"; never holds a secret
};

// For `return not_admitted(401, "errors.bad.api.key", "...")`: the caller's fault.
inline std::unexpected<Refusal> not_admitted(unsigned status, std::string_view cause, std::string sentence) {
  return std::unexpected(
      Refusal{status, cause, Error{ErrorCode::bad_input, Side::client, std::move(sentence)}});
}

template <class T>
using Admission = std::expected<T, Refusal>;

}  // namespace otoroshi::gateway
