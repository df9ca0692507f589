// Where entities live. One implementation keeps them in memory; the embedded database of the admin API is the
// next. Control thread only.
#pragma once

#include <vector>

#include "common/base/result.h"
#include "common/model/tcp_service.h"

namespace otoroshi::gateway {

class EntityStore {
 public:
  virtual ~EntityStore() = default;

  // In order of creation.
  virtual std::vector<TcpServicePtr> tcp_services() const = 0;
  // All or nothing; durable, as far as the store is, once it returns.
  virtual Result<void> replace_tcp_services(std::vector<TcpServicePtr> services) = 0;
};

}  // namespace otoroshi::gateway
