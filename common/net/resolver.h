// Names to addresses. getaddrinfo() blocks, so it runs on a few threads of its own; workers never wait for
// it. One query per name at a time; an answer serves for 5 s, and for 60 s if newer queries fail or take
// their time. A name that nobody waits for any more is not asked about, unless it is one of the settings that
// has an answer yet. Any thread may call.
#pragma once

#include <asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/net/stream.h"
#include "common/net/task.h"
#include "common/net/worker.h"

namespace otoroshi {

using Addresses = std::vector<asio::ip::address>;

// Who thought of a name. Names that clients choose wait in a queue of their own and have half of the threads,
// so that a flood of them, or DNS servers that are silent about them, delays nobody else. Names of the
// settings whose last query was slow have a quarter.
enum class NameFrom : std::uint8_t { settings, client };

class Resolver {
 public:
  static constexpr auto fresh_for = std::chrono::seconds(5);
  static constexpr auto usable_for = std::chrono::seconds(60);
  static constexpr auto patience = std::chrono::milliseconds(250);  // for something newer than what is usable
  static constexpr auto slow_query = std::chrono::seconds(1);
  static constexpr std::size_t max_waiting_names = 1024;  // in each queue

  // At the most so many, as long as there is so much to ask: one that DNS servers are silent about takes a
  // thread for ten seconds and more.
  explicit Resolver(unsigned threads = 32);
  ~Resolver();  // before the workers go; does not wait for queries that are running

  // The addresses of a name in the system's order; at least one. An IP literal is its own answer, without a
  // query. Resumes on `worker`. Gives up when `limit` has passed, or when `on_behalf_of` (may be null)
  // breaks; a query that has begun goes on and fills the cache. Fails at once (limit, gateway) if too many
  // names wait.
  Task<Result<Addresses>> resolve(Worker& worker, const std::string& name, Clock::duration limit,
                                  Stream* on_behalf_of = nullptr, NameFrom from = NameFrom::settings);

 private:
  class Cache;
  struct Place;
  std::shared_ptr<Cache> cache_;
};

}  // namespace otoroshi
