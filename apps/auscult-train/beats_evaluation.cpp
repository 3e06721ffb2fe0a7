#include "beats_evaluation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "audio/decode.hpp"
#include "beats_metrics.hpp"
#include "evaluation/metrics.hpp"
#include "evaluation/table.hpp"
#include "front_end.hpp"
#include "negatives.hpp"

namespace auscult::train {
namespace {

using evaluation::Table;
using nlohmann::ordered_json;

// The positions in set_a_timing.csv are samples at the rate of the original recordings.
constexpr double kTimingRateHz = 44'100;
constexpr int kSyntheticsOfAKind = 50;
constexpr double kSyntheticS = 10;

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : rounded(static_cast<double>(part) / static_cast<double>(whole));
}

/// Where the sounds of a recording are annotated.
struct Timing {
  std::vector<double> s1_s;
  std::vector<double> s2_s;
};

Error no_number(const std::string& path, std::size_t row, const std::string& cell) {
  return fail(ErrorCode::invalid_argument,
              path + ", row " + std::to_string(row + 1) + ": '" + cell + "' is no number");
}

/// By file, as it is called here.
Result<std::map<std::string, Timing>> load_timings(const std::string& path) {
  const Result<Table> table = Table::load(path);
  if (!table) return table.error();
  std::map<std::string, Timing> timings;
  for (std::size_t row = 0; row < table->rows(); ++row) {
    // "set_a/normal__201102081321.wav" is A_normal__201102081321.flac here.
    std::string name = table->at(row, "fname");
    name = "A_" + name.substr(name.find('/') + 1);
    name = name.substr(0, name.rfind('.')) + ".flac";
    const std::string& location = table->at(row, "location");
    double samples = 0;
    const auto [end, error] =
        std::from_chars(location.data(), location.data() + location.size(), samples);
    if (error != std::errc{} || end != location.data() + location.size()) {
      return no_number(path, row, location);
    }
    Timing& timing = timings[name];
    (table->at(row, "sound") == "S1" ? timing.s1_s : timing.s2_s)
        .push_back(samples / kTimingRateHz);
  }
  return timings;
}

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

ordered_json summary_of(const SoundCounts& counts) {
  return {{"f1", rounded(counts.f1())},
          {"found", counts.found},
          {"imagined", counts.imagined},
          {"missed", counts.missed}};
}

ordered_json summary_of_rates(const std::vector<double>& errors_bpm) {
  const auto within = std::ranges::count_if(errors_bpm, [](double error) { return error <= 5; });
  return {{"recordings", errors_bpm.size()},
          {"mae_bpm", rounded(mean_of(errors_bpm))},
          {"median_bpm", rounded(quantile(errors_bpm, 0.5))},
          {"p95_bpm", rounded(quantile(errors_bpm, 0.95))},
          {"within_5_bpm", share(static_cast<std::size_t>(within), errors_bpm.size())}};
}

Result<beats::Heartbeats> detect_in(const std::string& path,
                                    const beats::HeartSoundDetector& detector,
                                    model::Workspace& workspace) {
  const Result<audio::DecodedAudio> decoded = audio::decode_file(path, {});
  if (!decoded) return fail(decoded.error().code, path + ": " + decoded.error().message);
  return detector.detect(decoded->clip, workspace);
}

/// What the detector says of a set of recordings.
struct Verdicts {
  std::vector<double> confidences;
  std::size_t told = 0;

  void add(const beats::Heartbeats& heartbeats) {
    confidences.push_back(heartbeats.confidence);
    if (heartbeats.heart_rate_bpm) ++told;
  }
  [[nodiscard]] ordered_json summary() const {
    return {{"recordings", confidences.size()},
            {"no_heart_beat_found", share(confidences.size() - told, confidences.size())},
            {"confidence_p5", rounded(quantile(confidences, 0.05))},
            {"confidence_median", rounded(quantile(confidences, 0.5))},
            {"confidence_p95", rounded(quantile(confidences, 0.95))}};
  }
};

ordered_json telling_apart(const Verdicts& hearts, const Verdicts& others) {
  const std::optional<double> area = evaluation::auroc(hearts.confidences, others.confidences);
  return area ? ordered_json(rounded(*area)) : ordered_json();
}

}  // namespace

