// CertificateFolder is what a folder of certificates held when it was read: NAME.crt with NAME.key, or
// NAME.pem with both (or with NAME.key beside it). File names mean nothing, names of hosts come from the
// certificates. Immutable; re-reading makes a new one. Blocks on the disk, so it belongs on the control
// thread.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/net/certificate.h"

namespace otoroshi {

class CertificateFolder {
 public:
  // Never fails as a whole: what cannot be used is a problem, and if `previous` (may be null) had a
  // certificate from the same file, that one stays. A folder that does not exist is an empty one. Files that
  // have not changed since `previous` are not read again.
  static std::shared_ptr<const CertificateFolder> read(std::filesystem::path dir,
                                                       const CertificateFolder* previous);

  // Whether the files on disk are others than those that were read: a stat per file, cheap enough for a
  // timer.
  bool changed() const;

  std::vector<CertificatePtr> certificates() const;
  Problems problems() const;  // path: the file; sentence: why it is not used
  Problems warnings() const;  // files that are used and yet deserve a look, e.g. an expired certificate

 private:
  struct Stamp {  // changes whenever a file is written or replaced
    std::int64_t modified_ns = 0;
    std::int64_t bytes = 0;
    ino_t inode = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  using Stamps = std::map<std::filesystem::path, Stamp>;
  struct Entry {
    Stamps files;  // the certificate's and the key's
    CertificatePtr certificate;
    std::string problem;
  };

  static Stamps stamps_of(const std::filesystem::path& dir, std::string& problem);
  static Entry read_entry(const std::filesystem::path& file, Stamps files, const Entry* previous);

  std::filesystem::path dir_;
  Stamps stamps_;
  std::string problem_;                             // of the folder itself
  std::map<std::filesystem::path, Entry> entries_;  // by the certificate's file
};

}  // namespace otoroshi
