#include "card.hpp"

#include <cstdio>
#include <sstream>

namespace auscult::train {
namespace {

using evaluation::Json;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

// ".815 (.780-.850)", or a dash where there is no figure.
std::string with_interval(const Json& report, const std::string& pointer) {
  const Json::json_pointer path(pointer);
  if (!report.contains(path) || report.at(path).is_null()) return "-";
  const Json& figure = report.at(path);
  std::string text = number(figure.at("value").get<double>());
  if (figure.contains("low")) {
    text += " (" + number(figure.at("low").get<double>()) + "-" +
            number(figure.at("high").get<double>()) + ")";
  }
  return text;
}

void decisions(std::ostream& out, const Json& pascal, const Json& labels) {
  out << "| | natural | sqrt | balanced |\n| --- | --- | --- | --- |\n";
  const auto row = [&](const std::string& name, const std::string& pointer) {
    out << "| " << name;
    for (const char* decision : {"natural", "sqrt", "balanced"}) {
      out << " | " << with_interval(pascal, "/all/decisions/" + std::string(decision) + pointer);
    }
    out << " |\n";
  };
  row("accuracy", "/accuracy");
  row("UAR", "/uar");
  row("macro-F1", "/macro_f1");
  for (const Json& label : labels) {
    row("recall " + label.get<std::string>(), "/recall/" + label.get<std::string>());
  }
  for (const Json& label : labels) {
    row("precision " + label.get<std::string>(), "/precision/" + label.get<std::string>());
  }
}

void by_set(std::ostream& out, const Json& pascal) {
  out << "| | all | set A (phone) | set B (DigiScope) |\n| --- | --- | --- | --- |\n";
  const auto row = [&](const std::string& name, const std::string& pointer) {
    out << "| " << name;
    for (const char* set : {"/all", "/A", "/B"})
      out << " | " << with_interval(pascal, set + pointer);
    out << " |\n";
  };
  out << "| recordings / groups";
  for (const char* set : {"all", "A", "B"}) {
    out << " | " << pascal.at(set).at("recordings") << " / " << pascal.at(set).at("groups");
  }
  out << " |\n";
  row("accuracy, natural", "/decisions/natural/accuracy");
  row("UAR, balanced", "/decisions/balanced/uar");
  row("log-loss", "/log_loss");
  row("Brier", "/brier");
  row("ECE, 15 bins", "/ece");
}

void aurocs(std::ostream& out, const Json& metrics) {
  out << "| AUROC | |\n| --- | --- |\n";
  const auto row = [&](const std::string& name, const std::string& pointer) {
    out << "| " << name << " | " << with_interval(metrics, pointer) << " |\n";
  };
  row("murmur against normal, set A", "/pascal/pairs/murmur_normal_A");
  row("murmur against normal, set B", "/pascal/pairs/murmur_normal_B");
  row("extrahls against normal, set A", "/pascal/pairs/extrahls_normal_A");
  row("extrastole against normal, set B", "/pascal/pairs/extrastole_normal_B");
  row("artifact against the rest", "/pascal/all/auroc/Artifact");
  row("CirCor, murmur heard here against absent, by recording", "/circor/recording");
  row("CirCor, by patient, mean over locations", "/circor/patient_mean");
  row("CirCor, by patient, largest of the locations", "/circor/patient_max");
  out << "\nCirCor by patient at a threshold chosen on the other folds: weighted accuracy of the "
         "2022\nchallenge "
      << with_interval(metrics, "/circor/weighted_accuracy") << ", sensitivity "
      << with_interval(metrics, "/circor/sensitivity") << ", specificity "
      << with_interval(metrics, "/circor/specificity")
      << ".\nPatients whose murmur is Unknown count as wrong in the first: the model never says "
         "so.\n";
}

void unseen(std::ostream& out, const Json& metrics) {
  out << "| set | healthy / diseased | AUROC murmur against normal | AUROC murmur score | healthy "
         "called Normal | diseased called Murmur |\n| --- | --- | --- | --- | --- | --- |\n";
  for (const auto& [name, set] : metrics.at("unseen").items()) {
    out << "| " << name << " | " << set.at("healthy") << " / " << set.at("diseased");
    for (const char* figure : {"auroc_murmur_normal", "auroc_murmur_score",
                               "healthy_called_normal_sqrt", "diseased_called_murmur_sqrt"}) {
      out << " | " << (set.contains(figure) ? number(set.at(figure).get<double>()) : "-");
    }
    out << " |\n";
  }
}

void synthetic(std::ostream& out, const Json& metrics) {
  out << "| sound | of | Artifact | Murmur | other |\n| --- | --- | --- | --- | --- |\n";
  for (const auto& [kind, figures] : metrics.at("synthetic").items()) {
    const Json& answers = figures.at("answers_sqrt");
    const double artifact = answers.at("Artifact").get<double>();
    const double murmur = answers.at("Murmur").get<double>();
    out << "| " << kind << " | " << figures.at("sounds") << " | " << number(artifact) << " | "
        << number(murmur) << " | " << number(1 - artifact - murmur) << " |\n";
  }
}

void confusion(std::ostream& out, const Json& pascal, const Json& labels, const char* decision) {
  out << "| truth \\ answer |";
  for (const Json& label : labels) out << ' ' << label.get<std::string>() << " |";
  out << "\n|";
  for (std::size_t i = 0; i <= labels.size(); ++i) out << " --- |";
  const Json& rows = pascal.at("all").at("decisions").at(decision).at("confusion");
  for (std::size_t truth = 0; truth < labels.size(); ++truth) {
    out << "\n| " << labels[truth].get<std::string>() << " |";
    for (const Json& count : rows[truth]) out << ' ' << count << " |";
  }
  out << '\n';
}

void seeds(std::ostream& out, const Json& metrics) {
  out << "| seed | accuracy, natural | macro-F1, sqrt | UAR, balanced | log-loss | CirCor AUROC |\n"
         "| --- | --- | --- | --- | --- | --- |\n";
  for (const Json& seed : metrics.at("each_seed")) {
    out << "| " << seed.at("seed");
    for (const char* name : {"accuracy_natural", "macro_f1_sqrt", "uar_balanced", "log_loss",
                             "circor_recording_auroc"}) {
      const Json& value = seed.at(name);
      out << " | " << (value.is_null() ? "-" : number(value.get<double>()));
    }
    out << " |\n";
  }
}

}  // namespace

std::string model_card(const Json& metrics) {
  const Json& model = metrics.at("model");
  const Json& pascal = metrics.at("pascal");
  const Json& labels = metrics.at("labels");
  std::ostringstream out;
  out << "# " << model.at("name").get<std::string>() << "\n\n"
      << "Heart sounds to one of five labels, with a probability each. **Not a medical device**: "
         "not "
         "for\ndiagnosis, and not a reason to see or not to see a doctor.\n\n"
      << "Version " << model.at("version").get<std::string>() << ", " << model.at("bytes")
      << " bytes, SHA-256 `" << model.at("sha256").get<std::string>() << "`. Every figure is "
      << "from\n`metrics.json`, written by the trainer; none is typed.\n\n"
      << "## What it is\n"
         "An average of "
      << metrics.at("seeds").size()
      << " convolutional networks over one log-band spectrogram (2 kHz, 32 bands of 20 to 1000 "
         "Hz)\nfrom which each band's mean is taken away, so that the frequency response of the "
         "stethoscope cancels.\nFront end, masks and ensemble are in the graph; the last of its "
         "six scores says how much it\nsounds like a murmur as CirCor's annotators heard them, and "
         "enters the five classes through\nthe calibration.\n\n"
      << "Trained on the PASCAL heart sound challenge of 2011 (585 recordings: a phone and a "
         "DigiScope) "
         "and\nCirCor DigiScope 2022 (murmur present or absent), with synthetic noise, hum, music, "
         "speech, clicks\nand rubbing as further Artifacts.\n\n"
      << "## How the figures were obtained\n"
         "Five folds, given with the data, which never split a patient (set B, CirCor) or a "
         "recording "
         "day\n(set A). Each recording is judged by the same number of networks as are shipped, "
         "none of "
         "which has\nheard its group; the probabilities come from a calibration fitted on the "
         "other "
         "folds. Intervals are\n95 %, by bootstrap over groups. The shipped networks are trained "
         "on "
         "all folds and have themselves\nbeen judged on nothing. *natural*, *sqrt* and *balanced*: "
         "the "
         "class with the largest p / prior^w, w = 0,\n1/2 or 1.\n\n"
      << "## Five classes (PASCAL)\n";
  decisions(out, pascal, labels);
  out << '\n';
  by_set(out, pascal);
  out << "\n## Telling one thing from another\n";
  aurocs(out, metrics);
  out << "\n## What is taken for what (sqrt)\n";
  confusion(out, pascal, labels, "sqrt");
  if (!metrics.at("unseen").is_null()) {
    out << "\n## On sets it was never trained on (sqrt)\n"
           "Yaseen 2018: valve disease of adults, three clean beats a recording. PhysioNet 2016, "
           "by "
           "site:\n'abnormal' there is any heart disease, audible or not.\n\n";
    unseen(out, metrics);
  }
  if (!metrics.at("synthetic").is_null()) {
    out << "\n## Sounds that are no heart (sqrt)\n"
           "Synthesised by the generator that also made training sounds, from other seeds: real "
           "music or speech\nmay fare worse.\n\n";
    synthetic(out, metrics);
  }
  out << "\n## One network at a time\n";
  seeds(out, metrics);
  out << "\n## What it cannot tell\n"
         "- **Extrahls** is learnt from 19 recordings of one phone, **Extrastole** from 46 of one "
         "DigiScope.\n  Read their rows above before believing either label; on another device "
         "neither has been tested.\n"
         "- Artifact and Extrahls occur only in set A, Extrastole only in set B: part of what "
         "separates the\n  classes is the device. That is why A and B are shown apart.\n"
         "- CirCor is mostly children with innocent or congenital murmurs, examined in Brazil. "
         "Valve disease\n  of adults is another matter, and so is every stethoscope but these "
         "three.\n"
         "- A calibrated probability holds for the class frequencies of PASCAL (`prior` in "
         "metrics.json), which\n  are those of no clinic.\n\n"
      << "## Made by\n```\n"
      << metrics.at("command").get<std::string>() << '\n'
      << model.at("command").get<std::string>() << "\n```\n";
  return out.str();
}

}  // namespace auscult::train
