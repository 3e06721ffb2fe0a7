#include "evaluate_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "figures.hpp"
#include "figures_text.hpp"
#include "file_classifier.hpp"
#include "progress_bar.hpp"
#include "relabel.hpp"

namespace auscult::cli {
namespace {

using json::Json;

Result<std::vector<LabelledSet>> load_sets(const std::filesystem::path& folder,
                                           const std::string& manifest,
                                           const std::vector<std::string>& labels) {
  if (manifest.empty()) return load_manifests(folder, labels);
  auto set = load_manifest(manifest, folder, labels);
  if (!set) return set.error();
  return std::vector<LabelledSet>{*std::move(set)};
}

}  // namespace

EvaluateCommand::EvaluateCommand(CLI::App& app)
    : command_(app.add_subcommand("evaluate", "A model's figures on labelled recordings")) {
  command_->footer(
      "Example:\n"
      "  auscult evaluate --data recordings --format json > figures.json\n\n"
      "DIR, or each folder in it, has a manifest.csv with the columns file and label, and perhaps\n"
      "group, device; --manifest names another. Figures are given with 95 % intervals (bootstrap\n"
      "over the column group). As JSON they are those of every decision rule, with their curves.\n"
      "On recordings that the model was trained on they flatter it: what it does for patients it\n"
      "has not heard is on its card.");
  add_model_options(*command_, model_);
  command_->add_option("--data", data_, "Folder with manifest.csv, or of such folders")
      ->type_name("DIR");
  command_
      ->add_option("--manifest", manifest_,
                   "A manifest of any name; its files lie in --data, else beside it")
      ->type_name("FILE");
  command_->add_flag("--relabel", relabel_,
                     "Measure instead how often a wrong sample rate is told: each recording is "
                     "called by rates that it does not have");
  command_->add_option("--every", every_, "With --relabel, only every Nth recording of a set")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command_->add_option("--format", format_, "How the figures are written")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

int EvaluateCommand::run(std::ostream& out, std::ostream& err) const {
  if (data_.empty() && manifest_.empty()) {
    err << "auscult: what is to be judged is named by --data or --manifest\n";
    return 2;
  }
  const auto classifier = load_classifier(model_);
  if (!classifier) {
    err << "auscult: " << classifier.error().message << '\n';
    return 1;
  }
  const model::ModelInfo& model = classifier->model();
  const std::filesystem::path folder =
      data_.empty() ? std::filesystem::path(manifest_).parent_path() : std::filesystem::path(data_);
  const auto sets = load_sets(folder, manifest_, model.labels);
  if (!sets) {
    err << "auscult: " << sets.error().message << '\n';
    return 1;
  }

  if (relabel_) {
    const auto artifact = std::ranges::find(model.labels, "Artifact");
    const int index =
        artifact == model.labels.end() ? -1 : static_cast<int>(artifact - model.labels.begin());
    const auto report = measure_relabelling(*sets, index, model_folder(model_), every_, err);
    if (!report) {
      err << "auscult: " << report.error().message << '\n';
      return 1;
    }
    if (format_ == "json") {
      out << report->dump(2) << '\n';
    } else {
      write_relabelling(out, *report);
    }
    return 0;
  }

  Json report{{"model", {{"name", model.name}, {"sha256", model.sha256}}},
              {"decision", model_.decision},
              {"labels", model.labels},
              {"prior", classifier->prior()},
              {"sets", Json::object()}};
  std::size_t unread = 0;
  for (const LabelledSet& set : *sets) {
    std::vector<std::filesystem::path> files;
    for (const LabelledFile& file : set.files) files.push_back(file.file);
    std::vector<Judged> judged;
    ProgressBar bar(err, files.size(), isatty(STDERR_FILENO) != 0);
    classify_files(
        *classifier, files, {}, [&](std::size_t index, const Result<FileAnswer>& answer) {
          if (answer) {
            judged.push_back({.file = &set.files[index],
                              .probabilities = answer->result.probabilities,
                              .decided = answer->result.class_index});
          } else {
            ++unread;
            bar.clear();
            err << "auscult: " << files[index].string() << ": " << answer.error().message << '\n';
          }
          bar.update(index + 1);
        });
    bar.clear();
    report["sets"][set.name] =
        set_figures(judged, {.labels = model.labels, .prior = classifier->prior()}, folder);
  }

  if (format_ == "json") {
    out << report.dump(2) << '\n';
  } else {
    out << model.name << ' ' << model.sha256 << ", decision " << model_.decision << '\n';
    for (const auto& [set, figures] : report["sets"].items()) {
      write_figures(out, set, figures, {.labels = model.labels, .decision = model_.decision});
    }
  }
  return unread == 0 ? 0 : 1;
}

}  // namespace auscult::cli
