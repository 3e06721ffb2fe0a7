#pragma once

#include <string>

#include "evaluation/report.hpp"

namespace auscult::train {

/// The model card in Markdown: what the model is for, its figures as tables from `metrics`
/// (figures.hpp, plus "model": {name, version, sha256, bytes, command}), and what it cannot tell.
std::string model_card(const evaluation::Json& metrics);

}  // namespace auscult::train
