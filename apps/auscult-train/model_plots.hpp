#pragma once

#include <map>
#include <string>

#include "evaluation/report.hpp"

namespace auscult::train {

/// The plots of metrics.json: SVG text by file name. A plot whose figures are not all there shows
/// those that are; one without any is left out.
std::map<std::string, std::string> model_plots(const evaluation::Json& metrics);

}  // namespace auscult::train
