// Wraps a second of silence as a WAV file and asks the installed model what it hears.
#include <auscult/audio.hpp>
#include <auscult/classify.hpp>
#include <fstream>
#include <iostream>

int main() {
  const std::vector<std::byte> second(std::size_t{16000} * 2);
  const auto wav = auscult::pcm_to_wav(second);
  if (!wav) {
    std::cerr << wav.error().message << '\n';
    return 1;
  }
  std::ofstream("second.wav", std::ios::binary)
      .write(reinterpret_cast<const char*>(wav->data()), static_cast<std::streamsize>(wav->size()));

  const auto answer = auscult::predict_class_with_confidence("second.wav");
  if (!answer) {
    std::cerr << answer.error().message << '\n';
    return 1;
  }
  std::cout << "class " << answer->first << ", " << answer->second << " %\n";
}
