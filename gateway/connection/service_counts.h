// How many connections each service has, for limits.maxConnectionsPerService. Any thread. Used, and its lock
// taken, only where that limit is set: once when a connection's service is known, once at its end.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace otoroshi::gateway {

class ServiceCounts {
 public:
  // Counts a connection while it lives.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept
        : counts_(std::exchange(other.counts_, nullptr)), service_(other.service_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(counts_, other.counts_);
      std::swap(service_, other.service_);
      return *this;
    }
    ~Place() {
      if (counts_) counts_->leave(service_);
    }
    explicit operator bool() const { return counts_ != nullptr; }

   private:
    friend ServiceCounts;
    Place(ServiceCounts& counts, std::string service) : counts_(&counts), service_(std::move(service)) {}
    ServiceCounts* counts_ = nullptr;
    std::string service_;
  };

  // An empty place if the service has `limit` connections already.
  Place enter(const std::string& service_id, std::size_t limit) {
    std::lock_guard lock(mutex_);
    auto& count = counts_[service_id];
    if (count >= limit) return {};
    ++count;
    return {*this, service_id};
  }

 private:
  void leave(const std::string& service_id) {
    std::lock_guard lock(mutex_);
    auto place = counts_.find(service_id);
    if (--place->second == 0) counts_.erase(place);
  }

  std::mutex mutex_;
  std::map<std::string, std::size_t> counts_;
};

}  // namespace otoroshi::gateway
