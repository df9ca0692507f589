// Import files: {"tcpServices": [...], "routes": [...], ...}, the sections of an Otoroshi export. All files
// together give entities that are each fine alone, or every problem: half of a file is never served.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "gateway/config/import_places.h"
#include "gateway/store/entities.h"

namespace otoroshi::gateway {

struct ImportFile {
  std::string name;  // stands in front of problems: "services.json: /tcpServices/3/port"
  std::string text;
};

struct Imported {
  // In the order of the files, which is their order of creation; sections without a meaning for us, as far
  // as something is in them, are its other_sections.
  Entities entities;
  ImportPlaces places;
  Problems warnings;  // sections that were passed over, settings without effect
};

// Pure. Checks each entity; whether they can be there together, and with those that are stored, is for
// check_together(). A service, route or verifier without "id" gets one that is made of what tells it from
// others (and a number, if that is taken), so that a later reading finds the same one. `known`: what is there
// already; a certificate that is may come without its private key.
std::expected<Imported, Problems> read_import_files(std::span<const ImportFile> files,
                                                    const Entities& known = {});

// The same of one document that somebody has sent: problems say only where in it they are.
std::expected<Imported, Problems> read_import_document(std::string_view json, const Entities& known);

// Reads the files first; one that cannot be read is a problem like any other.
std::expected<Imported, Problems> load_import_files(std::span<const std::string> paths,
                                                    const Entities& known = {});

}  // namespace otoroshi::gateway
