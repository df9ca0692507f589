// What reading the import files again means for the services that are there. (pure)
#pragma once

#include <string>
#include <vector>

#include "common/model/tcp_service.h"

namespace otoroshi::gateway {

struct ImportPlan {
  // The services afterwards: known ones first, in their order. One that did not change is the same object as
  // before, by which everything behind sees that there is nothing to do for it.
  std::vector<TcpServicePtr> services;
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
  std::size_t unchanged = 0;
};

// The files are the truth: what they do not name goes. Services are the same if their ids are.
ImportPlan plan_import(const std::vector<TcpServicePtr>& current, std::vector<TcpServicePtr> wanted);

std::string to_text(const ImportPlan& plan);  // "2 added, 1 changed, 0 removed, 7 unchanged"

}  // namespace otoroshi::gateway
