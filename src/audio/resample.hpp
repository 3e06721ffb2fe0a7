#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "audio/clip.hpp"

struct soxr;

namespace auscult::audio {

/// Brings sound to another sample rate block by block, band-limited (soxr, high quality): however
/// it is cut, the samples are the same. One thread.
class Resampler {
 public:
  Resampler(int from_hz, int to_hz);

  /// Makes room for what becomes of so many samples, which need not all come: a clip that has to
  /// move as it grows is there twice.
  void expect(std::size_t frames);
  void take(std::span<const float> block);
  /// What was taken, at the new rate: its duration times that rate, rounded, many samples.
  AudioClip finish() &&;

 private:
  struct Delete {
    void operator()(soxr* resampler) const;
  };

  void append(std::span<const float> block);

  int from_hz_;
  AudioClip result_;
  std::size_t taken_ = 0;
  std::unique_ptr<soxr, Delete> soxr_;  // None if the rates are equal.
  std::vector<float> block_;
};

/// The clip at `sample_rate_hz`, as Resampler brings it there; an equal rate returns the clip as it
/// is. Deterministic: the same clip gives the same samples. Any thread.
AudioClip resample(const AudioClip& clip, int sample_rate_hz);
/// The same without a copy: the clip itself if it is at that rate, else `kept`, which then holds
/// what resample() gives.
const AudioClip& at_rate(const AudioClip& clip, int sample_rate_hz, AudioClip& kept);

}  // namespace auscult::audio
