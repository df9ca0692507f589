// A certificate as an entity: what the store keeps and the admin API manages, in Otoroshi's JSON (facts C4).
// Certificate (common/net/certificate.h) is what TLS uses of it. Plain data without behaviour; immutable once
// it is part of a snapshot.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace otoroshi {

struct StoredCertificate {
  std::string id;
  std::string name;
  std::string description;
  std::string chain;        // PEM, the leaf first
  std::string private_key;  // PEM; "": none, as authorities of others have it
  std::string password;     // of the private key; "": it is not encrypted
  std::string authority;    // "caRef": the id of the stored certificate that has signed it
  bool ca = false;          // an authority: trusted for clients' certificates, never shown to clients
  bool client = false;
  bool keypair = false;
  bool exposed = false;
  bool revoked = false;
  bool auto_renew = false;
  bool lets_encrypt = false;
  // What follows from the chain: filled in when it is stored.
  std::string domain;  // the common name, or else the first of `sans`
  std::string subject;
  std::vector<std::string> sans;  // the names that it is shown for
  std::string type;       // "certType": "client", "ca", "letsEncrypt", "keypair", "selfSigned", "certificate"
  std::int64_t from = 0;  // milliseconds since 1970
  std::int64_t to = 0;
  bool self_signed = false;
  bool valid = false;  // it can be used, but for its dates
  std::vector<std::string> tags;
  std::map<std::string, std::string> metadata;
  std::string unknown_fields = {};

  friend bool operator==(const StoredCertificate&, const StoredCertificate&) = default;
};

using StoredCertificatePtr = std::shared_ptr<const StoredCertificate>;

}  // namespace otoroshi
