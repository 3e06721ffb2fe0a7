#include "beats_recordings.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "audio/decode.hpp"
#include "audio/resample.hpp"
#include "evaluation/table.hpp"
#include "front_end.hpp"

namespace auscult::train {
namespace {

Error no_annotation(const std::string& path, int number, const std::string& line) {
  return fail(ErrorCode::invalid_argument, path + ", line " + std::to_string(number) + ": '" +
                                               line + "' is no start, end and state from 0 to 4");
}

}  // namespace

Result<std::vector<AnnotatedState>> load_annotation(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::not_found, path + ": cannot be read");
  std::vector<AnnotatedState> annotation;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream cells(line);
    AnnotatedState entry;
    int code = 0;
    if (!(cells >> entry.start_s >> entry.end_s >> code) || code < 0 || code > 4) {
      return no_annotation(path, number, line);
    }
    entry.state = code - 1;
    annotation.push_back(entry);
  }
  return annotation;
}

Result<std::vector<HeartRecording>> load_heart_recordings(
    const std::string& folder, const std::function<void(std::size_t, std::size_t)>& progress) {
  const std::string base = folder + "/circor2022/";
  const Result<evaluation::Table> manifest = evaluation::Table::load(base + "manifest.csv");
  if (!manifest) return manifest.error();
  if (!manifest->has("file") || !manifest->has("fold")) {
    return fail(ErrorCode::invalid_argument, base + "manifest.csv: has no column 'file' or 'fold'");
  }
  const std::string segmentations = base + "segmentation/";
  std::vector<HeartRecording> recordings;
  for (std::size_t row = 0; row < manifest->rows(); ++row) {
    HeartRecording recording;
    recording.file = manifest->at(row, "file");
    recording.fold = manifest->at(row, "fold").front() - '0';
    const std::string stem = std::filesystem::path(recording.file).stem().string();
    const std::string segmentation = segmentations + stem + ".tsv";
    progress(row + 1, manifest->rows());
    if (!std::filesystem::exists(segmentation)) continue;
    Result<std::vector<AnnotatedState>> annotation = load_annotation(segmentation);
    if (!annotation) return annotation.error();
    recording.annotation = *std::move(annotation);
    const Result<audio::DecodedAudio> decoded = audio::decode_file(base + recording.file, {});
    if (!decoded) {
      return fail(decoded.error().code, base + recording.file + ": " + decoded.error().message);
    }
    recording.samples = audio::resample(decoded->clip, kSampleRateHz).samples;
    recordings.push_back(std::move(recording));
  }
  return recordings;
}

}  // namespace auscult::train
