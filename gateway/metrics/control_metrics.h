// What the control thread measures while it changes what the workers serve by. Owned by LiveEntities, which
// fills it in; read for /metrics and /health. Control thread only.
#pragma once

#include "gateway/metrics/duration_histogram.h"

namespace otoroshi::gateway {

class ControlMetrics {
 public:
  using Duration = DurationHistogram::Duration;

  // Making a change durable: how long it took, and whether it is.
  void record_commit(Duration took, bool durable) {
    commits_.record(took);
    if (!durable) ++failed_commits_;
    last_commit_failed_ = !durable;
  }
  // Building a snapshot that could be built.
  void record_build(Duration took) { builds_.record(took); }
  // From a snapshot to all workers serving by it.
  void record_apply(Duration took) { applies_.record(took); }

  const DurationHistogram& commits() const { return commits_; }
  const DurationHistogram& builds() const { return builds_; }
  const DurationHistogram& applies() const { return applies_; }
  std::uint64_t failed_commits() const { return failed_commits_; }
  bool last_commit_failed() const { return last_commit_failed_; }  // the store does not take changes

 private:
  DurationHistogram commits_;  // failed ones, too
  DurationHistogram builds_;
  DurationHistogram applies_;
  std::uint64_t failed_commits_ = 0;
  bool last_commit_failed_ = false;
};

}  // namespace otoroshi::gateway
