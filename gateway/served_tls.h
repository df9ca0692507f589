// ServedTls is what TLS is ended by: which certificates are shown, and whose signature on a client's one is
// taken. Made of the folder, the settings and the stored certificates of one moment; a snapshot holds it, so
// a change that is refused leaves nothing behind. Immutable. Built and asked for contexts on the control
// thread; certificates and contexts go to the workers.
#pragma once

#include <array>
#include <ctime>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "common/net/certificate_folder.h"
#include "common/net/certificate_store.h"
#include "common/net/tls_context.h"
#include "gateway/store/entities.h"

namespace otoroshi::gateway {

class ServedTls;
using ServedTlsPtr = std::shared_ptr<const ServedTls>;

class ServedTls {
 public:
  // What does not come from entities.
  struct Sources {
    std::shared_ptr<const CertificateFolder> folder;
    std::string default_domain;
    std::string client_ca_pem;  // "" or certificates that can be read
    TicketKeysPtr ticket_keys;

    friend bool operator==(const Sources&, const Sources&) = default;
  };

  // Shows the folder's certificates, and of the stored ones those for listeners whose time it is at `now`.
  // Stored certificates that are the same objects as in `previous` (may be null) are not parsed again; if
  // nothing is new, the answer is `previous`.
  static ServedTlsPtr build(Sources sources, EntityList<StoredCertificate> stored, std::time_t now,
                            const ServedTlsPtr& previous);

  const CertificateStorePtr& certificates() const { return certificates_; }
  // Stored certificates that should be shown and are not: the checks let none in that cannot be read, but
  // the machine may have come to want stronger ones.
  const Problems& problems() const { return problems_; }
  // When a stored certificate begins or ceases to be shown: from then on, build anew.
  std::time_t good_until() const { return good_until_; }

  // The context for services with this clientAuth; the same one until the authorities change. Authorities are
  // those of the settings, and of each stored one that is not revoked its own certificate, not who signed it.
  // Fails if clientAuth asks for certificates and there is no authority to check them.
  Result<std::shared_ptr<const TlsServerContext>> server_context(ClientAuth client_auth) const;

 private:
  // A stored certificate as far as it has been parsed.
  struct Parsed {
    StoredCertificatePtr stored;
    CertificatePtr certificate;  // of one that may be shown
    std::string authority;       // PEM, of one that may be trusted
    std::string problem;
  };
  struct Contexts {
    std::set<std::string> authorities;                                      // PEM, each one certificate
    std::array<std::shared_ptr<const TlsServerContext>, 3> by_client_auth;  // made on first use
  };

  static Parsed parse(const StoredCertificatePtr& stored);
  void take_stored(const ServedTls* previous);
  void choose_certificates(std::time_t now);
  void gather_authorities(const ServedTls* previous);

  Sources sources_;
  EntityList<StoredCertificate> stored_;
  std::vector<Parsed> parsed_;  // of each of stored_
  CertificateStorePtr certificates_;
  Problems problems_;
  std::time_t good_until_ = 0;
  std::shared_ptr<Contexts> contexts_;  // shared with the previous one if the authorities are the same
};

}  // namespace otoroshi::gateway
