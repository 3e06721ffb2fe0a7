#include "evaluate_command.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>
#include <ostream>

#include "figures.hpp"
#include "file_classifier.hpp"
#include "progress_bar.hpp"

namespace auscult::cli {
namespace {

using json::Json;

std::string written(const Json& figure) {
  if (figure.is_null()) return "-";
  std::array<char, 64> text{};
  if (figure.contains("low")) {
    std::snprintf(text.data(), text.size(), "%.3f (%.3f-%.3f)", figure["value"].get<double>(),
                  figure["low"].get<double>(), figure["high"].get<double>());
  } else {
    std::snprintf(text.data(), text.size(), "%.3f", figure["value"].get<double>());
  }
  return text.data();
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

// One part of the report: counts and plain figures as lines, classes and confusion as tables.
void write_text(std::ostream& out, const std::string& title, const Json& figures) {
  constexpr std::size_t kNameWidth = 24;
  constexpr std::size_t kCellWidth = 22;
  out << '\n' << title << '\n';
  for (const auto& [name, figure] : figures.items()) {
    if (name == "classes" || name == "confusion") continue;
    out << "  " << padded(name, kNameWidth)
        << (figure.is_number() ? figure.dump() : written(figure)) << '\n';
  }
  if (figures.contains("classes")) {
    const Json& classes = figures["classes"];
    out << "  " << padded("", kNameWidth);
    for (const auto& [measure, ignored] : classes.begin()->items())
      out << padded(measure, kCellWidth);
    out << '\n';
    for (const auto& [label, row] : classes.items()) {
      out << "  " << padded(label, kNameWidth);
      for (const auto& figure : row) out << padded(written(figure), kCellWidth);
      out << '\n';
    }
  }
  if (figures.contains("confusion")) {
    constexpr std::size_t kCountWidth = 12;
    const Json& confusion = figures["confusion"];
    out << "  " << padded("truth, then answers", kNameWidth);
    for (const auto& [label, ignored] : confusion.items()) out << padded(label, kCountWidth);
    out << '\n';
    for (const auto& [label, row] : confusion.items()) {
      out << "  " << padded(label, kNameWidth);
      for (const auto& count : row) out << padded(count.dump(), kCountWidth);
      out << '\n';
    }
  }
}

// All figures of one set: of the whole, and of each device apart, since the device gives much away.
Json set_figures(const std::vector<Judged>& judged, const std::vector<std::string>& labels) {
  std::map<std::string, std::vector<Judged>> labelled;
  std::vector<Judged> murmur;
  for (const Judged& each : judged) {
    if (each.file->murmur) murmur.push_back(each);
    if (!each.file->label) continue;
    labelled["all"].push_back(each);
    if (!each.file->device.empty()) labelled["device " + each.file->device].push_back(each);
  }
  Json figures = Json::object();
  for (const auto& [name, part] : labelled) figures[name] = class_figures(part, labels);
  if (!murmur.empty()) figures["murmur"] = murmur_figures(murmur, labels);
  return figures;
}

}  // namespace

EvaluateCommand::EvaluateCommand(CLI::App& app)
    : command_(app.add_subcommand("evaluate", "A model's figures on labelled recordings")) {
  command_->footer(
      "Example:\n"
      "  auscult evaluate --data recordings --format json > figures.json\n\n"
      "DIR, or each folder in it, has a manifest.csv with the columns file and label. Figures are\n"
      "given with 95 % intervals (bootstrap over the column group). On recordings that the model "
      "was\n"
      "trained on they flatter it: what it does for patients it has not heard is on its card.");
  add_model_options(*command_, model_);
  command_->add_option("--data", data_, "Folder with manifest.csv, or of such folders")
      ->required()
      ->type_name("DIR");
  command_->add_option("--format", format_, "How the figures are written")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

int EvaluateCommand::run(std::ostream& out, std::ostream& err) const {
  const auto classifier = load_classifier(model_);
  if (!classifier) {
    err << "auscult: " << classifier.error().message << '\n';
    return 1;
  }
  const model::ModelInfo& model = classifier->model();
  const auto sets = load_manifests(data_, model.labels);
  if (!sets) {
    err << "auscult: " << sets.error().message << '\n';
    return 1;
  }

  Json report{{"model", {{"name", model.name}, {"sha256", model.sha256}}},
              {"decision", model_.decision},
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
    report["sets"][set.name] = set_figures(judged, model.labels);
  }

  if (format_ == "json") {
    out << report.dump(2) << '\n';
  } else {
    out << model.name << ' ' << model.sha256 << ", decision " << model_.decision << '\n';
    for (const auto& [set, parts] : report["sets"].items()) {
      for (const auto& [part, figures] : parts.items()) write_text(out, set + ", " + part, figures);
    }
  }
  return unread == 0 ? 0 : 1;
}

}  // namespace auscult::cli
