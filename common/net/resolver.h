// Names to addresses. getaddrinfo() blocks, so it runs on a few threads of its own; workers never wait for
// it. One query per name at a time; an answer serves for 5 s, and for 60 s if newer queries fail. Any thread
// may call.
#pragma once

#include <asio/ip/address.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/net/stream.h"
#include "common/net/task.h"
#include "common/net/worker.h"

namespace otoroshi {

using Addresses = std::vector<asio::ip::address>;

class Resolver {
 public:
  static constexpr auto fresh_for = std::chrono::seconds(5);
  static constexpr auto usable_for = std::chrono::seconds(60);

  explicit Resolver(unsigned threads = 4);
  ~Resolver();  // before the workers go; does not wait for queries that are running

  // The addresses of a name in the system's order; at least one. An IP literal is its own answer, without a
  // query. Resumes on `worker`. Gives up when `limit` has passed, or when `on_behalf_of` (may be null)
  // breaks; the query goes on and fills the cache.
  Task<Result<Addresses>> resolve(Worker& worker, const std::string& name, Clock::duration limit,
                                  Stream* on_behalf_of = nullptr);

 private:
  class Cache;
  std::shared_ptr<Cache> cache_;
};

}  // namespace otoroshi
