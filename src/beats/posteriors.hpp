#pragma once

#include <cstddef>
#include <vector>

namespace auscult::beats {

/// The four parts of a heart cycle, in the order in which they follow each other.
enum class State : unsigned char { s1, systole, s2, diastole };
inline constexpr std::size_t kStates = 4;

/// How likely each state is in each frame, in the eyes of a network that knows nothing of order.
struct Posteriors {
  std::vector<float> values;  ///< [frames, kStates], each row of sum 1.
  double frame_s = 0;         ///< Frames follow each other without gap or overlap.

  [[nodiscard]] std::size_t frames() const { return values.size() / kStates; }
  [[nodiscard]] float at(std::size_t frame, std::size_t state) const {
    return values[frame * kStates + state];
  }
};

}  // namespace auscult::beats
