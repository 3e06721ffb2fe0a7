#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "cli.hpp"

namespace auscult::cli {

/// How a command ended and what it printed.
struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};

/// Runs a command in this process. `arguments` without the program's name.
inline Outcome run_cli(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = run(arguments, out, err);
  return {status, out.str(), err.str()};
}

}  // namespace auscult::cli
