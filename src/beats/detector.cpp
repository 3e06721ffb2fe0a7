#include "beats/detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>

#include "audio/resample.hpp"

namespace auscult::beats {
namespace {

// Half of it on either side is more than the network looks sideways (1.7 s).
constexpr double kContextS = 4;

const std::vector<std::string>& state_labels() {
  static const std::vector<std::string> kLabels = {"S1", "systole", "S2", "diastole"};
  return kLabels;
}

void append_softmax(std::span<const float> logits, std::vector<float>& values) {
  const float largest = *std::ranges::max_element(logits);
  std::array<float, kStates> odds{};
  float sum = 0;
  for (std::size_t state = 0; state < kStates; ++state) {
    sum += odds[state] = std::exp(logits[state] - largest);
  }
  for (const float value : odds) values.push_back(value / sum);
}

}  // namespace

Result<HeartSoundDetector> HeartSoundDetector::load(const std::filesystem::path& model_file,
                                                    model::Precision precision) {
  Result<model::Model> model = model::Model::load(model_file, precision);
  if (!model) return model.error();
  const model::ModelInfo& info = model->info();
  if (info.labels != state_labels() || info.window_s <= 0 || info.hop_s != info.window_s ||
      static_cast<double>(info.lengths.back()) < 2 * kContextS * info.sample_rate_hz) {
    return fail(ErrorCode::unsupported_model,
                model_file.string() +
                    ": is no heart-sound detector: its labels must be S1, systole, S2, diastole, "
                    "its windows must follow each other, and it must take 8 s at least");
  }
  return HeartSoundDetector(*std::move(model));
}

Result<Posteriors> HeartSoundDetector::posteriors(const audio::AudioClip& clip,
                                                  model::Workspace& workspace) const {
  if (clip.samples.empty()) return fail(ErrorCode::invalid_argument, "the clip is empty");
  const model::ModelInfo& info = model_.info();
  audio::AudioClip kept;
  const audio::AudioClip& heard = audio::at_rate(clip, info.sample_rate_hz, kept);
  const auto samples_of = [&](double seconds) {
    return static_cast<std::size_t>(std::lround(seconds * info.sample_rate_hz));
  };
  const std::size_t frame = samples_of(info.window_s);
  const std::size_t frames = heard.samples.size() / frame;
  const std::size_t part_frames = info.lengths.back() / frame;
  const std::size_t context = samples_of(kContextS) / frame;

  Posteriors result{.values = {}, .frame_s = info.window_s};
  result.values.reserve(frames * kStates);
  while (result.frames() < frames) {
    // Each part begins before the first frame that is missing, and the last one is whole.
    const std::size_t missing = result.frames();
    const std::size_t latest = frames > part_frames ? frames - part_frames : 0;
    const std::size_t begin = std::min(missing - std::min(missing, context / 2), latest);
    const std::size_t end = std::min(begin + part_frames, frames);
    const auto scores = model_.run(
        std::span(heard.samples).subspan(begin * frame, (end - begin) * frame), workspace);
    if (!scores) return scores.error();
    if (scores->window_count < end - begin) {
      return fail(ErrorCode::internal, "the heart-sound model gave too few windows");
    }
    const std::size_t settled = end == frames ? end : end - context / 2;
    for (std::size_t t = missing; t < settled; ++t) {
      append_softmax(scores->windows.subspan((t - begin) * kStates, kStates), result.values);
    }
  }
  return result;
}

Result<Heartbeats> HeartSoundDetector::detect(const audio::AudioClip& clip,
                                              model::Workspace& workspace) const {
  const Result<Posteriors> seen = posteriors(clip, workspace);
  if (!seen) return seen.error();
  return find_heartbeats(*seen);
}

}  // namespace auscult::beats
