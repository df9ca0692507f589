// Certificate authorities and certificates made on the spot, so that no test depends on files that expire.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/net/certificate.h"

namespace otoroshi::test {

struct PemPair {
  std::string certificate;  // PEM
  std::string key;          // PEM

  std::string both() const { return certificate + key; }
};

struct CertificateWish {
  std::vector<std::string> names = {};  // of the SAN: DNS names, or IP addresses; empty: no SAN
  std::string common_name = "test";
  int key_type = EVP_PKEY_EC;                               // or EVP_PKEY_RSA
  std::chrono::hours valid_from = std::chrono::hours(-24);  // from now
  std::chrono::hours valid_until = std::chrono::hours(24);
};

class TestCa {
 public:
  explicit TestCa(const std::string& common_name = "Test CA");

  PemPair issue(const CertificateWish& wish) const;
  const std::string& pem() const { return pem_; }

 private:
  X509Ptr certificate_;
  PrivateKeyPtr key_;
  std::string pem_;
};

PemPair self_signed(const CertificateWish& wish);
// The key of `pair`, encrypted with a password.
std::string encrypted_key(const PemPair& pair);
// parse_certificate(), for pairs that are known to be good.
CertificatePtr parsed(const PemPair& pair);

// A folder of its own under the system's temporary one, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const;  // answers the file's path
  void remove(const std::string& name) const;

 private:
  std::string path_;
};

}  // namespace otoroshi::test
