#include <array>
#include <auscult/audio.hpp>
#include <iostream>

int main() {
  const std::array<std::byte, 2> one_sample{};
  const auto wav = auscult::pcm_to_wav(one_sample);
  if (!wav) {
    std::cerr << wav.error().message << '\n';
    return 1;
  }
  std::cout << wav->size() << " bytes of WAV\n";
}
