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

std::int64_t Quotas::Count::opened_in(std::int64_t asked_period) {
  if (period != asked_period) *this = {asked_period, 0};
  return opened;
}

Result<void> Quotas::take(const ApiKey& key, std::chrono::system_clock::time_point now) {
  const auto second = floor<seconds>(now).time_since_epoch().count();
  const auto day = floor<days>(now);
  const auto used_up = [&](std::int64_t quota, const char* period, const char* field) {
    return fail(ErrorCode::limit, Side::client,
                "API key " + quoted(key.client_id) + " has opened its " + std::to_string(quota) +
                    " tunnels of this " + period + " (" + field + "); try again in the next");
  };
  const std::lock_guard lock(mutex_);
  auto& use = uses_[key.client_id];
  if (use.second.opened_in(second) >= key.throttling_quota)
    return used_up(key.throttling_quota, "second", "throttlingQuota");
  if (use.day.opened_in(day.time_since_epoch().count()) >= key.daily_quota)
    return used_up(key.daily_quota, "day", "dailyQuota");
  if (use.month.opened_in(month_of(day)) >= key.monthly_quota)
    return used_up(key.monthly_quota, "month", "monthlyQuota");
  for (auto* count : {&use.second, &use.day, &use.month}) ++count->opened;
  return {};
}

}  // namespace otoroshi::gateway
