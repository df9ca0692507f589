#include "gateway/connection/connection_registry.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "common/text/duration.h"

namespace otoroshi::gateway {

ConnectionRegistry::Entry::Entry(ConnectionRegistry& registry, ConnectionRecord& record)
    : registry_(registry), place_(registry.places_.insert(registry.places_.end(), Place{&record})) {}

ConnectionRegistry::Entry::~Entry() {
  registry_.places_.erase(place_);
}

void ConnectionRegistry::sweep(Clock::time_point now, Clock::duration idle, Clock::duration half_closed) {
  close_drained(now);
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

void ConnectionRegistry::drain(Drain drain) {
  if (drains_.size() >= drains_at_most) bring_drains_forward();
  drains_.push_back(std::move(drain));
}

// Half of them at a time: each walk over the connections makes room for many.
void ConnectionRegistry::bring_drains_forward() {
  const auto now = Clock::now();
  const auto middle = drains_.begin() + drains_at_most / 2;
  std::ranges::nth_element(drains_, middle, {}, &Drain::due);
  std::for_each(drains_.begin(), middle, [now](Drain& drain) { drain.due = drain.until = now; });
  close_drained(now);
}

// One walk for all that are due, however many services were deleted at once.
void ConnectionRegistry::close_drained(Clock::time_point now) {
  std::multimap<std::string_view, const Drain*> due;
  for (const auto& drain : drains_) {
    if (drain.due <= now) due.emplace(drain.service_id, &drain);
  }
  if (due.empty()) return;
  for (auto& place : places_) {
    auto& record = *place.record;
    if (!record.service) continue;
    const auto [first, last] = due.equal_range(record.service->id);
    for (auto item = first; item != last; ++item) {
      if (record.accepted < item->second->began_before) record.abort(item->second->why);
    }
  }
  std::erase_if(drains_, [now](const Drain& drain) { return drain.until <= now; });
}

void ConnectionRegistry::abort_all(const Error& why) {
  for (auto& place : places_) place.record->abort(why);
}

}  // namespace otoroshi::gateway
