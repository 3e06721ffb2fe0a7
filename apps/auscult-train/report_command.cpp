#include "report_command.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "card.hpp"
#include "files.hpp"
#include "model_plots.hpp"

namespace auscult::train {
namespace {

using evaluation::Json;

Result<Json> read_json(const std::string& path) {
  const Result<std::string> text = read_file(path);
  if (!text) return text.error();
  Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return fail(ErrorCode::invalid_argument, path + ": is no JSON object");
  }
  return json;
}

// Curves are drawn of what was measured out of fold alone.
// NOLINTNEXTLINE(misc-no-recursion): as deep as our own report
void drop_curves(Json& json) {
  if (!json.is_structured()) return;
  if (json.is_object()) {
    for (const char* curve : {"roc", "risk_coverage", "reliability"}) json.erase(curve);
  }
  for (Json& member : json) drop_curves(member);
}

}  // namespace

Status write_reports(const ReportPaths& paths) {
  const Result<Json> metrics = read_json(paths.metrics);
  if (!metrics) return metrics.error();
  for (const char* member : {"model", "pascal", "labels", "seeds", "command"}) {
    if (metrics->contains(member)) continue;
    return fail(ErrorCode::invalid_argument, paths.metrics + ": has no '" + member + "'");
  }
  const std::string beats_path =
      (std::filesystem::path(paths.metrics).parent_path() / "beats_metrics.json").string();
  Json beats;
  if (std::filesystem::exists(beats_path)) {
    Result<Json> found = read_json(beats_path);
    if (!found) return found.error();
    beats = *std::move(found);
  }

  if (!paths.card.empty()) {
    const Status written = write_file(paths.card, model_card(*metrics, beats));
    if (!written) return written.error();
  }
  if (paths.docs.empty()) return Ok{};
  std::error_code error;
  std::filesystem::create_directories(paths.docs, error);
  if (error) return fail(ErrorCode::storage_failure, paths.docs + ": " + error.message());
  const Status page = write_file(paths.docs + "/README.md", model_page(*metrics, beats));
  if (!page) return page.error();
  for (const auto& [name, svg] : model_plots(*metrics)) {
    std::string path = paths.docs;
    path += "/" + name;
    const Status written = write_file(path, svg);
    if (!written) return written.error();
  }
  return Ok{};
}

Status add_shipped(const std::string& metrics_path, const std::string& evaluation) {
  Result<Json> metrics = read_json(metrics_path);
  if (!metrics) return metrics.error();
  Result<Json> shipped = read_json(evaluation);
  if (!shipped) return shipped.error();
  const Json::json_pointer sha256("/model/sha256");
  if (!shipped->contains(sha256) || !metrics->contains(sha256) ||
      shipped->at(sha256) != metrics->at(sha256)) {
    return fail(ErrorCode::invalid_argument,
                evaluation + " is not of the model that " + metrics_path + " is of");
  }
  drop_curves(*shipped);
  (*metrics)["shipped"] = *std::move(shipped);
  return write_file(metrics_path, metrics->dump(1) + "\n");
}

std::function<Status()> add_report_command(CLI::App& app) {
  auto paths = std::make_shared<ReportPaths>();
  auto shipped = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("report", "Write a model's card, tables and plots from its metrics.json");
  command->add_option("--metrics", paths->metrics, "metrics.json of a model")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--docs", paths->docs, "Folder for README.md and plots");
  command->add_option("--card", paths->card, "File for the model card");
  command
      ->add_option("--shipped", *shipped,
                   "What `auscult evaluate --format json` wrote for the model: goes into the "
                   "metrics first")
      ->check(CLI::ExistingFile);
  command->footer(
      "Example: auscult-train report --metrics models/auscult-1/metrics.json "
      "--docs docs/model --card models/auscult-1/MODEL_CARD.md");
  return [paths, shipped]() -> Status {
    if (!shipped->empty()) {
      const Status added = add_shipped(paths->metrics, *shipped);
      if (!added) return added.error();
    }
    return write_reports(*paths);
  };
}

}  // namespace auscult::train
