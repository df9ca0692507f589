#include <catch2/catch.hpp>

#include "common/json/parse.h"
#include "gateway/metrics/metrics_json.h"
#include "gateway/metrics/prometheus_text.h"

using namespace otoroshi;
using namespace otoroshi::gateway;
using namespace std::chrono_literals;

namespace {

constexpr MetricFamily apples{"test_apples", MetricType::gauge, "Apples on the tree."};
constexpr MetricFamily picked{"test_picked_total", MetricType::counter, "Apples that were picked."};
constexpr MetricFamily waits{"test_wait_seconds", MetricType::histogram, "Time until one falls."};

std::string as_label(std::string_view value) {
  PrometheusText text("");
  text.begin(apples);
  text.value(1, {{"kind", value}});
  const auto all = text.take();
  const auto begin = all.rfind("{kind=\"") + 7;
  return all.substr(begin, all.rfind("\"} 1\n") - begin);
}

}  // namespace

TEST_CASE("a family is told by HELP, TYPE and a line for each sample") {
  PrometheusText text("");
  text.begin(apples);
  text.value(7);
  text.begin(picked);
  text.value(2, {{"kind", "red"}});
  text.value(0, {{"kind", "green"}, {"by", "hand"}});
  CHECK(text.take() ==
        "# HELP test_apples Apples on the tree.\n"
        "# TYPE test_apples gauge\n"
        "test_apples 7\n"
        "# HELP test_picked_total Apples that were picked.\n"
        "# TYPE test_picked_total counter\n"
        "test_picked_total{kind=\"red\"} 2\n"
        "test_picked_total{kind=\"green\",by=\"hand\"} 0\n");
}

TEST_CASE("label values: three characters are escaped, and what is no text is replaced") {
  struct Row {
    std::string_view value;
    std::string_view written;
  };
  const Row rows[] = {{"", ""},
                      {"plain", "plain"},
                      {"a \"quoted\" name", "a \\\"quoted\\\" name"},
                      {"back\\slash", "back\\\\slash"},
                      {"two\nlines", "two\\nlines"},
                      {"\\n", "\\\\n"},
                      {"tab\tand\rreturn", "tab\tand\rreturn"},
                      {"{a=\"b\"} 1\n", "{a=\\\"b\\\"} 1\\n"},
                      {"d\xc3\xa9j\xc3\xa0 \xf0\x9f\x8d\x8e", "d\xc3\xa9j\xc3\xa0 \xf0\x9f\x8d\x8e"},
                      {"stray \xff byte", "stray \xef\xbf\xbd byte"},
                      {{"NUL\0.", 5}, "NUL\xef\xbf\xbd."},
                      {"cut \xc3", "cut \xef\xbf\xbd"}};
  for (const auto& [value, written] : rows) {
    CAPTURE(value);
    CHECK(as_label(value) == written);
  }
}

TEST_CASE("numbers have no exponent and read back the same") {
  struct Row {
    double number;
    std::string_view text;
  };
  const Row rows[] = {{0, "0"},
                      {1, "1"},
                      {1e6, "1000000"},
                      {0.0005, "0.0005"},
                      {2.5, "2.5"},
                      {0.000000001, "0.000000001"},
                      {9007199254740991.0, "9007199254740991"},
                      {1790000000, "1790000000"},
                      {-1.5, "-1.5"}};
  for (const auto& [number, text] : rows) CHECK(number_text(number) == text);
  for (const double number : {1e-300, 1.7e308, 0.1, 5e-324})
    CHECK(std::strtod(number_text(number).c_str(), nullptr) == number);
}

TEST_CASE("a duration is counted by the first bound that is not smaller, and in all behind it") {
  struct Row {
    std::chrono::nanoseconds took;
    std::string_view first_bound;
  };
  const Row rows[] = {{0ns, "0.0005"},     {500us, "0.0005"}, {500'001ns, "0.001"}, {1ms, "0.001"},
                      {2'500us, "0.0025"}, {3ms, "0.005"},    {10ms, "0.01"},       {1s, "1"},
                      {1s + 1ns, "2.5"},   {10s, "10"},       {10s + 1ns, "+Inf"},  {24h, "+Inf"}};
  for (const auto& [took, first_bound] : rows) {
    CAPTURE(took.count());
    DurationHistogram histogram;
    histogram.record(took);
    PrometheusText text("");
    text.begin(waits);
    text.durations(histogram, {{"side", "client"}});
    const auto all = text.take();
    const auto line = [](std::string_view bound, int count) {
      return "test_wait_seconds_bucket{side=\"client\",le=\"" + std::string(bound) + "\"} " +
             std::to_string(count) + "\n";
    };
    bool counted = false;
    for (const auto* bound : {"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25",
                              "0.5", "1", "2.5", "5", "10", "+Inf"}) {
      counted = counted || bound == first_bound;
      CHECK_THAT(all, Catch::Contains(line(bound, counted ? 1 : 0)));
    }
    CHECK_THAT(all, Catch::Contains("test_wait_seconds_count{side=\"client\"} 1\n"));
    CHECK_THAT(all, Catch::Contains("test_wait_seconds_sum{side=\"client\"} " +
                                    number_text(std::chrono::duration<double>(took).count()) + "\n"));
  }
}

TEST_CASE("histograms add up") {
  DurationHistogram one, other;
  one.record(1ms);
  other.record(1ms);
  other.record(20s);
  one.add(other);
  CHECK(one.counts()[1] == 2);
  CHECK(one.counts().back() == 1);
  CHECK(one.sum() == 20'002ms);
}

TEST_CASE("a filter is a glob over the names of families") {
  struct Row {
    std::string filter;
    bool apples, picked;
  };
  const Row rows[] = {{"", true, true},           {"*", true, true},        {"test_apples", true, false},
                      {"*_total", false, true},   {"test_*s", true, false}, {"test_apple", false, false},
                      {"test_[ap]*", true, true}, {"TEST_*", false, false}, {"test_?icked_*", false, true}};
  for (const auto& row : rows) {
    CAPTURE(row.filter);
    PrometheusText text(row.filter);
    for (const auto* family : {&apples, &picked}) {
      text.begin(*family);
      text.value(1);
    }
    const auto all = text.take();
    CHECK((all.find("test_apples 1") != all.npos) == row.apples);
    CHECK((all.find("TYPE test_apples") != all.npos) == row.apples);
    CHECK((all.find("test_picked_total 1") != all.npos) == row.picked);
  }
}

TEST_CASE("as JSON, every sample is an object of its own") {
  MetricsJson json("");
  json.begin(apples);
  json.value(7, {{"kind", "a \"red\"\none"}});
  json.begin(picked);
  json.value(0.25);
  CHECK(json.take() ==
        R"([{"name":"test_apples","type":"gauge","labels":{"kind":"a \"red\"\none"},"value":7},)"
        R"({"name":"test_picked_total","type":"counter","labels":{},"value":0.25}])");

  MetricsJson histogram("");
  histogram.begin(waits);
  histogram.durations(DurationHistogram());
  const auto document = parse_json(histogram.take());
  REQUIRE(document);
  CHECK(document->Size() == DurationHistogram::bounds.size() + 3);
}
