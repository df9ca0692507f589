#include "gateway/tunnel/quotas.h"

#include "common/text/quoted.h"

namespace otoroshi::gateway {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;

std::int64_t month_of(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return int{date.year()} * 12 + static_cast<int>(unsigned{date.month()});
}

}  // namespace

Quotas::Periods::Periods(std::chrono::system_clock::time_point time)
    : second(floor<seconds>(time).time_since_epoch().count()),
      day(floor<days>(time).time_since_epoch().count()),
      month(month_of(floor<days>(time))) {}

std::int64_t Quotas::Count::opened_in(std::int64_t asked_period) {
  if (period != asked_period) *this = {asked_period, 0};
  return opened;
}

Result<Quotas::Taken> Quotas::take(const ApiKey& key, std::chrono::system_clock::time_point now) {
  const Periods periods(now);
  const auto used_up = [&](std::int64_t quota, const char* period, const char* field) {
    return fail(ErrorCode::limit, Side::client,
                "API key " + quoted(key.client_id) + " has opened its " + std::to_string(quota) +
                    " tunnels of this " + period + " (" + field + "); try again in the next");
  };
  const std::lock_guard lock(mutex_);
  auto& use = uses_[key.client_id];
  if (use.second.opened_in(periods.second) >= key.throttling_quota)
    return used_up(key.throttling_quota, "second", "throttlingQuota");
  if (use.day.opened_in(periods.day) >= key.daily_quota) return used_up(key.daily_quota, "day", "dailyQuota");
  if (use.month.opened_in(periods.month) >= key.monthly_quota)
    return used_up(key.monthly_quota, "month", "monthlyQuota");
  for (auto* count : {&use.second, &use.day, &use.month}) ++count->opened;
  return Taken{now, use.resets};
}

void Quotas::give_back(const std::string& client_id, const Taken& taken) {
  const Periods periods(taken.time);
  const std::lock_guard lock(mutex_);
  auto& use = uses_[client_id];
  if (use.resets != taken.resets) return;
  const auto take_one = [](Count& count, std::int64_t period) {
    if (count.period == period && count.opened > 0) --count.opened;
  };
  take_one(use.second, periods.second);
  take_one(use.day, periods.day);
  take_one(use.month, periods.month);
}

Quotas::Used Quotas::used(const std::string& client_id, std::chrono::system_clock::time_point now) {
  const Periods periods(now);
  const std::lock_guard lock(mutex_);
  const auto use = uses_.find(client_id);
  if (use == uses_.end()) return {};
  auto& [resets, second, day, month] = use->second;
  return {second.opened_in(periods.second), day.opened_in(periods.day), month.opened_in(periods.month)};
}

void Quotas::reset(const std::string& client_id) {
  const std::lock_guard lock(mutex_);
  auto& use = uses_[client_id];
  use = Use{use.resets + 1, {}, {}, {}};
}

}  // namespace otoroshi::gateway
