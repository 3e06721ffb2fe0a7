#pragma once

#include <string>

#include "evaluation/report.hpp"

/// The tables of metrics.json (`metrics`) and beats_metrics.json (`beats`) in Markdown, each with
/// the sentences that it cannot be read without. Empty where there are no figures.
namespace auscult::train {

/// Each headline of the ensemble, of its seeds, and what was aimed at.
std::string headline_table(const evaluation::Json& metrics);

/// Every figure of a decision rule, of one set ("all", "A" or "B").
std::string decision_table(const evaluation::Json& metrics, const std::string& set);

/// Both sets, A and B side by side.
std::string set_table(const evaluation::Json& metrics);

/// One class against the rest, in both sets, A and B.
std::string auroc_table(const evaluation::Json& metrics);

std::string coverage_table(const evaluation::Json& metrics);
std::string circor_table(const evaluation::Json& metrics);
std::string transfer_table(const evaluation::Json& metrics);
std::string unseen_table(const evaluation::Json& metrics);
std::string site_table(const evaluation::Json& metrics);
std::string synthetic_table(const evaluation::Json& metrics);
std::string seed_table(const evaluation::Json& metrics);
std::string beats_table(const evaluation::Json& beats);

/// What `auscult evaluate` printed for the shipped file (metrics.json `shipped`).
std::string shipped_table(const evaluation::Json& metrics);

}  // namespace auscult::train
