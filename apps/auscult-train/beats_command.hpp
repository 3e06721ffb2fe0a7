#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "auscult/result.hpp"

namespace auscult::train {

/// Adds `beats` to the command line: trains the heart-sound model, measures it and writes
/// `<out>/beats.onnx` and `<out>/beats_metrics.json`. Returns what to run if it was chosen.
std::function<Status()> add_beats_command(CLI::App& app);

}  // namespace auscult::train
