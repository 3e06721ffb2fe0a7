#pragma once

#include <iosfwd>
#include <span>
#include <string>

/// The command line, as a library so that tests can run it.
namespace auscult::cli {

/// Runs one command, e.g. {"classify", "a.wav"}. Results go to `out`, everything else to `err`.
/// Returns the exit status: 0 done, 1 done in part or failed, 2 misused.
int run(std::span<const std::string> arguments, std::ostream& out, std::ostream& err);

}  // namespace auscult::cli
