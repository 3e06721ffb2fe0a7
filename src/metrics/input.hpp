#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"
#include "core/recording.hpp"
#include "metrics/exposition.hpp"
#include "metrics/instruments.hpp"

/// Whether what comes in is like what the model was trained on.
namespace auscult::metrics {

/// What a recording is like, before any model has judged it but for its heart rate.
enum class Feature { level_dbfs, zero_crossing_hz, heart_rate_bpm, duration_s, sample_rate_hz };
inline constexpr std::array kFeatures = {Feature::level_dbfs, Feature::zero_crossing_hz,
                                         Feature::heart_rate_bpm, Feature::duration_s,
                                         Feature::sample_rate_hz};
std::string_view to_string(Feature feature);

/// One value for each of kFeatures; empty where it cannot be told, as a heart rate may not.
using FeatureValues = std::array<std::optional<double>, kFeatures.size()>;

/// Half the number of times a second that the signal crosses its mean; of noise, the root mean
/// square of its frequencies (Rice 1944). 0 if there are no samples.
double zero_crossing_hz(std::span<const float> samples, int sample_rate_hz);

/// What the values are measured of.
struct InputMeasures {
  std::span<const float> beginning;  ///< Of a long recording enough to know its pitch.
  int sample_rate_hz = 0;
  double duration_s = 0;
  std::optional<Level> level;
  std::optional<double> heart_rate_bpm;
};
FeatureValues values_of(const InputMeasures& input);

/// How the values of one feature were spread in the training data.
struct FeatureReference {
  Feature feature = Feature::level_dbfs;
  std::vector<double> edges;   ///< Ascending; value v lies in the bin of the first edge >= v.
  std::vector<double> shares;  ///< Of each bin, one more than edges, then of "none"; sum 1.
};

/// Bins of about a tenth each (fewer where values repeat), by the deciles of `values`; those that
/// are empty are the share of "none". Expects at least one value.
FeatureReference make_reference(Feature feature, std::span<const std::optional<double>> values);

/// {"recordings": number, "features": {name: {"edges": [...], "shares": [...]}}}, the file
/// reference.json beside a model. What is read fails with invalid_argument, naming the member, if
/// it is not as FeatureReference says.
std::string write_references(const std::vector<FeatureReference>& references,
                             std::size_t recordings);
Result<std::vector<FeatureReference>> parse_references(std::string_view text);

/// Counts what comes in by the reference's bins. Any thread.
class InputCounts {
 public:
  explicit InputCounts(std::vector<FeatureReference> references);

  void add(const FeatureValues& values);
  /// auscult_input_recordings_total and auscult_input_reference_share, by feature and bin.
  void expose(Exposition& out) const;

 private:
  std::vector<FeatureReference> references_;
  std::vector<std::vector<Counter>> counts_;
};

}  // namespace auscult::metrics
