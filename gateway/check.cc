#include "gateway/check.h"

#include <algorithm>
#include <concepts>
#include <cstdio>

#include "gateway/admin/admin_server.h"
#include "gateway/config/import_file.h"
#include "gateway/store/entities_check.h"
#include "gateway/store/entity_kinds.h"
#include "gateway/store/import_plan.h"
#include "gateway/store/open_store.h"
#include "gateway/store/snapshot.h"

namespace otoroshi::gateway {
namespace {

void append(Problems& list, const Problems& more) {
  list.insert(list.end(), more.begin(), more.end());
}

void print(const char* prefix, const Problems& list) {
  for (const auto& entry : list) std::fprintf(stderr, "%s%s\n", prefix, to_text(Problems{entry}).c_str());
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

class Check {
 public:
  explicit Check(const GatewayConfig& config) : config_(config), tls_(config), warnings_(config.warnings) {}

  void run() {
    check_tls_material();
    if (!read_entities()) return;
    known_.tls = tls_.served(entities_.certificates, nullptr);
    append(problems_, known_.tls->problems());
    check_services();
    check_tunnel();
    warn_about_missing_certificates();
  }

  int report() const {
    print("gateway: warning: ", warnings_);
    print_problems(problems_);
    if (problems_.empty()) {
      std::printf("fine: %s\n", summary().c_str());
      return 0;
    }
    std::fprintf(stderr, "gateway: %s to solve\n", counted(problems_.size(), "problem").c_str());
    return 2;
  }

 private:
  // What would be served: what is stored, and what the import files make of it.
  bool read_entities() {
    auto stored = read_store(config_);
    if (!stored) problems_.push_back({"", stored.error().sentence});
    auto imported = load_import_files(config_.imports, stored.value_or(Entities()));
    if (!imported) append(problems_, imported.error());
    if (!stored || !imported) return false;
    append(warnings_, imported->warnings);
    entities_ = plan_import(*stored, std::move(imported->entities), import_mode(config_)).entities;
    places_ = std::move(imported->places);
    const auto conflicts = places_.locate(check_together(entities_, nullptr, config_));
    append(problems_, conflicts);
    return conflicts.empty();
  }

  void check_tls_material() {
    if (auto read = tls_.read(); !read) problems_.push_back({"", read.error().sentence});
    append(problems_, tls_.problems());
    append(warnings_, tls_.warnings());
    if (auto made = make_upstream_tls(config_); !made) problems_.push_back({"", made.error().sentence});
    if (auto checked = AdminServer::check_certificate(config_.admin); !checked)
      problems_.push_back({"", checked.error().sentence});
  }

  void check_services() {
    const auto built = build({.services = entities_.services}, TunnelSettings::off());
    if (built) service_ports_ = built->ports.size();
  }

  void check_tunnel() {
    const TunnelSettings settings{config_.tunnel,
                                  config_.secret};  // whatever the secret will be: none is made
    build({.tunnel = entities_.tunnel}, settings);
    if (settings.is_on() || entities_.tunnel.routes.empty()) return;
    warnings_.push_back({"tunnel", "\"port\" and \"tlsPort\" are 0: the routes are not served"});
  }

  // null: there are problems, and they are told.
  SnapshotPtr build(Entities entities, const TunnelSettings& tunnel) {
    entities.certificates = entities_.certificates;
    auto built = build_snapshot(std::move(entities), &known_, tls_, tunnel);
    if (built) return std::move(*built);
    append(problems_, places_.locate(built.error().problems));
    if (built.error().problems.empty()) problems_.push_back({"", built.error().sentence});
    return nullptr;
  }

  void warn_about_missing_certificates() {
    if (known_.tls->certificates()->size() > 0) return;
    auto warn = [this](const std::string& who) {
      warnings_.push_back(
          {"certificates.dir", "'" + config_.certificates.dir +
                                   "' holds no certificate that can be used, no import file holds one, and " +
                                   who + ": every handshake will fail"});
    };
    auto ends_tls = [](const auto& service) { return service->enabled && service->tls == TlsMode::enabled; };
    auto found = std::ranges::find_if(entities_.services, ends_tls);
    if (found != entities_.services.end()) warn(described(**found) + " has \"tls\": \"Enabled\"");
    if (config_.tunnel.tls_port != 0) warn("tunnel.tlsPort is set");
  }

  // "2 services on 1 port, 1 route, 3 API keys, 1 certificate": those of files and stored ones together
  std::string summary() const {
    auto text = counted(entities_.services.size(), "service") + " on " + counted(service_ports_, "port");
    auto certificates = tls_.served({}, nullptr)->certificates()->size();
    for_each_kind([&]<class Entity>(const EntityKind<Entity>& kind) {
      const auto count = list_of<Entity>(entities_).size();
      if (std::same_as<Entity, StoredCertificate>)
        certificates += count;
      else if (!std::same_as<Entity, TcpService> && count > 0)
        text += ", " + counted(count, std::string(kind.noun));
    });
    return text + ", " + counted(certificates, "certificate");
  }

  const GatewayConfig& config_;
  TlsMaterial tls_;
  Entities entities_;
  ImportPlaces places_;
  Snapshot known_;  // with the certificates, so that they are parsed but once
  std::size_t service_ports_ = 0;
  Problems problems_;
  Problems warnings_;
};

}  // namespace

int check_everything(const GatewayConfig& config) {
  Check check(config);
  check.run();
  return check.report();
}

void print_problems(const Problems& problems) {
  print("gateway: ", problems);
}

}  // namespace otoroshi::gateway
