// The live connections of one worker: for the sweep that finds idle ones, for draining, and later for the
// live list and for revocation. Worker's thread only.
#pragma once

#include <chrono>
#include <list>

#include "gateway/connection/connection_record.h"

namespace otoroshi::gateway {

class ConnectionRegistry {
  struct Place {
    ConnectionRecord* record;
    std::uint64_t bytes_seen = 0;  // by the last sweep
    bool half_closed_seen = false;
    Clock::time_point last_progress{};  // the last sweep that saw bytes move
  };

 public:
  // Keeps a connection listed while it lives.
  class Entry {
   public:
    Entry(ConnectionRegistry& registry, ConnectionRecord& record);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry();

   private:
    ConnectionRegistry& registry_;
    std::list<Place>::iterator place_;
  };

  std::size_t size() const { return places_.size(); }

  // Lets every stream send its keep-alive, and aborts what has moved no byte for `idle`, or for `half_closed`
  // once one direction has ended. Zero: no limit. Called about once a second.
  void sweep(Clock::time_point now, Clock::duration idle, Clock::duration half_closed);

  void abort_all(const Error& why);
  // `visit` must not end a connection on this stack; aborting it is fine.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& place : places_) visit(*place.record);
  }

 private:
  std::list<Place> places_;
};

}  // namespace otoroshi::gateway
