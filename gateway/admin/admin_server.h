// The listener of the admin API: HTTP/1.1 over TCP or TLS. RESTinio parses requests and writes answers; what
// it leaves open is closed here: time limits in every state, memory for bodies, accepting that survives a
// lack of descriptors. Lives on the control thread, where its AdminService is called, so neither needs a
// lock.
#pragma once

#include <asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "common/base/result.h"
#include "gateway/admin/admin_http.h"
#include "gateway/config/gateway_config.h"

namespace otoroshi::gateway {

class AdminServer {
 public:
  static constexpr std::size_t max_connections = 512;  // beyond, the oldest that is idle ends

  // Whether certificate and key, if there are any, could be used now.
  static Result<void> check_certificate(const GatewayConfig::Admin& settings);

  // Listens, alone on its address; serves as soon as `control` runs. `service` must outlive what `control`
  // runs. Fails with address_in_use, or with bad_input where certificate and key cannot be used.
  static Result<std::unique_ptr<AdminServer>> open(asio::io_context& control,
                                                   const GatewayConfig::Admin& settings,
                                                   AdminService& service);
  ~AdminServer();  // stops accepting; connections end with `control`

  // Reads certificate and key anew, for connections from now on. If they cannot be used those that were in
  // use stay.
  Result<void> reload_certificate();

  // The one that the kernel has chosen where the setting is 0.
  std::uint16_t port() const;

 private:
  class Listener;
  explicit AdminServer(std::shared_ptr<Listener> listener);
  std::shared_ptr<Listener> listener_;
};

}  // namespace otoroshi::gateway
