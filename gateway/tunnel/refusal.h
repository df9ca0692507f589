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

template <class T>
using Admission = std::expected<T, Refusal>;

}  // namespace otoroshi::gateway
