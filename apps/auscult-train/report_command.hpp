#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "auscult/result.hpp"

namespace auscult::train {

/// Where the reports of a model are read from and written to.
struct ReportPaths {
  std::string metrics;  ///< metrics.json of a model; beats_metrics.json beside it is read too.
  std::string docs;     ///< A folder for README.md and the plots; empty for none.
  std::string card;     ///< A file for the card; empty for none.
};

/// Writes card, page and plots from the metrics. Fails with not_found, invalid_argument or
/// storage_failure.
Status write_reports(const ReportPaths& paths);

/// Puts what `auscult evaluate --format json` wrote for the shipped file into metrics.json, under
/// `shipped`, without its curves. Fails as write_reports() does, and with invalid_argument if it is
/// of another model.
Status add_shipped(const std::string& metrics, const std::string& evaluation);

/// Adds `report` to the command line. Returns what to run if it was chosen.
std::function<Status()> add_report_command(CLI::App& app);

}  // namespace auscult::train
