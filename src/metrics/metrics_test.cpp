#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <thread>

#include "metrics/exposition.hpp"
#include "metrics/input.hpp"
#include "metrics/instruments.hpp"
#include "metrics/recordings.hpp"

namespace auscult::metrics {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::array kBounds = {1.0, 2.0, 5.0};

TEST(Histogram, CountsAValueOnABoundBelowIt) {
  Histogram histogram(kBounds);
  for (const double value : {0.5, 1.0, 1.5, 5.0, 5.1}) histogram.observe(value);
  EXPECT_THAT(histogram.counts(), ElementsAre(2, 1, 1, 1));
  EXPECT_DOUBLE_EQ(histogram.sum(), 13.1);
}

TEST(Histogram, LosesNothingThatThreadsCountAtOnce) {
  Histogram histogram(kBounds);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10'000; ++i) histogram.observe(1);
      });
    }
  }
  EXPECT_THAT(histogram.counts(), ElementsAre(40'000, 0, 0, 0));
  EXPECT_DOUBLE_EQ(histogram.sum(), 40'000);
}

TEST(BoundedTable, GivesWhatIsTooManyToOther) {
  BoundedTable<Counter> table(2);
  for (const char* name : {"a", "b", "c", "d", "a", "other"}) table.at(name).add();
  std::vector<std::string> seen;
  table.for_each([&](std::string_view name, const Counter& counter) {
    seen.push_back(std::string(name) + std::to_string(counter.value()));
  });
  EXPECT_THAT(seen, ElementsAre("a2", "b1", "other3"));
}

TEST(BoundedTable, HasOneEntryForANameThatThreadsAskForAtOnce) {
  for (int round = 0; round < 100; ++round) {
    BoundedTable<Counter> table(4);
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
          for (const char* name : {"a", "b", "c"}) table.at(name).add();
        });
      }
    }
    table.for_each([](std::string_view name, const Counter& counter) {
      EXPECT_EQ(counter.value(), name == "other" ? 0U : 4U) << name;
    });
  }
}

TEST(Exposition, WritesTheTextFormat) {
  Exposition out;
  Counter counter;
  counter.add(3);
  out.family("a_total", Type::counter, "Things.");
  out.sample(counter, {{"name", "a \"b\"\\\n"}, {"x", ""}});
  Histogram histogram(kBounds);
  histogram.observe(1.5);
  histogram.observe(9);
  out.family("b_seconds", Type::histogram, "Times.");
  out.sample(histogram, {{"x", "y"}});
  EXPECT_EQ(out.text(),
            "# HELP a_total Things.\n"
            "# TYPE a_total counter\n"
            "a_total{name=\"a \\\"b\\\"\\\\\\n\",x=\"\"} 3\n"
            "# HELP b_seconds Times.\n"
            "# TYPE b_seconds histogram\n"
            "b_seconds_bucket{x=\"y\",le=\"1\"} 0\n"
            "b_seconds_bucket{x=\"y\",le=\"2\"} 1\n"
            "b_seconds_bucket{x=\"y\",le=\"5\"} 1\n"
            "b_seconds_bucket{x=\"y\",le=\"+Inf\"} 2\n"
            "b_seconds_sum{x=\"y\"} 10.5\n"
            "b_seconds_count{x=\"y\"} 2\n");
}

TEST(ToText, WritesWhatPrometheusReads) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(to_text(0.1), "0.1");
  EXPECT_EQ(to_text(100), "100");
  EXPECT_EQ(to_text(kInfinity), "+Inf");
  EXPECT_EQ(to_text(-kInfinity), "-Inf");
  EXPECT_EQ(to_text(std::nan("")), "NaN");
}

TEST(ReasonCode, LeavesOutTheFigures) {
  EXPECT_EQ(reason_code("too short: 0.8 s, at least 2 s are needed"), "too_short");
  EXPECT_EQ(reason_code("no heart beat found, mostly steady noise"), "no_heart_beat_found");
  EXPECT_EQ(reason_code("12 gaps"), "");
}

Recording recording_of(const std::string& device, int class_index) {
  Recording recording;
  recording.device = device;
  recording.result.labels = {"Normal", "Murmur"};
  recording.result.class_index = class_index;
  recording.result.confidence = 75;
  recording.timings = {20, 300, 4};
  return recording;
}

TEST(RecordingMetrics, TellWhatBecameOfRecordings) {
  RecordingMetrics metrics;
  Recording poor = recording_of("ward-3", 1);
  poor.result.quality = {Quality::Verdict::poor, {"clipped: 12.0 % of the samples"}};
  poor.result.unreliable_reasons = {"poor"};
  metrics.stored(recording_of("ward-3", 0), 0.002);
  metrics.stored(poor, 0.002);
  Exposition out;
  metrics.expose(out);
  for (const char* line :
       {"auscult_recordings_total{class=\"Normal\"} 1\n",
        "auscult_recordings_total{class=\"Murmur\"} 1\n",
        "auscult_confidence_percent_bucket{class=\"Murmur\",le=\"80\"} 1\n",
        "auscult_device_recordings_total{device=\"ward-3\",class=\"Murmur\"} 1\n",
        "auscult_device_quality_total{device=\"ward-3\",quality=\"poor\"} 1\n",
        "auscult_poor_recordings_total{reason=\"clipped\"} 1\n",
        "auscult_unreliable_recordings_total 1\n",
        "auscult_stage_duration_seconds_bucket{stage=\"store\",le=\"0.0025\"} 2\n",
        "auscult_stage_duration_seconds_sum{stage=\"classify\"} 0.6\n"}) {
    EXPECT_THAT(out.text(), HasSubstr(line));
  }
}

