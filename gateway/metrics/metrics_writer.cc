#include "gateway/metrics/metrics_writer.h"

#include <fnmatch.h>

#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <vector>

namespace otoroshi::gateway {
namespace {

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::string_view name_of(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      return "histogram";
  }
  return "untyped";
}

std::string number_text(double number) {
  // As many digits as the largest and the smallest number have.
  std::array<char, std::numeric_limits<double>::max_exponent10 + std::numeric_limits<double>::digits + 64>
      text;
  const auto end = std::to_chars(text.begin(), text.end(), number, std::chars_format::fixed).ptr;
  return {text.begin(), end};
}

void MetricsWriter::begin(const MetricFamily& family) {
  const std::string name(family.name);
  const bool wanted = filter_.empty() || ::fnmatch(filter_.c_str(), name.c_str(), 0) == 0;
  family_ = wanted ? &family : nullptr;
  if (wanted) write_family(family);
}

void MetricsWriter::value(double value, std::initializer_list<MetricLabel> labels) {
  if (family_) write_sample(*family_, "", {labels.begin(), labels.size()}, value);
}

void MetricsWriter::durations(const DurationHistogram& histogram, std::initializer_list<MetricLabel> labels) {
  if (!family_) return;
  std::vector<MetricLabel> with_bound(labels);
  with_bound.push_back({"le", ""});
  std::uint64_t so_far = 0;
  for (std::size_t place = 0; place < histogram.counts().size(); ++place) {
    so_far += histogram.counts()[place];
    const bool is_last = place == DurationHistogram::bounds.size();
    const auto bound = is_last ? "+Inf" : number_text(seconds(DurationHistogram::bounds[place]));
    with_bound.back().value = bound;
    write_sample(*family_, "_bucket", with_bound, static_cast<double>(so_far));
  }
  write_sample(*family_, "_sum", {labels.begin(), labels.size()}, seconds(histogram.sum()));
  write_sample(*family_, "_count", {labels.begin(), labels.size()}, static_cast<double>(so_far));
}

}  // namespace otoroshi::gateway
