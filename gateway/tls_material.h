// What TLS needs besides the entities: certificates from the folder, the authorities of the settings, the
// keys of session tickets. What is served by it is a ServedTls. Control thread only.
#pragma once

#include <memory>
#include <string>

#include "common/net/certificate_folder.h"
#include "common/net/tls_context.h"
#include "gateway/config/gateway_config.h"
#include "gateway/served_tls.h"

namespace otoroshi::gateway {

class TlsMaterial {
 public:
  explicit TlsMaterial(const GatewayConfig& config) : config_(config) {}

  // Reads the folder and the authorities. A certificate that cannot be used is one of problems(), and the one
  // that was in use stays. Fails if the authorities cannot be read; those that were in use stay then.
  Result<void> read();
  // Likewise, and logs problems() and warnings().
  Result<void> reload();
  // Reads the folder again if its files have changed, and logs. Cheap: a stat per file. True if it has read:
  // the entities are to be served anew.
  bool reload_if_changed();

  Problems problems() const { return folder_->problems(); }  // certificate files that are not used
  Problems warnings() const { return folder_->warnings(); }  // those that are used and deserve a look

  // What TLS is served by with what was read last and these stored certificates. `previous`: what it was
  // served by before, or null; spares work.
  ServedTlsPtr served(const EntityList<StoredCertificate>& stored, const ServedTlsPtr& previous) const;

 private:
  void read_folder();
  Result<void> read_authorities();
  void log_folder() const;

  const GatewayConfig& config_;
  TicketKeysPtr ticket_keys_ = std::make_shared<TicketKeys>();
  std::shared_ptr<const CertificateFolder> folder_ = std::make_shared<CertificateFolder>();
  std::string client_ca_pem_;
};

// For connections to targets: who may sign their certificates, as the settings say.
Result<TlsClientContext> make_upstream_tls(const GatewayConfig& config);

}  // namespace otoroshi::gateway
