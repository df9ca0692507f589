// A gate that keeps a handshake from getting on until the test has seen enough.
#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <string_view>

#include "common/net/tls_context.h"

namespace otoroshi::test {

class PatientGate final : public ServerNameGate {
 public:
  static constexpr auto patience = std::chrono::seconds(10);

  // Admits, unless it has lost its patience.
  bool admit(std::optional<std::string_view>) override {
    in_handshake.set_value();
    return enough.get_future().wait_for(patience) == std::future_status::ready;
  }
  std::promise<void> in_handshake;
  std::promise<void> enough;
};

}  // namespace otoroshi::test
