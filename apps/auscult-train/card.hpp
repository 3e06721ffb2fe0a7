#pragma once

#include <string>

#include "evaluation/report.hpp"

namespace auscult::train {

/// The model card in Markdown: what the model is for, its figures as tables from `metrics`
/// (figures.hpp, plus "model": {name, version, sha256, bytes, command} and perhaps "shipped") and
/// `beats` (beats_metrics.json, or null), and what it cannot tell.
std::string model_card(const evaluation::Json& metrics, const evaluation::Json& beats);

/// docs/model/README.md: the plots (model_plots.hpp), which lie beside it, and the tables for which
/// the card has no room.
std::string model_page(const evaluation::Json& metrics, const evaluation::Json& beats);

}  // namespace auscult::train
