#pragma once

#include <string>

#include "audio/clip.hpp"
#include "core/recording.hpp"

namespace auscult::cli {

struct PlotStyle {
  int columns = 80;  ///< Of the terminal; at least 40 are used.
  bool colour = false;
};

/// The columns of the terminal at standard output, or of COLUMNS; 80 where neither says.
int terminal_columns();

/// A clip and its answer drawn with block characters (UTF-8): the waveform over time with the heart
/// sounds below it, then for each class its probability in each stretch of time, from blank (0) to
/// a full block (1), and its probability for the whole clip.
std::string plot(const audio::AudioClip& clip, const Classification& result, PlotStyle style);

}  // namespace auscult::cli
