#include "common/routing/target_group.h"

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace otoroshi;
using namespace std::chrono_literals;

namespace {

const TargetGroup::Time start{1000s};

std::vector<Target> targets(std::size_t count) {
  std::vector<Target> targets(count);
  for (std::size_t i = 0; i < count; ++i) targets[i].host = "target" + std::to_string(i);
  return targets;
}

std::vector<std::uint32_t> order(TargetGroup& group, TargetGroup::Time now = start) {
  auto candidates = group.candidates(now);
  return {candidates.begin(), candidates.end()};
}

using Order = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("targets take turns, and each connection has all of them to fall back on") {
  TargetGroup group(targets(3));
  CHECK(order(group) == Order{0, 1, 2});
  CHECK(order(group) == Order{1, 2, 0});
  CHECK(order(group) == Order{2, 0, 1});
  CHECK(order(group) == Order{0, 1, 2});
}

TEST_CASE("a group may be empty, single, or larger than what an order holds inline") {
  TargetGroup none(targets(0)), one(targets(1)), many(targets(TargetOrder::inline_capacity + 1));
  CHECK(order(none).empty());
  CHECK(order(one) == Order{0});
  CHECK(order(one) == Order{0});
  order(many);
  CHECK(order(many) == Order{1, 2, 3, 4, 5, 6, 7, 8, 0});
}

TEST_CASE("a failed target comes last, and the others share its turns evenly") {
  TargetGroup group(targets(3));
  group.mark_failed(0, start);
  std::vector<int> first(3);
  for (int i = 0; i < 100; ++i) {
    auto tried = order(group);
    ++first[tried.front()];
    CHECK(tried.back() == 0);
  }
  CHECK(first == std::vector<int>{0, 50, 50});
}

TEST_CASE("if all targets are being skipped, all are tried all the same") {
  TargetGroup group(targets(2));
  group.mark_failed(0, start);
  group.mark_failed(1, start);
  CHECK(order(group).size() == 2);
  TargetGroup single(targets(1));
  single.mark_failed(0, start);
  CHECK(order(single) == Order{0});
}

TEST_CASE("each failure in a row skips a target for twice as long, at most 30 s") {
  TargetGroup group(targets(2));
  auto now = start;
  auto is_skipped = [&](auto when) {
    return order(group, when).back() == 0 && order(group, when).back() == 0;
  };
  for (auto skip : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    CAPTURE(skip.count());
    CHECK_FALSE(is_skipped(now));
    group.mark_failed(0, now);
    CHECK(is_skipped(now));
    CHECK(is_skipped(now + skip - 1ms));
    CHECK_FALSE(is_skipped(now + skip));
    now += skip;
  }
  group.mark_good(0);
  group.mark_failed(0, now);
  CHECK(is_skipped(now + 999ms));
  CHECK_FALSE(is_skipped(now + 1s));
}

TEST_CASE("a target that works again is used again at once") {
  TargetGroup group(targets(2));
  group.mark_failed(0, start);
  group.mark_good(0);
  CHECK(order(group).front() != order(group).front());
}

TEST_CASE("many connections that see one failure count it once") {
  TargetGroup group(targets(2));
  for (int i = 0; i < 10; ++i) group.mark_failed(0, start + 1ms * i);
  CHECK(order(group, start + 1s).front() != order(group, start + 1s).front());
}

TEST_CASE("workers may pick and mark at the same time") {
  TargetGroup group(targets(4));
  auto work = [&](std::size_t worker) {
    for (int i = 0; i < 2000; ++i) {
      auto now = start + 1ms * i;
      for (auto target : group.candidates(now))
        target == worker ? group.mark_failed(target, now) : group.mark_good(target);
    }
  };
  std::thread first(work, 0), second(work, 1);
  first.join(), second.join();
  CHECK(order(group).size() == 4);
}
