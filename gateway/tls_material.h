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

  // Reads the folder and the authorities. A certificate that cannot be used is one of problems(), and the one
  // that was in use stays. Fails if the authorities cannot be read; those that were in use stay then.
  Result<void> read();
  // Likewise, and logs problems() and warnings().
  Result<void> reload();
  // Reads the folder again if its files have changed, and logs. Cheap: a stat per file. True if it has read.
  bool reload_if_changed();

  CertificateStorePtr certificates() const { return certificates_; }
  Problems problems() const { return folder_->problems(); }  // certificate files that are not used
  Problems warnings() const { return folder_->warnings(); }  // those that are used and deserve a look

  // The context for services with this clientAuth; the same one until the authorities change. Fails if
  // clientAuth wants certificates and there is no authority to check them.
  Result<std::shared_ptr<const TlsServerContext>> server_context(ClientAuth client_auth) const;

 private:
  void read_folder();
  Result<void> read_authorities();
  void log_folder() const;

  const GatewayConfig& config_;
  TicketKeysPtr ticket_keys_ = std::make_shared<TicketKeys>();
  std::shared_ptr<const CertificateFolder> folder_ = std::make_shared<CertificateFolder>();
  CertificateStorePtr certificates_ = std::make_shared<CertificateStore>();
  std::string client_cas_;
  // By ClientAuth, made on first use.
  mutable std::array<std::shared_ptr<const TlsServerContext>, 3> contexts_;
};

// For connections to targets: who may sign their certificates, as the settings say.
Result<TlsClientContext> make_upstream_tls(const GatewayConfig& config);

}  // namespace otoroshi::gateway
