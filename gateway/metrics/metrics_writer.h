// Metrics as text, family by family: what they are is told by write_metrics.h, what they look like by those
// who derive from this. (pure)
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/metrics/duration_histogram.h"

namespace otoroshi::gateway {

enum class MetricType : std::uint8_t { counter, gauge, histogram };
std::string_view name_of(MetricType type);  // "counter", "gauge", "histogram"

struct MetricFamily {
  std::string_view name;  // as Prometheus wants it: base unit at the end, "_total" behind it for counters
  MetricType type;
  std::string_view help;
};

struct MetricLabel {
  std::string_view name;
  std::string_view value;  // any bytes
};

class MetricsWriter {
 public:
  // `filter`: only families whose name this glob (fnmatch(3)) matches are written; "": all.
  explicit MetricsWriter(std::string filter) : filter_(std::move(filter)) {}
  MetricsWriter(const MetricsWriter&) = delete;
  MetricsWriter& operator=(const MetricsWriter&) = delete;
  virtual ~MetricsWriter() = default;

  // What follows belongs to this family, which outlives the writer. No family is begun twice, and no labels
  // occur twice in one.
  void begin(const MetricFamily& family);
  void value(double value, std::initializer_list<MetricLabel> labels = {});
  void durations(const DurationHistogram& histogram, std::initializer_list<MetricLabel> labels = {});

  // The text, once all is written.
  virtual std::string take() = 0;

 private:
  virtual void write_family(const MetricFamily& family) = 0;
  // `suffix`: of a histogram's three kinds of samples, "_bucket", "_sum", "_count".
  virtual void write_sample(const MetricFamily& family, std::string_view suffix,
                            std::span<const MetricLabel> labels, double value) = 0;

  const std::string filter_;
  const MetricFamily* family_ = nullptr;  // null: one that nobody wants
};

// Digits without an exponent, as many as it takes to read the same number back.
std::string number_text(double number);

}  // namespace otoroshi::gateway
