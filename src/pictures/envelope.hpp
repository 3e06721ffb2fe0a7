#pragma once

#include <cstddef>
#include <vector>

#include "audio/clip.hpp"

namespace auscult::pictures {

/// The lowest and the highest sample of a stretch of sound.
struct Extent {
  float low = 0;
  float high = 0;
  bool operator==(const Extent&) const = default;
};

/// The clip in `columns` equal stretches; fewer samples than columns repeat. `columns` > 0.
std::vector<Extent> envelope(const audio::AudioClip& clip, std::size_t columns);

/// The largest magnitude in it, but at least a thousandth of full scale, so that silence is flat.
float peak(const std::vector<Extent>& extents);

}  // namespace auscult::pictures
