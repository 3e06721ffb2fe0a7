#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "signals.hpp"

namespace auscult::golden {

/// The folder with the recordings, if AUSCULT_DATA names one that is there.
std::optional<std::filesystem::path> data_folder();

/// The first `longest_s` seconds of every `step`-th PASCAL recording, in the order of their names,
/// at `sample_rate_hz`. A clip's name is its file's, with the offset in seconds.
std::vector<Signal> real_clips(const std::filesystem::path& data, int sample_rate_hz,
                               double longest_s, std::size_t step);

}  // namespace auscult::golden
