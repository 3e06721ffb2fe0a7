#include "pictures/envelope.hpp"

#include <algorithm>

namespace auscult::pictures {

std::vector<Extent> envelope(const audio::AudioClip& clip, std::size_t columns) {
  std::vector<Extent> extents(columns);
  const std::size_t count = clip.samples.size();
  if (count == 0) return extents;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t begin = count * i / columns;
    const std::size_t end = std::max(begin + 1, count * (i + 1) / columns);
    const auto [low, high] =
        std::minmax_element(clip.samples.begin() + static_cast<std::ptrdiff_t>(begin),
                            clip.samples.begin() + static_cast<std::ptrdiff_t>(end));
    extents[i] = {*low, *high};
  }
  return extents;
}

float peak(const std::vector<Extent>& extents) {
  float largest = 0.001F;
  for (const Extent& extent : extents) largest = std::max({largest, extent.high, -extent.low});
  return largest;
}

}  // namespace auscult::pictures
