#include "real_clips.hpp"

#include <algorithm>

#include "audio/decode.hpp"
#include "audio/resample.hpp"
#include "core/environment.hpp"

namespace auscult::golden {

std::optional<std::filesystem::path> data_folder() {
  const std::optional<std::string> folder = environment("AUSCULT_DATA");
  if (!folder || !std::filesystem::is_directory(*folder)) return std::nullopt;
  return *folder;
}

std::vector<Signal> real_clips(const std::filesystem::path& data, int sample_rate_hz,
                               double longest_s, std::size_t step) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(data / "pascal", error)) {
    if (entry.path().extension() == ".flac") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Signal> clips;
  for (std::size_t i = 0; i < files.size(); i += step) {
    const Result<audio::DecodedAudio> decoded = audio::decode_file(files[i].string(), {});
    if (!decoded) continue;
    std::vector<float> samples = audio::resample(decoded->clip, sample_rate_hz).samples;
    const auto longest = static_cast<std::size_t>(longest_s * sample_rate_hz);
    if (samples.size() > longest) samples.resize(longest);
    clips.push_back({"pascal/" + files[i].filename().string() + ", 0 s", std::move(samples)});
  }
  return clips;
}

}  // namespace auscult::golden
