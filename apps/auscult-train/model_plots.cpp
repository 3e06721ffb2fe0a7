#include "model_plots.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "markdown.hpp"
#include "plot/confusion_plot.hpp"
#include "plot/curve_plot.hpp"
#include "plot/dot_plot.hpp"
#include "plot/reliability_plot.hpp"

namespace auscult::train {
namespace {

using evaluation::Json;

constexpr const char* kOutOfFold =
    "Out of fold: no network had heard the patient (set B, CirCor) or the recording day (set A).";

std::vector<plot::Point> points_of(const Json& curve) {
  std::vector<plot::Point> points;
  for (const Json& point : curve)
    points.push_back({point[0].get<double>(), point[1].get<double>()});
  return points;
}

std::string count_of(const Json& metrics, const std::string& pointer) {
  const Json count = at_pointer(metrics, pointer);
  return count.is_null() ? "0" : count.dump();
}

// "585 recordings of 223 groups".
std::string size_of(const Json& metrics, const std::string& set) {
  return count_of(metrics, "/pascal/" + set + "/recordings") + " recordings of " +
         count_of(metrics, "/pascal/" + set + "/groups") + " groups";
}

std::string sizes(const Json& metrics) {
  return "PASCAL 2011: set A (phone), " + size_of(metrics, "A") + "; set B (DigiScope), " +
         size_of(metrics, "B") + ". ";
}

plot::ConfusionPanel confusion_panel(const Json& metrics, const std::string& title,
                                     const std::string& pointer) {
  plot::ConfusionPanel panel{.title = title, .labels = {}, .counts = {}};
  for (const Json& label : metrics.at("labels")) panel.labels.push_back(label);
  const Json rows = at_pointer(metrics, pointer);
  for (const Json& row : rows) panel.counts.push_back(row.get<std::vector<int>>());
  panel.counts.resize(panel.labels.size(), std::vector<int>(panel.labels.size()));
  return panel;
}

std::string confusion_by_decision(const Json& metrics) {
  std::vector<plot::ConfusionPanel> panels;
  for (const char* decision : {"natural", "sqrt", "balanced"}) {
    panels.push_back(confusion_panel(
        metrics, decision, "/pascal/all/decisions/" + std::string(decision) + "/confusion"));
  }
  return plot::confusion_plot(
      {.title = "What is taken for what, by decision rule",
       .caption = "PASCAL 2011, " + size_of(metrics, "all") +
                  ". The class is that with the largest p / prior^w, w = 0 (natural), 1/2 (sqrt, "
                  "the default) or 1 (balanced). Percent of the row. " +
                  kOutOfFold},
      panels);
}

std::string confusion_by_set(const Json& metrics) {
  const std::array<plot::ConfusionPanel, 2> panels = {
      confusion_panel(metrics, "set A (phone)", "/pascal/A/decisions/sqrt/confusion"),
      confusion_panel(metrics, "set B (DigiScope)", "/pascal/B/decisions/sqrt/confusion")};
  return plot::confusion_plot(
      {.title = "What is taken for what, by device (sqrt)",
       .caption =
           sizes(metrics) + "A class without a row does not occur in the set. " + kOutOfFold},
      panels);
}

std::string reliability(const Json& metrics) {
  std::vector<plot::ReliabilityPanel> panels;
  constexpr std::array<std::pair<const char*, const char*>, 3> kSets = {
      {{"all", "both sets"}, {"A", "set A (phone)"}, {"B", "set B (DigiScope)"}}};
  for (const auto& [set, title] : kSets) {
    const std::string pointer = "/pascal/" + std::string(set);
    plot::ReliabilityPanel panel{
        .title = std::string(title) + ", ECE " + with_interval(metrics, pointer + "/ece/value"),
        .bars = {}};
    for (const Json& bin : at_pointer(metrics, pointer + "/reliability")) {
      panel.bars.push_back({.low = bin.at("low"),
                            .high = bin.at("high"),
                            .count = bin.at("count"),
                            .confidence = bin.at("confidence"),
                            .accuracy = bin.at("accuracy")});
    }
    panels.push_back(std::move(panel));
  }
  return plot::reliability_plot(
      {.title = "Does the confidence mean what it says?",
       .caption = sizes(metrics) +
                  "Dots: the most probable class, in 15 bins of its probability, with 95 % Wilson "
                  "intervals (which take recordings as independent). On the dashed line, the "
                  "confidence is right. " +
                  kOutOfFold},
      panels);
}

void add_roc(const Json& metrics, const std::string& name, const std::string& pointer,
             plot::CurvePanel& panel) {
  const Json figure = at_pointer(metrics, pointer);
  if (!figure.is_object() || !figure.contains("roc")) return;
  panel.series.push_back({name + ", " + number(figure.at("value").get<double>()) + " (" +
                              figure.at("positives").dump() + " / " +
                              figure.at("negatives").dump() + ")",
                          points_of(figure.at("roc"))});
}

std::string roc(const Json& metrics) {
  plot::CurvePanel murmur{
      .text = {"Murmur against none", "false alarms (1 - specificity)", "found (sensitivity)"},
      .series = {}};
  add_roc(metrics, "PASCAL A", "/pascal/pairs/murmur_normal_A", murmur);
  add_roc(metrics, "PASCAL B", "/pascal/pairs/murmur_normal_B", murmur);
  add_roc(metrics, "CirCor recordings", "/circor/recording", murmur);
  add_roc(metrics, "CirCor patients", "/circor/patient_mean", murmur);
  add_roc(metrics, "Yaseen, unseen", "/unseen/yaseen/auroc_murmur_normal", murmur);
  plot::CurvePanel other{
      .text = {"The other classes", "false alarms (1 - specificity)", "found (sensitivity)"},
      .series = {}};
  add_roc(metrics, "Artifact, rest", "/pascal/all/auroc/Artifact", other);
  add_roc(metrics, "Extrahls, Normal in A", "/pascal/pairs/extrahls_normal_A", other);
  add_roc(metrics, "Extrastole, Normal in B", "/pascal/pairs/extrastole_normal_B", other);
  if (murmur.series.empty() && other.series.empty()) return {};
  const std::array<plot::CurvePanel, 2> panels = {std::move(murmur), std::move(other)};
  return plot::roc_plot({.title = "Telling one from the other, at every threshold",
                         .caption = std::string("After each name the area below the curve (AUROC) "
                                                "and how many there are of either kind. Dashed: "
                                                "chance. ") +
                                    kOutOfFold},
                        panels);
}

std::string risk_coverage(const Json& metrics) {
  std::vector<plot::CurvePanel> panels;
  double highest = 0;
  for (const char* decision : {"natural", "sqrt"}) {
    plot::CurvePanel panel{.text = {"decision " + std::string(decision),
                                    "share of recordings answered", "share of answers wrong"},
                           .series = {},
                           .legend = plot::Corner::upper_left};
    for (const char* set : {"all", "A", "B"}) {
      const std::string pointer = "/pascal/" + std::string(set) + "/decisions/" + decision;
      const Json curve = at_pointer(metrics, pointer + "/risk_coverage");
      if (curve.is_null()) continue;
      panel.series.push_back(
          {(set == std::string("all") ? "both sets" : "set " + std::string(set)) + ", area " +
               with_interval(metrics, pointer + "/aurc/value"),
           points_of(curve)});
      for (const plot::Point& point : panel.series.back().points) {
        highest = std::max(highest, point.y);
      }
    }
    panels.push_back(std::move(panel));
  }
  if (panels[0].series.empty()) return {};
  for (plot::CurvePanel& panel : panels) panel.y_high = std::max(0.1, highest * 1.25);
  return plot::risk_coverage_plot(
      {.title = "How many answers are wrong if the least confident are refused",
       .caption = sizes(metrics) + kOutOfFold},
      panels);
}

void add_dot(const Json& metrics, const std::string& name, const std::string& pointer,
             plot::DotSection& section) {
  const Json figure = at_pointer(metrics, pointer);
  if (!figure.is_object() || !figure.contains("value")) return;
  plot::DotRow row{
      .name = name, .value = figure.at("value").get<double>(), .interval = {}, .note = {}};
  if (figure.contains("low")) row.interval = plot::Range{figure.at("low"), figure.at("high")};
  if (figure.contains("positives")) {
    row.note = "n = " + figure.at("positives").dump() + " / " + figure.at("negatives").dump();
  }
  section.rows.push_back(std::move(row));
}

void add_section(plot::DotSection section, std::vector<plot::DotSection>& sections) {
  if (!section.rows.empty()) sections.push_back(std::move(section));
}

std::string sources(const Json& metrics) {
  std::vector<plot::DotSection> sections;
  plot::DotSection patients{"New patients, known device", {}};
  add_dot(metrics, "PASCAL set A (phone)", "/pascal/pairs/murmur_normal_A", patients);
  add_dot(metrics, "PASCAL set B (DigiScope)", "/pascal/pairs/murmur_normal_B", patients);
  add_dot(metrics, "CirCor, recordings", "/circor/recording", patients);
  add_dot(metrics, "CirCor, patients", "/circor/patient_mean", patients);
  plot::DotSection devices{"New device, trained on one alone", {}};
  add_dot(metrics, "trained on A, judged on B", "/across/A_to_B", devices);
  add_dot(metrics, "trained on B, judged on A", "/across/B_to_A", devices);
  plot::DotSection unseen{"Sets that neither network nor forest had met", {}};
  add_dot(metrics, "Yaseen 2018", "/unseen/yaseen/auroc_murmur_normal", unseen);
  plot::DotSection sites{"PhysioNet 2016: any abnormality", {}};
  const Json sets = at_pointer(metrics, "/unseen");
  for (const auto& [name, set] : sets.items()) {
    if (!name.starts_with("physionet-")) continue;
    add_dot(metrics, "site " + name.substr(10), "/unseen/" + name + "/auroc_murmur_normal", sites);
  }
  for (plot::DotSection* section : {&patients, &devices, &unseen, &sites}) {
    add_section(std::move(*section), sections);
  }
  return plot::dot_plot(
      {.title = "Murmur or disease against none, by source",
       .caption = "AUROC with 95 % intervals by bootstrap over groups; n = with / without. Dashed: "
                  "chance. PhysioNet's 'abnormal' is any heart disease, audible or not."},
      "AUROC", {0.2, 1}, 0.5, sections);
}

std::string classes(const Json& metrics) {
  std::vector<plot::DotSection> sections;
  for (const char* decision : {"natural", "sqrt", "balanced"}) {
    const std::string pointer = "/pascal/all/decisions/" + std::string(decision);
    plot::DotSection section{"decision " + std::string(decision), {}};
    add_dot(metrics, "accuracy", pointer + "/accuracy", section);
    add_dot(metrics, "mean recall (UAR)", pointer + "/uar", section);
    add_dot(metrics, "macro-F1", pointer + "/macro_f1", section);
    const std::string recall = pointer + "/recall/";
    for (const Json& label : metrics.at("labels")) {
      const auto name = label.get<std::string>();
      add_dot(metrics, "recall " + name, recall + name, section);
    }
    add_section(std::move(section), sections);
  }
  return plot::dot_plot({.title = "Five classes, by decision rule",
                         .caption = "PASCAL 2011, " + size_of(metrics, "all") +
                                    "; 95 % intervals by bootstrap over groups. " + kOutOfFold},
                        "share", {0, 1}, -1, sections);
}

}  // namespace

std::map<std::string, std::string> model_plots(const Json& metrics) {
  std::map<std::string, std::string> plots = {
      {"confusion.svg", confusion_by_decision(metrics)},
      {"confusion-by-set.svg", confusion_by_set(metrics)},
      {"reliability.svg", reliability(metrics)},
      {"roc.svg", roc(metrics)},
      {"risk-coverage.svg", risk_coverage(metrics)},
      {"sources.svg", sources(metrics)},
      {"classes.svg", classes(metrics)},
  };
  std::erase_if(plots, [](const auto& plot) { return plot.second.empty(); });
  return plots;
}

}  // namespace auscult::train
