#pragma once

#include <CLI/CLI.hpp>
#include <csignal>
#include <string>

#include "auscult/result.hpp"
#include "model_options.hpp"
#include "service/serving_model.hpp"

/// What the commands share that judge recordings until they are stopped.
namespace auscult::cli {

/// What is logged on standard error, and how.
struct LogOptions {
  std::string level = "info";
  std::string format = "text";

  /// Adds --log-level and --log-format.
  void add_to(CLI::App& command);
  void apply() const;
  [[nodiscard]] bool is_json() const { return format == "json"; }
};

/// SIGINT and SIGTERM, which end, and SIGHUP, which reloads. Blocked, for the thread that waits for
/// them and all that it starts from then on.
sigset_t block_signals();

/// Has the allocator give large blocks back to the system when they are freed.
void give_large_blocks_back();

/// The model of a folder with what lies beside it. Fails as Classifier::load() and
/// load_reference() do.
Result<service::ServingModel> load_serving_model(const ModelOptions& options);

}  // namespace auscult::cli
