#include "otoroshictl/tcp_tunnel/live_bridges.h"

namespace otoroshi::ctl {

using namespace std::chrono_literals;

namespace {

constexpr auto tick_interval = 1s;

}  // namespace

void Bridge::abort(const Error& why) {
  for (auto* stream : {&local, &tunnel})
    if (*stream) (*stream)->abort(why);
}

LiveBridges::Listed::Listed(LiveBridges& live, Bridge& bridge)
    : live_(live), place_(live.bridges_.insert(live.bridges_.end(), &bridge)) {
  ++live_.size_;
  if (!live_.running()) live_.start(tick_interval);
}

LiveBridges::Listed::~Listed() {
  live_.bridges_.erase(place_);
  --live_.size_;
}

void LiveBridges::abort_all(const Error& why) {
  for (auto* bridge : bridges_) bridge->abort(why);
}

void LiveBridges::expire() {
  const auto now = Clock::now();
  if (memory_.look(bridges_.size(), now)) give_memory_back();
  if (bridges_.empty() && !memory_.is_owed(0)) return;
  start(tick_interval);
  for (auto* bridge : bridges_)
    if (bridge->tunnel) bridge->tunnel->tick(now);
}

}  // namespace otoroshi::ctl
