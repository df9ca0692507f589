// Metrics as a JSON array of {"name", "type", "labels", "value"}, one for each sample. (pure)
#pragma once

#include <utility>

#include "common/json/writer.h"
#include "gateway/metrics/metrics_writer.h"

namespace otoroshi::gateway {

class MetricsJson final : public MetricsWriter {
 public:
  explicit MetricsJson(std::string filter) : MetricsWriter(std::move(filter)) { json_.begin_list(); }
  std::string take() override { return json_.end_list().take(); }

 private:
  void write_family(const MetricFamily&) override {}  // a sample tells all
  void write_sample(const MetricFamily& family, std::string_view suffix, std::span<const MetricLabel> labels,
                    double value) override;

  JsonWriter json_;
};

}  // namespace otoroshi::gateway