Result<ordered_json> evaluate_segmentation(const std::vector<HeartRecording>& recordings,
                                           const DetectorOfFold& detector_of,
                                           const ProgressListener& progress) {
  SoundCounts s1;
  SoundCounts s2;
  SoundCounts told_only;
  std::size_t told = 0;
  std::map<std::string, bool> told_of_patient;
  std::vector<double> onset_errors_s;
  std::vector<double> errors_bpm;
  std::vector<double> stretch_errors_bpm;
  for (std::size_t i = 0; i < recordings.size(); ++i) {
    const HeartRecording& recording = recordings[i];
    const beats::HeartSoundDetector& detector = detector_of(recording.fold);
    model::Workspace workspace = detector.make_workspace();
    const Result<beats::Heartbeats> heartbeats =
        detector.detect({.samples = recording.samples, .sample_rate_hz = kSampleRateHz}, workspace);
    if (!heartbeats) return heartbeats.error();
    const BeatComparison comparison = compare_beats(*heartbeats, recording.annotation);
    s1 += comparison.s1;
    s2 += comparison.s2;
    bool& patient_told = told_of_patient[recording.file.substr(0, recording.file.find('_'))];
    if (heartbeats->heart_rate_bpm) {
      ++told;
      patient_told = true;
      told_only += comparison.s1;
      told_only += comparison.s2;
      onset_errors_s.insert(onset_errors_s.end(), comparison.onset_errors_s.begin(),
                            comparison.onset_errors_s.end());
      if (comparison.annotated_rate_bpm) {
        errors_bpm.push_back(
            std::abs(*heartbeats->heart_rate_bpm - *comparison.annotated_rate_bpm));
        if (comparison.detected_rate_bpm) {
          stretch_errors_bpm.push_back(
              std::abs(*comparison.detected_rate_bpm - *comparison.annotated_rate_bpm));
        }
      }
    }
    progress(i + 1, recordings.size());
  }
  SoundCounts both = s1;
  both += s2;
  std::vector<double> absolute_s;
  for (const double error_s : onset_errors_s) absolute_s.push_back(std::abs(error_s));
  const auto patients = static_cast<std::size_t>(
      std::ranges::count_if(told_of_patient, [](const auto& entry) { return entry.second; }));
  return ordered_json{
      {"recordings", recordings.size()},
      {"told", share(told, recordings.size())},
      {"patients", told_of_patient.size()},
      {"patients_told", share(patients, told_of_patient.size())},
      {"s1", summary_of(s1)},
      {"s2", summary_of(s2)},
      {"both", summary_of(both)},
      {"both_where_told", summary_of(told_only)},
      {"onset_mean_s", rounded(mean_of(onset_errors_s))},
      {"onset_median_absolute_s", rounded(quantile(absolute_s, 0.5))},
      {"rate_of_recording", summary_of_rates(errors_bpm)},
      {"rate_of_annotated_part", summary_of_rates(stretch_errors_bpm)},
  };
}

