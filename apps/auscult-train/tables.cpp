#include "tables.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "headlines.hpp"
#include "markdown.hpp"

namespace auscult::train {
namespace {

using evaluation::Json;

std::vector<Column> columns_of_sets() {
  return {
      {"both", "/pascal/all"}, {"set A (phone)", "/pascal/A"}, {"set B (DigiScope)", "/pascal/B"}};
}

std::vector<std::string> labels_of(const Json& metrics) {
  return metrics.at("labels").get<std::vector<std::string>>();
}

std::string value_or_dash(const Json& value) {
  return value.is_number() ? number(value.get<double>()) : "-";
}

// How many figures of "positives / negatives" stand at a pointer.
std::string kinds_of(const Json& metrics, const std::string& pointer) {
  const Json figure = at_pointer(metrics, pointer);
  if (!figure.is_object() || !figure.contains("positives")) return "-";
  return figure.at("positives").dump() + " / " + figure.at("negatives").dump();
}

}  // namespace

std::string headline_table(const Json& metrics) {
  std::vector<std::vector<std::string>> rows = {
      {"", "all networks together", "one alone, mean ± sd", "aimed at"}};
  for (const Headline& headline : headlines()) {
    const std::string together = with_interval(metrics, std::string(headline.pointer));
    if (together == "-") continue;
    const Json alone = at_pointer(metrics, "/over_seeds/" + std::string(headline.name));
    rows.push_back(
        {std::string(headline.title), together,
         alone.is_object()
             ? number(alone.at("mean").get<double>()) + " ± " + number(alone.at("sd").get<double>())
             : "-",
         with_verdict(std::string(headline.aim), metrics, std::string(headline.pointer))});
  }
  return text_table(rows);
}

std::string decision_table(const Json& metrics, const std::string& set) {
  std::vector<Column> columns;
  for (const char* decision : {"natural", "sqrt", "balanced"}) {
    columns.push_back({decision, "/pascal/" + set + "/decisions/" + decision});
  }
  std::vector<Row> rows = {{"accuracy", "/accuracy"},
                           {"UAR", "/uar"},
                           {"macro-F1", "/macro_f1"},
                           {"ECE of the confidence shown", "/ece"},
                           {"area under risk-coverage", "/aurc"}};
  for (const char* measure : {"recall", "precision"}) {
    for (const std::string& label : labels_of(metrics)) {
      const std::string pointer = "/" + std::string(measure) + "/" + label;
      if (!at_pointer(metrics, columns[0].pointer + pointer).is_object()) continue;
      rows.push_back({std::string(measure) + " " + label, pointer});
    }
  }
  return figure_table(metrics, columns, rows);
}

std::string set_table(const Json& metrics) {
  return figure_table(metrics, columns_of_sets(),
                      {{"recordings", "/recordings"},
                       {"groups", "/groups"},
                       {"accuracy, natural", "/decisions/natural/accuracy"},
                       {"macro-F1, sqrt", "/decisions/sqrt/macro_f1"},
                       {"UAR, balanced", "/decisions/balanced/uar"},
                       {"log-loss", "/log_loss"},
                       {"Brier", "/brier"},
                       {"ECE, 15 bins", "/ece"},
                       {"ECE of a perfect calibration", "/ece_by_chance"},
                       {"area under risk-coverage, natural", "/decisions/natural/aurc"}});
}

std::string auroc_table(const Json& metrics) {
  std::vector<Row> rows;
  for (const std::string& label : labels_of(metrics)) {
    rows.push_back({label + " against the rest", "/auroc/" + label});
  }
  return figure_table(metrics, columns_of_sets(), rows);
}

std::string coverage_table(const Json& metrics) {
  std::vector<std::vector<std::string>> rows = {{"share answered"}, {"accuracy, natural"}};
  for (const Json& point : at_pointer(metrics, "/pascal/all/coverage")) {
    rows[0].push_back(number(point.at("share").get<double>()));
    rows[1].push_back(number(point.at("accuracy").get<double>()));
  }
  return text_table(rows);
}

std::string circor_table(const Json& metrics) {
  return figure_table(metrics, {{"CirCor", "/circor"}},
                      {{"AUROC, murmur heard here against absent, by recording", "/recording"},
                       {"AUROC by patient, mean over locations", "/patient_mean"},
                       {"AUROC by patient, largest of the locations", "/patient_max"},
                       {"weighted accuracy of the 2022 challenge", "/weighted_accuracy"},
                       {"sensitivity", "/sensitivity"},
                       {"specificity", "/specificity"}});
}

std::string transfer_table(const Json& metrics) {
  if (!metrics.contains("across")) return {};
  std::vector<std::vector<std::string>> rows = {
      {"", "with / without murmur", "AUROC murmur against normal"}};
  constexpr std::array<std::pair<const char*, const char*>, 2> kWays = {
      {{"A_to_B", "trained on A (phone) alone, judged on B (DigiScope)"},
       {"B_to_A", "trained on B alone, judged on A"}}};
  for (const auto& [name, title] : kWays) {
    const std::string pointer = "/across/" + std::string(name);
    rows.push_back({title, kinds_of(metrics, pointer), with_interval(metrics, pointer)});
  }
  return text_table(rows);
}

std::string unseen_table(const Json& metrics) {
  if (at_pointer(metrics, "/unseen").is_null()) return {};
  std::vector<std::vector<std::string>> rows = {
      {"set", "healthy / diseased", "AUROC murmur against normal", "AUROC murmur score",
       "healthy called Normal", "diseased called Murmur"}};
  for (const auto& [name, set] : metrics.at("unseen").items()) {
    rows.push_back({name, set.at("healthy").dump() + " / " + set.at("diseased").dump(),
                    with_interval(set, "/auroc_murmur_normal"),
                    with_interval(set, "/auroc_murmur_score"),
                    with_interval(set, "/healthy_called_normal_sqrt"),
                    with_interval(set, "/diseased_called_murmur_sqrt")});
  }
  return text_table(rows);
}

std::string site_table(const Json& metrics) {
  const Json report = at_pointer(metrics, "/physionet/by_murmur_odds");
  if (!report.is_object()) return {};
  std::vector<std::vector<std::string>> rows = {
      {"site", "normal / abnormal", "AUROC", "sensitivity", "specificity", "MAcc"}};
  for (const auto& [name, site] : report.at("sites").items()) {
    rows.push_back({name, site.at("normal").dump() + " / " + site.at("abnormal").dump(),
                    with_interval(site, "/auroc"), with_interval(site, "/sensitivity"),
                    with_interval(site, "/specificity"), with_interval(site, "/macc")});
  }
  rows.push_back({"mean", "", with_interval(report, "/mean_auroc"), "", "",
                  with_interval(report, "/mean_macc")});
  return text_table(rows) +
         "\nBy the murmur score alone instead of the odds of Murmur and Normal: "
         "mean MAcc " +
         with_interval(metrics, "/physionet/by_murmur_score/mean_macc") + ".\n";
}

std::string synthetic_table(const Json& metrics) {
  if (at_pointer(metrics, "/synthetic").is_null()) return {};
  std::vector<std::vector<std::string>> rows = {{"sound", "of", "Artifact", "Murmur", "other"}};
  for (const auto& [kind, figures] : metrics.at("synthetic").items()) {
    const Json& answers = figures.at("answers_sqrt");
    const auto artifact = answers.at("Artifact").get<double>();
    const auto murmur = answers.at("Murmur").get<double>();
    rows.push_back({kind, figures.at("sounds").dump(), number(artifact), number(murmur),
                    number(std::max(0.0, 1 - artifact - murmur))});
  }
  return text_table(rows);
}

std::string seed_table(const Json& metrics) {
  if (!metrics.contains("each_seed") || !metrics.contains("over_seeds")) return {};
  std::vector<std::vector<std::string>> rows = {{""}};
  for (const Json& seed : metrics.at("each_seed")) {
    rows[0].push_back("seed " + seed.at("seed").dump());
  }
  rows[0].insert(rows[0].end(), {"mean", "sd", "lowest", "highest"});
  for (const Headline& headline : headlines()) {
    const std::string name(headline.name);
    const Json spread = at_pointer(metrics, "/over_seeds/" + name);
    if (!spread.is_object()) continue;
    rows.push_back({std::string(headline.title)});
    for (const Json& seed : metrics.at("each_seed")) {
      rows.back().push_back(value_or_dash(at_pointer(seed, "/figures/" + name)));
    }
    for (const char* measure : {"mean", "sd", "low", "high"}) {
      rows.back().push_back(value_or_dash(spread.at(measure)));
    }
  }
  return text_table(rows);
}

std::string beats_table(const Json& beats) {
  if (!beats.is_object()) return {};
  struct BeatsRow {
    const char* title;
    const char* pointer;
    const char* aim;
  };
  constexpr auto kRows = std::to_array<BeatsRow>(
      {{"CirCor patients not heard in training", "/circor_out_of_fold/patients", ""},
       {"S1 and S2 within 60 ms, F1", "/circor_out_of_fold/both/f1", ">= 0.975"},
       {"S1, F1", "/circor_out_of_fold/s1/f1", ""},
       {"S2, F1", "/circor_out_of_fold/s2/f1", ""},
       {"share of recordings whose rate is told", "/circor_out_of_fold/told", ""},
       {"share of patients whose rate is told", "/circor_out_of_fold/patients_told", ">= 0.95"},
       {"rate of the recording against its annotated beats, mean error, bpm",
        "/circor_out_of_fold/rate_of_recording/mae_bpm", "<= 2"},
       {"... median error, bpm", "/circor_out_of_fold/rate_of_recording/median_bpm", ""},
       {"... share within 5 bpm", "/circor_out_of_fold/rate_of_recording/within_5_bpm", ""},
       {"rate of the annotated part alone, mean error, bpm",
        "/circor_out_of_fold/rate_of_annotated_part/mae_bpm", ""},
       {"... median error, bpm", "/circor_out_of_fold/rate_of_annotated_part/median_bpm", ""},
       {"... share within 5 bpm", "/circor_out_of_fold/rate_of_annotated_part/within_5_bpm", ""},
       {"PASCAL set A, recordings with annotated sounds", "/pascal_set_a_timing/recordings", ""},
       {"PASCAL set A, share of annotated sounds found", "/pascal_set_a_timing/found", ""},
       {"AUROC of its confidence: heart against artifact, set A",
        "/quality/auroc_pascal_a_rest_against_artifact", ""},
       {"AUROC of its confidence: good against poor, PhysioNet",
        "/quality/auroc_physionet_good_against_poor", ""}});
  std::vector<std::vector<std::string>> rows = {{"", "", "aimed at"}};
  for (const BeatsRow& row : kRows) {
    rows.push_back(
        {row.title, with_interval(beats, row.pointer), with_verdict(row.aim, beats, row.pointer)});
  }
  return text_table(rows);
}

std::string shipped_table(const Json& metrics) {
  const Json sets = at_pointer(metrics, "/shipped/sets");
  if (!sets.is_object()) return {};
  const bool has_forest = metrics.at("calibration").at("bias").size() + 1 <
                          metrics.at("calibration").at("matrix").at(0).size();
  const std::string decision =
      "/decisions/" + at_pointer(metrics, "/shipped/decision").get<std::string>();
  std::vector<std::vector<std::string>> classes = {
      {"set", "recordings", "trained on it", "accuracy", "UAR", "macro-F1", "log-loss", "ECE"}};
  std::vector<std::vector<std::string>> murmurs = {{"set", "recordings", "trained on it",
                                                    "AUROC murmur against normal", "sensitivity",
                                                    "specificity", "healthy called Normal"}};
  for (const auto& [set, parts] : sets.items()) {
    const std::string seen = set == "pascal" || set == "circor2022" ? "yes"
                             : has_forest                           ? "the forest, on its healthy"
                                                                    : "no";
    for (const auto& [part, report] : parts.items()) {
      const std::string name =
          part == "all" || part == "murmur" ? set : std::string(set).append(", ").append(part);
      if (report.is_object() && report.contains("decisions")) {
        classes.push_back({name, report.at("recordings").dump(), seen,
                           with_interval(report, decision + "/accuracy"),
                           with_interval(report, decision + "/uar"),
                           with_interval(report, decision + "/macro_f1"),
                           with_interval(report, "/log_loss"), with_interval(report, "/ece")});
      } else if (part == "murmur") {
        murmurs.push_back({name, report.at("recordings").dump(), seen,
                           with_interval(report, "/auroc_murmur_normal"),
                           with_interval(report, "/sensitivity"),
                           with_interval(report, "/specificity"),
                           with_interval(report, "/healthy_called_normal")});
      }
    }
  }
  std::string text;
  if (classes.size() > 1) text += text_table(classes);
  if (murmurs.size() > 1) text += (text.empty() ? "" : "\n") + text_table(murmurs);
  return text;
}

}  // namespace auscult::train
