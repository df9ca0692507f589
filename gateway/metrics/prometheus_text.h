// The text exposition format of Prometheus, version 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/). (pure)
#pragma once

#include <utility>

#include "gateway/metrics/metrics_writer.h"

namespace otoroshi::gateway {

class PrometheusText final : public MetricsWriter {
 public:
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  using MetricsWriter::MetricsWriter;
  std::string take() override { return std::move(text_); }

 private:
  void write_family(const MetricFamily& family) override;
  void write_sample(const MetricFamily& family, std::string_view suffix, std::span<const MetricLabel> labels,
                    double value) override;

  std::string text_;
};

}  // namespace otoroshi::gateway
