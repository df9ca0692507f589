#include "gateway/check.h"

#include <cstdio>

#include "gateway/config/import_file.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {
namespace {

int complain(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  return 2;
}

void warn(const Problems& warnings) {
  for (const auto& warning : warnings) {
    std::fprintf(stderr, "warning: %s: %s\n", warning.path.c_str(), warning.sentence.c_str());
  }
}

}  // namespace

int check_everything(const GatewayConfig& config) {
  warn(config.warnings);
  TlsMaterial tls(config);
  if (auto loaded = tls.reload(); !loaded)
    return complain(loaded.error().sentence);  // logs single certificates
  TlsClientContext::Options upstream;
  upstream.ca_file = config.upstream_tls.ca_file;
  if (auto made = TlsClientContext::make(upstream); !made) return complain(made.error().sentence);
  auto imported = load_import_files(config.imports);
  if (!imported) return complain(to_text(imported.error()));
  warn(imported->warnings);
  auto snapshot = build_snapshot(imported->services, nullptr, tls);
  if (!snapshot) return complain(snapshot.error().sentence);
  std::printf("fine: %zu services on %zu ports, %zu certificates\n", (*snapshot)->services.size(),
              (*snapshot)->ports.size(), tls.certificates()->size());
  return 0;
}

}  // namespace otoroshi::gateway
