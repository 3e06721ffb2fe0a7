// Writes the sound of a synthetic heart as raw PCM (s16le, mono) to standard output:
//
//     heart SECONDS [RATE_HZ]
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "audio/synthetic_heart.hpp"

int main(int argc, char** argv) {
  const double duration_s = argc > 1 ? std::strtod(argv[1], nullptr) : 0;
  const auto rate_hz = argc > 2 ? static_cast<int>(std::strtol(argv[2], nullptr, 10)) : 16'000;
  if (duration_s <= 0 || duration_s > 3'600 || rate_hz <= 0) {
    std::cerr << "Usage: heart SECONDS [RATE_HZ]\n";
    return 2;
  }
  // Ten seconds, again and again: a longer one takes as long to make as it lasts.
  const double period_s = std::min(duration_s, 10.0);
  const auto clip =
      auscult::audio::synthesize({.rate_bpm = 72, .duration_s = period_s}, rate_hz).samples;
  const auto count = static_cast<std::size_t>(duration_s * rate_hz);
  std::vector<std::int16_t> words(count);
  for (std::size_t i = 0; i < count; ++i) {
    words[i] = static_cast<std::int16_t>(std::lround(32'767 * clip[i % clip.size()]));
  }
  std::cout.write(reinterpret_cast<const char*>(words.data()),
                  static_cast<std::streamsize>(2 * words.size()));
}
