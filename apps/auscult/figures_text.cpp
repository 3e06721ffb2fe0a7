#include "figures_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>
#include <vector>

namespace auscult::cli {
namespace {

using json::Json;

constexpr std::size_t kNameWidth = 24;
constexpr std::size_t kFigureWidth = 22;
constexpr std::size_t kCountWidth = 12;

std::string written(const Json& figure) {
  if (figure.is_number_integer()) return figure.dump();
  if (!figure.is_object() || !figure.contains("value")) return "-";
  std::array<char, 64> text{};
  if (figure.contains("low")) {
    (void)std::snprintf(text.data(), text.size(), "%.3f (%.3f-%.3f)", figure["value"].get<double>(),
                        figure["low"].get<double>(), figure["high"].get<double>());
  } else {
    (void)std::snprintf(text.data(), text.size(), "%.3f", figure["value"].get<double>());
  }
  return text.data();
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

void write_line(std::ostream& out, const std::string& name, const Json& figure) {
  out << "  " << padded(name, kNameWidth) << written(figure) << '\n';
}

void write_classes(std::ostream& out, const Json& part, const std::string& decision) {
  const Json& decided = part.at("decisions").at(decision);
  for (const char* name : {"accuracy", "uar", "macro_f1", "aurc"}) {
    write_line(out, name, decided.at(name));
  }
  for (const char* name : {"log_loss", "brier", "ece"}) write_line(out, name, part.at(name));
  out << "  " << padded("accuracy, most probable", kNameWidth);
  for (const Json& point : part.at("coverage")) {
    std::array<char, 48> text{};
    (void)std::snprintf(text.data(), text.size(), "%.3f of the surest %.0f %%   ",
                        point["accuracy"].get<double>(), 100 * point["share"].get<double>());
    out << text.data();
  }
  out << "\n  " << padded("", kNameWidth);
  for (const char* name : {"recall", "precision", "auroc"}) out << padded(name, kFigureWidth);
  out << '\n';
  for (const auto& [label, recall] : decided.at("recall").items()) {
    out << "  " << padded(label, kNameWidth) << padded(written(recall), kFigureWidth)
        << padded(written(decided["precision"][label]), kFigureWidth);
    const bool ranked = part.contains("auroc") && part["auroc"].contains(label);
    out << (ranked ? written(part["auroc"][label]) : "-") << '\n';
  }
}

void write_confusion(std::ostream& out, const Json& rows, const std::vector<std::string>& labels) {
  out << "  " << padded("truth, then answers", kNameWidth);
  for (const std::string& label : labels) out << padded(label, kCountWidth);
  out << '\n';
  for (std::size_t truth = 0; truth < labels.size(); ++truth) {
    out << "  " << padded(labels[truth], kNameWidth);
    for (const Json& count : rows[truth]) out << padded(count.dump(), kCountWidth);
    out << '\n';
  }
}

}  // namespace

void write_figures(std::ostream& out, const std::string& set, const Json& figures,
                   const Reading& reading) {
  for (const auto& [name, part] : figures.items()) {
    if (!part.is_object()) continue;
    out << '\n' << set << ", " << name << '\n';
    if (part.contains("decisions")) {
      write_line(out, "recordings", part.at("recordings"));
      write_line(out, "groups", part.at("groups"));
      write_classes(out, part, reading.decision);
      write_confusion(out, part["decisions"][reading.decision]["confusion"], reading.labels);
    } else {
      for (const auto& [measure, figure] : part.items()) write_line(out, measure, figure);
    }
  }
}

}  // namespace auscult::cli
