#include "gateway/connection/connection_registry.h"

#include "common/text/duration.h"

namespace otoroshi::gateway {

ConnectionRegistry::Entry::Entry(ConnectionRegistry& registry, ConnectionRecord& record)
    : registry_(registry), place_(registry.places_.insert(registry.places_.end(), Place{&record})) {}

ConnectionRegistry::Entry::~Entry() {
  registry_.places_.erase(place_);
}

void ConnectionRegistry::sweep(Clock::time_point now, Clock::duration idle, Clock::duration half_closed) {
  for (auto& place : places_) {
    auto& record = *place.record;
    if (!record.is_relaying()) continue;  // the phases before have deadlines of their own
    record.client_stream->tick(now);
    record.target_stream->tick(now);

    auto bytes = record.progress.bytes_from_client + record.progress.bytes_from_target;
    bool half = record.progress.client_ended || record.progress.target_ended;
    if (bytes != place.bytes_seen || half != place.half_closed_seen ||
        place.last_progress == Clock::time_point{}) {
      place.bytes_seen = bytes;
      place.half_closed_seen = half;
      place.last_progress = now;
      continue;
    }
    auto limit = half ? half_closed : idle;
    if (limit == Clock::duration::zero() || now - place.last_progress < limit) continue;
    auto text = duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(limit));
    record.abort(
        {ErrorCode::timed_out, Side::gateway,
         half ? "one direction had ended and the other was silent for " + text + " (timeouts.halfClosed)"
              : "no byte moved for " + text + " (timeouts.idle)"});
  }
}

void ConnectionRegistry::abort_all(const Error& why) {
  for (auto& place : places_) place.record->abort(why);
}

}  // namespace otoroshi::gateway
