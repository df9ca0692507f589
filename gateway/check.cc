#include "gateway/check.h"

#include <cstdio>

#include "gateway/config/import_file.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {

int check_everything(const GatewayConfig& config) {
  for (const auto& warning : config.warnings) {
    std::fprintf(stderr, "warning: %s: %s\n", warning.path.c_str(), warning.sentence.c_str());
  }
  TlsMaterial tls(config);
  tls.reload();  // logs what is wrong with certificates
  auto imported = load_import_files(config.imports);
  if (!imported) {
    std::fprintf(stderr, "%s\n", to_text(imported.error()).c_str());
    return 2;
  }
  for (const auto& warning : imported->warnings) {
    std::fprintf(stderr, "warning: %s: %s\n", warning.path.c_str(), warning.sentence.c_str());
  }
  auto snapshot = build_snapshot(imported->services, nullptr, tls);
  if (!snapshot) {
    std::fprintf(stderr, "%s\n", snapshot.error().sentence.c_str());
    return 2;
  }
  std::printf("fine: %zu services on %zu ports, %zu certificates\n", (*snapshot)->services.size(),
              (*snapshot)->ports.size(), tls.certificates()->size());
  return 0;
}

}  // namespace otoroshi::gateway
