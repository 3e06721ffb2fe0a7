#include "metrics/input.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>

#include "json/json.hpp"

namespace auscult::metrics {
namespace {

using json::Json;

constexpr std::size_t kBins = 10;
// What a file may claim, a hundred times what we write.
constexpr std::size_t kMaxEdges = 1'000;
// Shares are written with rounding.
constexpr double kTolerance = 1e-3;

std::size_t bin_of(const FeatureReference& reference, const std::optional<double>& value) {
  if (!value) return reference.edges.size() + 1;
  const auto edge = std::ranges::lower_bound(reference.edges, *value);
  return static_cast<std::size_t>(edge - reference.edges.begin());
}

/// Bins are named by their upper edge, as a histogram's.
std::string bin_name(const FeatureReference& reference, std::size_t bin) {
  if (bin < reference.edges.size()) return to_text(reference.edges[bin]);
  return bin == reference.edges.size() ? "+Inf" : "none";
}

std::optional<std::vector<double>> numbers(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array() || found->size() > kMaxEdges) {
    return std::nullopt;
  }
  std::vector<double> values;
  for (const Json& value : *found) {
    if (!value.is_number()) return std::nullopt;
    values.push_back(value.get<double>());
  }
  return values;
}

bool is_sound(const FeatureReference& reference) {
  if (reference.shares.size() != reference.edges.size() + 2) return false;
  const bool ascend =
      std::ranges::adjacent_find(reference.edges, std::greater_equal<>()) == reference.edges.end();
  double sum = 0;
  for (const double share : reference.shares) {
    if (!(share >= 0)) return false;
    sum += share;
  }
  return ascend && std::abs(sum - 1) < kTolerance;
}

}  // namespace

std::string_view to_string(Feature feature) {
  switch (feature) {
    case Feature::level_dbfs:
      return "level_dbfs";
    case Feature::zero_crossing_hz:
      return "zero_crossing_hz";
    case Feature::heart_rate_bpm:
      return "heart_rate_bpm";
    case Feature::duration_s:
      return "duration_s";
    case Feature::sample_rate_hz:
      return "sample_rate_hz";
  }
  return "unknown";
}

double zero_crossing_hz(std::span<const float> samples, int sample_rate_hz) {
  if (samples.empty()) return 0;
  const double sum =
      std::reduce(samples.begin(), samples.end(), 0.0, [](double a, double b) { return a + b; });
  const auto mean = static_cast<float>(sum / static_cast<double>(samples.size()));
  std::uint32_t crossings = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    crossings += (samples[i - 1] > mean) != (samples[i] > mean) ? 1U : 0U;
  }
  return static_cast<double>(crossings) * sample_rate_hz /
         (2 * static_cast<double>(samples.size()));
}

FeatureValues values_of(const InputMeasures& input) {
  FeatureValues values;
  const auto set = [&values](Feature feature, std::optional<double> value) {
    values[static_cast<std::size_t>(feature)] = value;
  };
  if (input.level) set(Feature::level_dbfs, input.level->rms_dbfs);
  set(Feature::zero_crossing_hz, zero_crossing_hz(input.beginning, input.sample_rate_hz));
  set(Feature::heart_rate_bpm, input.heart_rate_bpm);
  set(Feature::duration_s, input.duration_s);
  set(Feature::sample_rate_hz, input.sample_rate_hz);
  return values;
}

FeatureReference make_reference(Feature feature, std::span<const std::optional<double>> values) {
  std::vector<double> known;
  for (const auto& value : values) {
    if (value) known.push_back(*value);
  }
  std::ranges::sort(known);
  FeatureReference reference{feature, {}, {}};
  for (std::size_t i = 1; i < kBins && !known.empty(); ++i) {
    const double edge = known[i * known.size() / kBins];
    // An edge that is the largest value would leave nothing above it.
    if (edge < known.back() && (reference.edges.empty() || edge > reference.edges.back())) {
      reference.edges.push_back(edge);
    }
  }
  std::vector<std::size_t> counts(reference.edges.size() + 2);
  for (const auto& value : values) ++counts[bin_of(reference, value)];
  for (const std::size_t count : counts) {
    reference.shares.push_back(static_cast<double>(count) / static_cast<double>(values.size()));
  }
  return reference;
}

std::string write_references(const std::vector<FeatureReference>& references,
                             std::size_t recordings) {
  Json features = Json::object();
  for (const FeatureReference& reference : references) {
    features[std::string(to_string(reference.feature))] = {{"edges", reference.edges},
                                                           {"shares", reference.shares}};
  }
  const Json all = {{"recordings", recordings}, {"features", std::move(features)}};
  return all.dump(1) + '\n';
}

Result<std::vector<FeatureReference>> parse_references(std::string_view text) {
  const Json all = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!all.is_object() || !all.contains("features") || !all["features"].is_object()) {
    return fail(ErrorCode::invalid_argument, "\"features\" must be an object");
  }
  std::vector<FeatureReference> references;
  for (const Feature feature : kFeatures) {
    const std::string name(to_string(feature));
    const auto found = all["features"].find(name);
    if (found == all["features"].end()) continue;
    const auto edges = found->is_object() ? numbers(*found, "edges") : std::nullopt;
    const auto shares = found->is_object() ? numbers(*found, "shares") : std::nullopt;
    FeatureReference reference{feature, edges.value_or(std::vector<double>{}),
                               shares.value_or(std::vector<double>{})};
    if (!edges || !shares || !is_sound(reference)) {
      return fail(ErrorCode::invalid_argument,
                  R"("features": ")" + name +
                      "\" must have ascending edges and two more shares, whose sum is 1");
    }
    references.push_back(std::move(reference));
  }
  return references;
}

InputCounts::InputCounts(std::vector<FeatureReference> references)
    : references_(std::move(references)) {
  for (const FeatureReference& reference : references_) {
    counts_.emplace_back(reference.shares.size());
  }
}

void InputCounts::add(const FeatureValues& values) {
  for (std::size_t i = 0; i < references_.size(); ++i) {
    const FeatureReference& reference = references_[i];
    const auto& value = values[static_cast<std::size_t>(reference.feature)];
    counts_[i][bin_of(reference, value)].add();
  }
}

void InputCounts::expose(Exposition& out) const {
  const auto each = [&](const auto& write) {
    for (std::size_t i = 0; i < references_.size(); ++i) {
      const std::string_view feature = to_string(references_[i].feature);
      for (std::size_t bin = 0; bin < references_[i].shares.size(); ++bin) {
        const std::string name = bin_name(references_[i], bin);
        write(i, bin, Labels{{"feature", feature}, {"bin", name}});
      }
    }
  };
  out.family("auscult_input_recordings_total", Type::counter,
             "Recordings by the bins of the training data that their features lie in.");
  each([&](std::size_t i, std::size_t bin, const Labels& labels) {
    out.sample(counts_[i][bin], labels);
  });
  out.family("auscult_input_reference_share", Type::gauge,
             "Share of the training data that lies in each bin.");
  each([&](std::size_t i, std::size_t bin, const Labels& labels) {
    out.sample(references_[i].shares[bin], labels);
  });
}

}  // namespace auscult::metrics