Result<ordered_json> evaluate_pascal_timing(const std::string& folder,
                                            const beats::HeartSoundDetector& detector) {
  const std::string pascal = folder + "/pascal/";
  const auto timings = load_timings(pascal + "set_a_timing.csv");
  if (!timings) return timings.error();

  model::Workspace workspace = detector.make_workspace();
  ordered_json exchanged = ordered_json::array();
  std::size_t told = 0;
  std::size_t found = 0;
  std::size_t all = 0;
  std::vector<double> errors_bpm;
  for (const auto& [name, timing] : *timings) {
    const Result<beats::Heartbeats> heartbeats = detect_in(pascal + name, detector, workspace);
    if (!heartbeats) return heartbeats.error();
    if (heartbeats->heart_rate_bpm) ++told;
    const auto near = [&](double time_s, HeartSound::Kind kind) {
      return std::ranges::any_of(heartbeats->sounds, [&](const HeartSound& sound) {
        return sound.kind == kind &&
               std::abs(0.5 * (sound.start_s + sound.end_s) - time_s) <= kSoundToleranceS;
      });
    };
    std::size_t right = 0;
    std::size_t wrong = 0;
    for (const auto& [times_s, kind] :
         {std::pair{timing.s1_s, HeartSound::Kind::s1}, {timing.s2_s, HeartSound::Kind::s2}}) {
      const auto other = kind == HeartSound::Kind::s1 ? HeartSound::Kind::s2 : HeartSound::Kind::s1;
      for (const double time_s : times_s) {
        if (near(time_s, kind)) ++right;
        if (near(time_s, other)) ++wrong;
      }
    }
    all += timing.s1_s.size() + timing.s2_s.size();
    found += right;
    if (wrong > right) exchanged.push_back(name);
    if (heartbeats->heart_rate_bpm && timing.s1_s.size() > 2) {
      const double cycle_s =
          (timing.s1_s.back() - timing.s1_s.front()) / static_cast<double>(timing.s1_s.size() - 1);
      errors_bpm.push_back(std::abs(*heartbeats->heart_rate_bpm - 60 / cycle_s));
    }
  }
  return ordered_json{{"recordings", timings->size()},
                      {"told", told},
                      {"sounds", all},
                      {"found", share(found, all)},
                      {"exchanged", exchanged},
                      {"rate", summary_of_rates(errors_bpm)}};
}

Result<ordered_json> evaluate_quality(const std::string& folder,
                                      const beats::HeartSoundDetector& detector,
                                      const ProgressListener& progress) {
  struct Source {
    std::string set;
    std::string label_column;
  };
  std::map<std::string, Verdicts> verdicts;
  model::Workspace workspace = detector.make_workspace();
  for (const Source& source : {Source{"pascal", "label"}, Source{"physionet2016", "quality"},
                               Source{"yaseen2018", "label"}}) {
    const std::string base = folder + "/" + source.set + "/";
    const Result<Table> manifest = Table::load(base + "manifest.csv");
    if (!manifest) return manifest.error();
    for (std::size_t row = 0; row < manifest->rows(); ++row) {
      const std::string file = manifest->at(row, "file");
      const Result<beats::Heartbeats> heartbeats = detect_in(base + file, detector, workspace);
      if (!heartbeats) return heartbeats.error();
      std::string group = source.set;
      if (source.set == "pascal") group += file.starts_with("A_") ? "_a" : "_b";
      verdicts[group + " " + manifest->at(row, source.label_column)].add(*heartbeats);
      progress(row + 1, manifest->rows());
    }
  }
  constexpr std::array<std::pair<Negative, const char*>, 6> kKinds = {
      {{Negative::noise, "noise"},
       {Negative::hum, "hum"},
       {Negative::chords, "chords"},
       {Negative::speech, "speech"},
       {Negative::clicks, "clicks"},
       {Negative::rubbing, "rubbing"}}};
  Random random = random_for(977, 0, 13);
  for (const auto& [kind, name] : kKinds) {
    for (int i = 0; i < kSyntheticsOfAKind; ++i) {
      const auto length = static_cast<std::size_t>(kSyntheticS * kSampleRateHz);
      const Result<beats::Heartbeats> heartbeats = detector.detect(
          {.samples = synthesise(kind, length, random), .sample_rate_hz = kSampleRateHz},
          workspace);
      if (!heartbeats) return heartbeats.error();
      verdicts[std::string("synthetic ") + name].add(*heartbeats);
    }
  }

  Verdicts hearts_of_a;
  for (const auto& [group, set] : verdicts) {
    if (!group.starts_with("pascal_a ") || group.ends_with("Artifact")) continue;
    hearts_of_a.confidences.insert(hearts_of_a.confidences.end(), set.confidences.begin(),
                                   set.confidences.end());
  }
  ordered_json groups;
  for (const auto& [group, set] : verdicts) groups[group] = set.summary();
  return ordered_json{
      {"auroc_pascal_a_rest_against_artifact",
       telling_apart(hearts_of_a, verdicts["pascal_a Artifact"])},
      {"auroc_physionet_good_against_poor",
       telling_apart(verdicts["physionet2016 good"], verdicts["physionet2016 poor"])},
      {"groups", groups}};
}

}  // namespace auscult::train
