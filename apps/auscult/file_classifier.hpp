#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/declaration.hpp"
#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "core/recording.hpp"
#include "plot.hpp"

namespace auscult::cli {

/// How files are read.
struct ReadOptions {
  audio::Declaration declared;  ///< Of raw PCM.
  bool any_is_pcm = false;      ///< A file of unknown content is raw PCM, whatever its name.
  double gain = 1;              ///< For the clipped fraction of the listening copy.
  classify::Evidence evidence = classify::Evidence::omit;
  std::optional<PlotStyle> plot = {};  ///< Whether and how to draw each file.
};

struct FileAnswer {
  Classification result;
  double duration_s = 0;
  int sample_rate_hz = 0;
  double clipped_fraction = 0;
  std::string plot;  ///< Empty unless it was asked for.
};

/// The files named, and those with an audio suffix (.wav .flac .ogg .oga .mp3 .pcm .raw) below the
/// folders named, sorted within each folder. What does not exist is kept, to be reported.
std::vector<std::filesystem::path> collect_files(std::span<const std::string> inputs);

Result<FileAnswer> classify_file(const classify::Classifier& classifier,
                                 classify::Workspace& workspace, const std::filesystem::path& file,
                                 const ReadOptions& options);

/// Classifies the files on all processors. Calls `consume` on the calling thread, in the files'
/// order, as soon as each answer and all before it are there.
void classify_files(
    const classify::Classifier& classifier, std::span<const std::filesystem::path> files,
    const ReadOptions& options,
    const std::function<void(std::size_t index, const Result<FileAnswer>& answer)>& consume);

}  // namespace auscult::cli
