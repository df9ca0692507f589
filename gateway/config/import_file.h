// Import files: {"tcpServices": [...], ...}, the sections of an Otoroshi export. All files together give the
// services of the gateway, or every problem: half of a file is never served.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/tcp_service.h"

namespace otoroshi::gateway {

struct ImportFile {
  std::string name;  // stands in front of problems: "services.json: /tcpServices/3/port"
  std::string text;
};

struct Imported {
  std::vector<TcpServicePtr> services;  // in the order of the files, which is their order of creation
  Problems warnings;                    // sections that were passed over, settings without effect
};

// Pure. Checks each service, and all of them together. A service without "id" gets one that is made of name,
// interface and port (and a number, if that is taken), so that a later reading finds the same service.
std::expected<Imported, Problems> read_import_files(std::span<const ImportFile> files);

// Reads the files first; one that cannot be read is a problem like any other.
std::expected<Imported, Problems> load_import_files(std::span<const std::string> paths);

}  // namespace otoroshi::gateway
