#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "audio/clip.hpp"

namespace auscult::audio {

/// The share of the clip's samples, 0 to 1, that reach the int16 limits when multiplied by `gain`.
double clipped_fraction(const AudioClip& clip, double gain);

/// A listening copy, made block by block: times `gain`, saturated at the int16 limits, as a WAV
/// file (s16, mono). One thread.
class AmplifiedWavWriter {
 public:
  static constexpr std::size_t kHeaderBytes = 44;

  AmplifiedWavWriter(int sample_rate_hz, double gain);

  /// The samples of the file that stand for `block`, to be appended to it. Valid until the next
  /// call.
  std::span<const std::byte> take(std::span<const float> block);
  /// What goes before all samples taken: `kHeaderBytes`.
  [[nodiscard]] std::vector<std::byte> header() const;
  /// clipped_fraction() of what was taken.
  [[nodiscard]] double clipped_fraction() const;

 private:
  int sample_rate_hz_;
  double gain_;
  std::size_t frames_ = 0;
  std::size_t clipped_ = 0;
  std::vector<std::int16_t> block_;
};

struct AmplifiedWav {
  std::vector<std::byte> bytes;  ///< A whole WAV file: s16, mono, the clip's rate.
  double clipped_fraction = 0;   ///< audio::clipped_fraction() at the same gain.
};

/// The listening copy of a clip, as AmplifiedWavWriter makes it. Any thread.
AmplifiedWav encode_amplified_wav(const AudioClip& clip, double gain);

}  // namespace auscult::audio
