#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "auscult/result.hpp"

namespace auscult::train {

/// Adds the subcommand `features`: the evidence features of every recording, as a table. Returns
/// what runs it.
std::function<Status()> add_features_command(CLI::App& app);

}  // namespace auscult::train
