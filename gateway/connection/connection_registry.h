// The live connections of one worker: for the sweep that finds idle ones, for draining, for the live list of
// the admin API and for revocation. Worker's thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <vector>

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

  // The end of a service's connections: of those that began before a moment, when its time has come.
  struct Drain {
    std::string service_id;
    Clock::time_point began_before;
    Clock::time_point due;
    // A connection that began in time may become the service's as late as this: its first bytes may be slow.
    Clock::time_point until;
    Error why;
  };
  static constexpr std::size_t drains_at_most = 10'000;

  std::size_t size() const { return places_.size(); }

  // Lets every stream send its keep-alive, and aborts what has moved no byte for `idle`, or for `half_closed`
  // once one direction has ended (zero: no limit), and what a drain wants closed. Called about once a second.
  void sweep(Clock::time_point now, Clock::duration idle, Clock::duration half_closed);

  // For the sweeps to come. If there are drains_at_most already, the half that is due first happens now.
  void drain(Drain drain);

  void abort_all(const Error& why);
  // `visit` must not end a connection on this stack; aborting it is fine.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& place : places_) visit(*place.record);
  }

 private:
  void bring_drains_forward();
  void close_drained(Clock::time_point now);

  std::list<Place> places_;
  std::vector<Drain> drains_;
};

}  // namespace otoroshi::gateway
