// What TLS needs besides the services: certificates from the folder, the authorities for client certificates,
// the keys of session tickets. Control thread only; what it hands out is immutable and goes to the workers.
#pragma once

#include <array>
#include <memory>

#include "common/net/certificate_folder.h"
#include "common/net/certificate_store.h"
#include "common/net/tls_context.h"
#include "gateway/config/gateway_config.h"

namespace otoroshi::gateway {

class TlsMaterial {
 public:
  explicit TlsMaterial(const GatewayConfig& config) : config_(config) {}

  // Reads the folder and the authorities. A certificate that cannot be used is logged, and the one that was in use
  // stays. Fails if the authorities cannot be read; those that were in use stay then.
  Result<void> reload();
  // Reads the folder again if its files have changed. Cheap: a stat per file. True if the certificates are
  // new.
  bool reload_if_changed();

  CertificateStorePtr certificates() const { return certificates_; }

  // The context for services with this clientAuth; the same one until the authorities change. Fails if
  // clientAuth wants certificates and there is no authority to check them.
  Result<std::shared_ptr<const TlsServerContext>> server_context(ClientAuth client_auth) const;

 private:
  void read_folder();

  const GatewayConfig& config_;
  TicketKeysPtr ticket_keys_ = std::make_shared<TicketKeys>();
  std::shared_ptr<const CertificateFolder> folder_;
  CertificateStorePtr certificates_ = std::make_shared<CertificateStore>();
  std::string client_cas_;
  mutable std::array<std::shared_ptr<const TlsServerContext>, 3>
      contexts_;  // by ClientAuth, made on first use
};

}  // namespace otoroshi::gateway
