#include "card.hpp"

#include <sstream>

#include "tables.hpp"

namespace auscult::train {
namespace {

using evaluation::Json;

// A heading, what is to be known before, and a table; nothing without the table.
void section(std::ostream& out, const std::string& heading, const std::string& before,
             const std::string& table) {
  if (table.empty()) return;
  out << "\n## " << heading << "\n";
  if (!before.empty()) out << before << "\n\n";
  out << table;
}

constexpr const char* kHowObtained =
    "Five folds, given with the data, which never split a patient (set B, CirCor) or a recording\n"
    "day (set A). Each recording is judged by the same number of networks as are shipped, none of\n"
    "which has heard its group; the probabilities come from a calibration fitted on the other\n"
    "folds. Intervals are 95 %, by bootstrap over groups; *one alone* is one network of the\n"
    "ensemble, over the seeds. *natural*, *sqrt* and *balanced*: the class with the largest\n"
    "p / prior^w, w = 0, 1/2 or 1; the service takes *sqrt* unless told otherwise. How network "
    "and\n"
    "forest are joined, the forest's classes and the weight of CirCor's score were chosen by "
    "looking\n"
    "at these same figures, those of Yaseen and PhysioNet among them: they flatter by what that "
    "choice\n"
    "was worth, which is not known. The forest is the same for every seed, so what rests on it "
    "shows\n"
    "no spread. Resampling "
    "makes\n"
    "a calibration error (ECE) larger, so its interval lies high; *of a perfect calibration* is "
    "what "
    "as\n"
    "many recordings with these confidences would show by chance alone, were each confidence true.";

constexpr const char* kMissed =
    "What was tried for the aims that are missed, with figures:\n"
    "[docs/model/training.md](../../docs/model/training.md#tried).\n";

constexpr const char* kBeforeCirCor =
    "Out of fold. The last three are by patient, at a threshold chosen on the other folds; "
    "patients\n"
    "whose murmur is Unknown count as wrong in the weighted accuracy: the model never says so.";

constexpr const char* kBeforeTransfer =
    "Networks trained on one device of PASCAL alone, without CirCor, judged on the other: whether\n"
    "they learn the heart or the stethoscope.";

constexpr const char* kBeforeUnseen =
    "By a forest that saw neither. Yaseen 2018: valve disease of adults, three clean beats a "
    "recording. PhysioNet 2016, by "
    "site:\n"
    "'abnormal' there is any heart disease, audible or not.";

constexpr const char* kBeforeSynthetic =
    "Synthesised by the generator that also made training sounds, from other seeds: real music or\n"
    "speech may fare worse.";

constexpr const char* kBeforeShipped =
    "The shipped networks were trained on all folds, so what they do on PASCAL and CirCor says "
    "only\n"
    "that the file is the one that was trained, and flatters it. No network was trained on\n"
    "Yaseen or PhysioNet, but the shipped forest was, on their healthy recordings as Normal: how "
    "many\n"
    "of these are called Normal here says nothing of another device. See the sets above, judged by "
    "a\n"
    "forest without either. By the service's own classifier, in f32:\n\n"
    "```\nauscult evaluate --model models/NAME --precision f32 --data DATA --format json\n```";

constexpr const char* kCannotTell =
    "- **Extrahls** is learnt from 19 recordings of one phone, **Extrastole** from 46 of one\n"
    "  DigiScope. Read their rows above before believing either label; on another device neither\n"
    "  has been tested.\n"
    "- Artifact and Extrahls occur only in set A, Extrastole only in set B: part of what "
    "separates\n"
    "  the classes is the device. That is why A and B are shown apart, and why the recalls of the\n"
    "  two rare classes are worth less than they look: within one device see their AUROC.\n"
    "- In set A the confidence is too high: its few recording days differ too much for a "
    "calibration\n"
    "  from the others to hold. With 124 recordings in 15 bins even a perfect one would show some\n"
    "  .08.\n"
    "- A healthy heart on a device that the forest has not met may be called Extrahls or an\n"
    "  artifact: see the rows of Yaseen and PhysioNet above. The forest was shown recordings\n"
    "  without lows and with quieter pauses because Yaseen's are such, so that set is no longer a\n"
    "  test of a device that nobody has looked at.\n"
    "- CirCor is mostly children with innocent or congenital murmurs, examined in Brazil. Valve\n"
    "  disease of adults is another matter, and so is every stethoscope but these three.\n"
    "- A calibrated probability holds for the class frequencies of PASCAL (`prior` in\n"
    "  metrics.json), which are those of no clinic.\n";

void what_it_is(std::ostream& out, const Json& metrics) {
  out << "## What it is\n"
         "An average of "
      << metrics.at("seeds").size()
      << " convolutional networks over one log-band spectrogram (2 kHz, 32 bands of 20 to\n1000 "
         "Hz) "
         "from which each band's mean is taken away, so that the frequency response of the\n"
         "stethoscope cancels. Front end, masks and ensemble are in the graph; the last of its "
         "six\n"
         "scores says how much it sounds like a murmur as CirCor's annotators heard them.\n\n"
         "A forest of extremely randomised trees (forest.onnx) over some eighty measured features, "
         "most of\nthem of what lies between the heart sounds that beats.onnx finds, is a second "
         "opinion on\nArtifact, Extrahls and Extrastole, of which the network knows little. It "
         "sees "
         "the device: half\nof what it tells is which of PASCAL's two devices recorded. So it has "
         "no say in Murmur against\nNormal, and learns from the healthy hearts of three other sets "
         "that an unknown device is no\nreason to leave Normal. The calibration joins both "
         "([0013](../../docs/decisions/0013-a-forest-beside-the-network.md)).\n\n"
         "Trained on the PASCAL heart sound challenge of 2011 (585 recordings: a phone and a "
         "DigiScope)\nand CirCor DigiScope 2022 (murmur present or absent), with synthetic noise, "
         "hum, music, speech,\nclicks and rubbing as further Artifacts; the forest also on the "
         "healthy of PhysioNet 2016 and Yaseen\n2018, except where it judges one of these sets. "
         "How it is trained, and "
         "why: "
         "[docs/model/training.md](../../docs/model/training.md).\n";
}

void made_by(std::ostream& out, const Json& metrics, const std::string& name) {
  out << "\n## Made by\n"
         "One command, which goes on where it was stopped and gives the same bits on one machine:\n"
         "\n```\ntools/train.sh --data DATA --model models/"
      << name << "\n```\n\nwhich runs, among others,\n\n```\n"
      << metrics.at("command").get<std::string>() << '\n'
      << metrics.at("model").at("command").get<std::string>() << "\n```\n";
}

}  // namespace

std::string model_card(const Json& metrics, const Json& beats) {
  const Json& model = metrics.at("model");
  const auto name = model.at("name").get<std::string>();
  std::ostringstream out;
  out << "# " << name << "\n\n"
      << "Heart sounds to one of five labels, with a probability each. **Not a medical device**: "
         "not for\ndiagnosis, and not a reason to see or not to see a doctor.\n\n"
      << "Version " << model.at("version").get<std::string>() << ", " << model.at("bytes")
      << " bytes, SHA-256\n`" << model.at("sha256").get<std::string>()
      << "`.\nEvery figure is from `metrics.json` and `beats_metrics.json`, written by the "
         "trainer; "
         "none is typed.\nPlots and further tables: "
         "[docs/model](../../docs/model/README.md).\n\n";
  what_it_is(out, metrics);
  section(out, "How good it is", kHowObtained, headline_table(metrics) + "\n" + kMissed);
  section(out, "Five classes (PASCAL), by decision rule", "", decision_table(metrics, "all"));
  section(out, "The two devices apart", "", set_table(metrics));
  section(out, "If the least confident are refused", "", coverage_table(metrics));
  section(out, "Murmurs (CirCor)", kBeforeCirCor, circor_table(metrics));
  section(out, "From one device to another", kBeforeTransfer, transfer_table(metrics));
  section(out, "On sets that neither network nor forest had met (sqrt)", kBeforeUnseen,
          unseen_table(metrics));
  section(out, "Sounds that are no heart (sqrt)", kBeforeSynthetic, synthetic_table(metrics));
  section(out, "Heart sounds and rate (beats.onnx)", "", beats_table(beats));
  section(out, "What `auscult evaluate` prints for this file", kBeforeShipped,
          shipped_table(metrics));
  out << "\n## What it cannot tell\n" << kCannotTell;
  made_by(out, metrics, name);
  return out.str();
}

std::string model_page(const Json& metrics, const Json& beats) {
  const auto name = metrics.at("model").at("name").get<std::string>();
  std::ostringstream out;
  const auto picture = [&out](const std::string& file, const std::string& says) {
    out << "\n![" << says << "](" << file << ")\n";
  };
  out << "# The figures of " << name << "\n\n"
      << "Written by `auscult-train report` from `models/" << name
      << "/metrics.json` and\n`beats_metrics.json`; nothing here is typed. What the model is and "
         "what it cannot tell is on its\n[card](../../models/"
      << name << "/MODEL_CARD.md); how it is trained, in [training.md](training.md).\n\n"
      << kHowObtained << "\n";
  section(out, "Headlines", "", headline_table(metrics));
  picture("classes.svg", "Accuracy, mean recall, macro-F1 and recalls by decision rule");
  section(out, "Telling one from another", "", auroc_table(metrics));
  picture("roc.svg", "Receiver operating characteristics");
  picture("sources.svg", "AUROC of a murmur by source");
  section(out, "Is the confidence right?", "", coverage_table(metrics));
  picture("reliability.svg", "Share of right answers against confidence");
  picture("risk-coverage.svg", "Share of wrong answers against the share answered");
  out << "\n## What is taken for what\n";
  picture("confusion.svg", "Confusion matrices by decision rule");
  picture("confusion-by-set.svg", "Confusion matrices of set A and set B");
  section(out, "Both sets of PASCAL", "", decision_table(metrics, "all"));
  section(out, "Set A (phone)", "", decision_table(metrics, "A"));
  section(out, "Set B (DigiScope)", "", decision_table(metrics, "B"));
  section(out, "The sets side by side", "", set_table(metrics));
  section(out, "CirCor", kBeforeCirCor, circor_table(metrics));
  section(out, "From one device to another", kBeforeTransfer, transfer_table(metrics));
  section(out, "Sets that neither network nor forest had met", kBeforeUnseen,
          unseen_table(metrics));
  section(out, "PhysioNet 2016, each site left out",
          "Each site at the threshold that is best for the others.", site_table(metrics));
  section(out, "Sounds that are no heart", kBeforeSynthetic, synthetic_table(metrics));
  section(out, "Heart sounds and rate", "", beats_table(beats));
  section(out, "One network at a time", "", seed_table(metrics));
  return out.str();
}

}  // namespace auscult::train