TEST(RecordingMetrics, HaveNoMoreSeriesThanFiftyDevices) {
  RecordingMetrics metrics;
  for (int i = 0; i < 1'000; ++i) metrics.stored(recording_of("d" + std::to_string(i), 0), 0);
  Exposition out;
  metrics.expose(out);
  EXPECT_THAT(out.text(), HasSubstr("device=\"d49\",class=\"Normal\"} 1\n"));
  EXPECT_THAT(out.text(), Not(HasSubstr("device=\"d50\"")));
  EXPECT_THAT(out.text(), HasSubstr("device=\"other\",class=\"Normal\"} 950\n"));
}

TEST(ZeroCrossing, IsTheFrequencyOfATone) {
  std::vector<float> tone;
  for (int i = 0; i < 16'000; ++i) {
    tone.push_back(static_cast<float>(0.2 + 0.1 * std::sin(2 * std::numbers::pi * i * 50 / 8'000)));
  }
  EXPECT_THAT(zero_crossing_hz(tone, 8'000), DoubleNear(50, 0.5));
  EXPECT_EQ(zero_crossing_hz({}, 8'000), 0);
  EXPECT_EQ(zero_crossing_hz(std::vector<float>(100, 0.5F), 8'000), 0);
}

TEST(Reference, HasTenthsOfTheTrainingData) {
  std::vector<std::optional<double>> values;
  for (int i = 0; i < 100; ++i) values.emplace_back(i);
  values.resize(125);
  const FeatureReference reference = make_reference(Feature::heart_rate_bpm, values);
  EXPECT_EQ(reference.edges.size(), 9U);
  ASSERT_EQ(reference.shares.size(), 11U);
  EXPECT_NEAR(reference.shares[4], 0.08, 1e-9);
  EXPECT_NEAR(reference.shares.back(), 0.2, 1e-9);
}

TEST(Reference, OfOneValueIsOneBin) {
  const std::vector<std::optional<double>> values(20, 4'000.0);
  const FeatureReference reference = make_reference(Feature::sample_rate_hz, values);
  EXPECT_THAT(reference.edges, ElementsAre());
  EXPECT_THAT(reference.shares, ElementsAre(1, 0));
}

TEST(Reference, IsReadBackAsItWasWritten) {
  const std::vector<std::optional<double>> values{1.0, 2.0, 3.0, 4.5, std::nullopt};
  const FeatureReference reference = make_reference(Feature::duration_s, values);
  const auto read = parse_references(write_references({reference}, values.size()));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1U);
  EXPECT_EQ(read->front().edges, reference.edges);
  EXPECT_EQ(read->front().shares, reference.shares);
}

TEST(Reference, ThatIsNoneIsRefusedByName) {
  for (const char* text :
       {"", "[]", "{}", R"({"features": {"duration_s": 1}})",
        R"({"features": {"duration_s": {"edges": [2, 1], "shares": [0.5, 0.5, 0, 0]}}})",
        R"({"features": {"duration_s": {"edges": [1], "shares": [0.5, 0.5]}}})",
        R"({"features": {"duration_s": {"edges": [1], "shares": [0.5, 0.6, 0]}}})",
        R"({"features": {"duration_s": {"edges": [1], "shares": [0.5, "x", 0]}}})"}) {
    const auto read = parse_references(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr("features"));
  }
}

TEST(InputCounts, AreByTheBinsOfTheReference) {
  InputCounts counts({{Feature::heart_rate_bpm, {60, 80}, {0.25, 0.5, 0.125, 0.125}}});
  FeatureValues values;
  counts.add(values);
  values[static_cast<std::size_t>(Feature::heart_rate_bpm)] = 60;
  counts.add(values);
  values[static_cast<std::size_t>(Feature::heart_rate_bpm)] = 81;
  counts.add(values);
  Exposition out;
  counts.expose(out);
  for (const char* line :
       {"auscult_input_recordings_total{feature=\"heart_rate_bpm\",bin=\"60\"} 1\n",
        "auscult_input_recordings_total{feature=\"heart_rate_bpm\",bin=\"80\"} 0\n",
        "auscult_input_recordings_total{feature=\"heart_rate_bpm\",bin=\"+Inf\"} 1\n",
        "auscult_input_recordings_total{feature=\"heart_rate_bpm\",bin=\"none\"} 1\n",
        "auscult_input_reference_share{feature=\"heart_rate_bpm\",bin=\"80\"} 0.5\n"}) {
    EXPECT_THAT(out.text(), HasSubstr(line));
  }
}

}  // namespace
}  // namespace auscult::metrics
