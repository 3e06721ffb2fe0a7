#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "json/json.hpp"

namespace auscult::cli {

/// How figures are read.
struct Reading {
  std::vector<std::string> labels;
  std::string decision;  ///< The rule whose figures are shown: natural, sqrt or balanced.
};

/// Writes the figures of one set (set_figures()) for people: each part's counts and figures, for
/// classes also those of the decision, how accuracy rises when the least confident are refused, and
/// the table of answers by truth.
void write_figures(std::ostream& out, const std::string& set, const json::Json& figures,
                   const Reading& reading);

}  // namespace auscult::cli
