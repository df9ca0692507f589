// CertificateStore chooses the certificate that a server shows for a name. An immutable snapshot: made anew
// when files or stored certificates change, and shared by all workers. Does no I/O; certificate_folder.h
// reads files.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/certificate.h"

namespace otoroshi {

class CertificateStore {
 public:
  CertificateStore() = default;
  // `default_domain`: whose certificate is shown without a name or for an unknown one; empty: nobody's.
  // Among certificates for the same name and with the same type of key, the one that expires last is taken.
  CertificateStore(std::vector<CertificatePtr> certificates, std::string_view default_domain);

  // `server_name`: as in normalised_server_name(). The exact name, else the wildcard that covers its first
  // label, else default_domain; without a name: default_domain, else the only certificate there is.
  // One certificate per type of key (RSA and ECDSA side by side); empty: none, so the handshake has to be
  // refused. Lives as long as the store.
  std::span<const CertificatePtr> choose(std::optional<std::string_view> server_name) const;

  std::size_t size() const { return certificates_.size(); }
  std::span<const CertificatePtr> all() const { return certificates_; }

 private:
  using Choice = std::vector<CertificatePtr>;

  const Choice* find(std::string_view name) const;

  std::vector<CertificatePtr> certificates_;
  std::map<std::string, Choice, std::less<>> by_name_;  // wildcards under "*.domain"
  std::string default_domain_;
  Choice only_;  // the only certificate there is, in all its key types
};

using CertificateStorePtr = std::shared_ptr<const CertificateStore>;

}  // namespace otoroshi
