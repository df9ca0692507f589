// Where in the import files entities stand, for problems that show only when all are looked at together.
// (pure)
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/result.h"
#include "gateway/store/entities_check.h"

namespace otoroshi::gateway {

// Where something stands: a file, and a JSON Pointer in it.
struct ImportPlace {
  std::string file;  // "": there is only one document, whose author knows it
  std::string pointer;
};

// Adds `found` to `list`, with the place in front of each path: "services.json: /tcpServices/3/port".
void report(Problems& list, const ImportPlace& place, Problems found);

class ImportPlaces {
 public:
  void add(std::string_view section, std::string_view id, ImportPlace place);

  // The problems with the places of the entities that they are about. One that no file has named is known by
  // section and id: "tcpServices/tcp_service_db: /port".
  Problems locate(const EntityProblems& problems) const;

 private:
  std::unordered_map<std::string, ImportPlace> by_name_;  // "tcpServices/tcp_service_db"
};

}  // namespace otoroshi::gateway
