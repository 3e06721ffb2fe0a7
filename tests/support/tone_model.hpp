#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <numbers>
#include <vector>

#include "audio/clip.hpp"
#include "model/onnx_builder.hpp"

/// A model that has nothing to do with hearts: other labels, another rate than the shipped one's.
namespace auscult::testing {

inline constexpr int kToneModelRateHz = 4000;

/// What it tells apart; 1500 Hz cannot be heard at the shipped model's 2 kHz.
inline constexpr std::array kToneHz = {150.0, 600.0, 1500.0};

/// Writes folder/model.onnx, "tones": labels low, middle, high; 4 kHz; clips of 2, 5 or 10 s. Its
/// scores are the logarithms of the power at three pitches, so padding, which takes the same share
/// from each, changes nothing.
inline void write_tone_model(const std::filesystem::path& folder) {
  using Sizes = model::OnnxBuilder::Sizes;
  constexpr int kTaps = 80;  // 20 ms
  model::OnnxBuilder builder("[8000, 20000, 40000]");
  builder.metadata("auscult.name", "tones");
  builder.metadata("auscult.version", "7");
  builder.metadata("auscult.labels", R"(["low", "middle", "high"])");
  builder.metadata("auscult.sample_rate_hz", std::to_string(kToneModelRateHz));

  std::vector<float> waves;
  for (const double phase : {0.0, 0.25}) {
    for (const double pitch_hz : kToneHz) {
      for (int i = 0; i < kTaps; ++i) {
        const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / kTaps);
        const double turns = pitch_hz * i / kToneModelRateHz + phase;
        waves.push_back(static_cast<float>(window * std::cos(2 * std::numbers::pi * turns)));
      }
    }
  }
  const std::string clip = builder.node("Unsqueeze", {"samples", builder.integers({0})});
  const std::string filtered = builder.node("Conv", {clip, builder.floats({6, 1, kTaps}, waves)});
  const std::string power = builder.node("Mul", {filtered, filtered});
  const std::string mean =
      builder.node("ReduceMean", {power}, {{"axes", Sizes{2}}, {"keepdims", std::int64_t{0}}});
  // Cosine and sine of each pitch together.
  const std::string pitches = builder.node(
      "Gemm",
      {mean, builder.floats({3, 6}, {1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1})},
      {{"transB", std::int64_t{1}}});
  builder.output("scores",
                 builder.node("Log", {builder.node("Add", {pitches, builder.number(1e-9F)})}));

  std::filesystem::create_directories(folder);
  std::ofstream file(folder / "model.onnx", std::ios::binary);
  const std::vector<std::byte> bytes = builder.bytes();
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

/// A steady tone of 3 s.
inline audio::AudioClip tone(double pitch_hz, int sample_rate_hz) {
  audio::AudioClip clip{.samples = {}, .sample_rate_hz = sample_rate_hz};
  for (int i = 0; i < 3 * sample_rate_hz; ++i) {
    const double turns = pitch_hz * i / sample_rate_hz;
    clip.samples.push_back(static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * turns)));
  }
  return clip;
}

}  // namespace auscult::testing
