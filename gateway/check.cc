#include "gateway/check.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "gateway/config/import_file.h"
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
    auto imported = load_import_files(config_.imports);
    if (!imported) return append(problems_, imported.error());
    append(warnings_, imported->warnings);
    check_services(imported->services);
  }

  int report() const {
    print("gateway: warning: ", warnings_);
    print_problems(problems_);
    if (problems_.empty()) {
      std::printf("fine: %s on %s, %s\n", counted(services_, "service").c_str(),
                  counted(ports_, "port").c_str(),
                  counted(tls_.certificates()->size(), "certificate").c_str());
      return 0;
    }
    std::fprintf(stderr, "gateway: %s to solve\n", counted(problems_.size(), "problem").c_str());
    return 2;
  }

 private:
  void check_tls_material() {
    if (auto read = tls_.read(); !read) problems_.push_back({"", read.error().sentence});
    append(problems_, tls_.problems());
    append(warnings_, tls_.warnings());
    if (auto made = make_upstream_tls(config_); !made) problems_.push_back({"", made.error().sentence});
  }

  // A snapshot stops at its first bad port; one for each port tells them all.
  void check_services(const std::vector<TcpServicePtr>& services) {
    std::map<ListenAddress, std::vector<TcpServicePtr>> by_address;
    for (const auto& service : services) {
      if (service->enabled) by_address[{service->interface, service->port}].push_back(service);
    }
    for (auto& [address, sharing] : by_address) {
      if (auto built = build_snapshot(std::move(sharing), nullptr, tls_); !built)
        problems_.push_back({"", built.error().sentence});
    }
    services_ = services.size();
    ports_ = by_address.size();
    warn_about_missing_certificates(services);
  }

  void warn_about_missing_certificates(const std::vector<TcpServicePtr>& services) {
    if (tls_.certificates()->size() > 0) return;
    auto ends_tls = [](const auto& service) { return service->enabled && service->tls == TlsMode::enabled; };
    auto found = std::ranges::find_if(services, ends_tls);
    if (found == services.end()) return;
    warnings_.push_back({"certificates.dir",
                         "'" + config_.certificates.dir + "' holds no certificate that can be used, and " +
                             described(**found) + " has \"tls\": \"Enabled\": every handshake will fail"});
  }

  const GatewayConfig& config_;
  TlsMaterial tls_;
  Problems problems_;
  Problems warnings_;
  std::size_t services_ = 0;
  std::size_t ports_ = 0;
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
