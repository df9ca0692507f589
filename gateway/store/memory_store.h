// Entities that are gone with the process: the import files are the truth.
#pragma once

#include "gateway/store/entity_store.h"

namespace otoroshi::gateway {

class MemoryStore final : public EntityStore {
 public:
  std::vector<TcpServicePtr> tcp_services() const override { return services_; }
  Result<void> replace_tcp_services(std::vector<TcpServicePtr> services) override {
    services_ = std::move(services);
    return {};
  }

 private:
  std::vector<TcpServicePtr> services_;
};

}  // namespace otoroshi::gateway
