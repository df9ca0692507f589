// Import files: {"tcpServices": [...], "routes": [...], ...}, the sections of an Otoroshi export. All files
// together give entities that are each fine alone, or every problem: half of a file is never served.
#pragma once

#include <expected>
#include <span>
#include <string>

#include "common/base/result.h"
#include "gateway/config/import_places.h"
#include "gateway/store/entities.h"

namespace otoroshi::gateway {

struct ImportFile {
  std::string name;  // stands in front of problems: "services.json: /tcpServices/3/port"
  std::string text;
};

struct Imported {
  Entities entities;  // in the order of the files, which is their order of creation
  ImportPlaces places;
  Problems warnings;  // sections that were passed over, settings without effect
};

// Pure. Checks each entity; whether they can be there together, and with those that are stored, is for
// check_together(). A service, route or verifier without "id" gets one that is made of what tells it from
// others (and a number, if that is taken), so that a later reading finds the same one. `known`: what is there
// already; a certificate that is may come without its private key.
std::expected<Imported, Problems> read_import_files(std::span<const ImportFile> files,
                                                    const Entities& known = {});

// Reads the files first; one that cannot be read is a problem like any other.
std::expected<Imported, Problems> load_import_files(std::span<const std::string> paths,
                                                    const Entities& known = {});

}  // namespace otoroshi::gateway
