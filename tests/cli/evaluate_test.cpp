// `auscult evaluate`, run as a library.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "audio/wav.hpp"
#include "cli.hpp"
#include "core/environment.hpp"
#include "support/process.hpp"
#include "support/synthetic_heart.hpp"

namespace auscult::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class Evaluate : public ::testing::Test {
 protected:
  // Three hearts of two people, and a manifest that is wrong about one of them.
  Evaluate() {
    fs::create_directories(folder_.path() / "set");
    write_heart("set/a.wav", {.rate_bpm = 60, .duration_s = 6});
    write_heart("set/b.wav", {.rate_bpm = 80, .duration_s = 6});
    write_heart("set/c.wav", {.rate_bpm = 90, .duration_s = 6, .murmur_level = 0.6});
    std::ofstream(folder_.path() / "set" / "labels.csv")
        << "file,label,group,device\n"
        << "a.wav,Normal,p1,ward\nb.wav,Normal,p1,home\nc.wav,Extrahls,p2,home\n";
  }

  void write_heart(const std::string& name, const testing::SyntheticHeart& heart) const {
    const auto wav = audio::encode_amplified_wav(testing::synthesize(heart, 8000), 1.0);
    std::ofstream file(folder_.path() / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(wav.bytes.data()),
               static_cast<std::streamsize>(wav.bytes.size()));
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }

  TemporaryFolder folder_;
};

// What a command wrote with the shipped model.
std::string output_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--model", AUSCULT_TEST_MODEL});
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(run(arguments, out, err), 0) << err.str();
  return out.str();
}

TEST_F(Evaluate, JudgesAManifestOfAnyNameTogetherAndByDevice) {
  const json report = json::parse(
      output_of({"evaluate", "--manifest", path("set/labels.csv"), "--format", "json"}));
  const json& set = report["sets"]["set"];
  EXPECT_EQ(set["all"]["recordings"], 3);
  EXPECT_EQ(set["all"]["groups"], 2);
  EXPECT_EQ(set["device ward"]["recordings"], 1);
  EXPECT_EQ(set["device home"]["recordings"], 2);
  for (const char* decision : {"natural", "sqrt", "balanced"}) {
    EXPECT_TRUE(set["all"]["decisions"][decision].contains("risk_coverage")) << decision;
  }
}

TEST_F(Evaluate, GivesExamplesThatAreTheAnswersOfClassify) {
  const json report = json::parse(
      output_of({"evaluate", "--manifest", path("set/labels.csv"), "--format", "json"}));
  const json& examples = report["sets"]["set"]["examples"];
  ASSERT_EQ(examples.size(), 3U);
  for (const json& example : examples) {
    const std::string file = path("set/" + example["file"].get<std::string>());
    const json answer = json::parse(output_of({"classify", file, "--format", "json"}))[0];
    EXPECT_EQ(example["class"], answer["class"]);
    EXPECT_NEAR(example["probabilities"][2].get<double>(),
                answer["probabilities"]["Normal"].get<double>(), 1e-4);
  }
}

TEST_F(Evaluate, DecidesAsTheClassifierDoes) {
  // The share of right answers, by the report and by counting answers.
  for (const char* decision : {"natural", "sqrt", "balanced"}) {
    const json report = json::parse(output_of({"evaluate", "--manifest", path("set/labels.csv"),
                                               "--format", "json", "--decision", decision}));
    const json& set = report["sets"]["set"];
    double right = 0;
    const std::vector<std::string> truths = {"Normal", "Normal", "Extrahls"};
    for (std::size_t i = 0; i < 3; ++i) right += set["examples"][i]["class"] == truths[i] ? 1 : 0;
    EXPECT_NEAR(set["all"]["decisions"][decision]["accuracy"]["value"].get<double>(), right / 3,
                1e-4);
  }
}

TEST_F(Evaluate, WritesTheFiguresForPeople) {
  EXPECT_THAT(output_of({"evaluate", "--manifest", path("set/labels.csv")}),
              AllOf(HasSubstr("set, all"), HasSubstr("set, device home"), HasSubstr("accuracy"),
                    HasSubstr("of the surest 80 %"), HasSubstr("truth, then answers")));
}

TEST_F(Evaluate, AsksWhatIsToBeJudged) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(run(std::vector<std::string>{"evaluate", "--model", AUSCULT_TEST_MODEL}, out, err), 2);
  EXPECT_THAT(err.str(), HasSubstr("--manifest"));
}

// The file in models/ is the one whose figures are on its card: of each set, the answers to some
// recordings that metrics.json keeps.
TEST(EvaluateShipped, AnswersAsTheCardSays) {
  const std::optional<std::string> data = environment("AUSCULT_DATA");
  if (!data) GTEST_SKIP() << "AUSCULT_DATA names no folder of recordings";
  std::ifstream file(AUSCULT_TEST_MODEL "/metrics.json");
  const json metrics = json::parse(file);
  if (!metrics.contains("shipped")) {
    GTEST_SKIP() << "metrics.json says nothing of the shipped file: run tools/train.sh";
  }
  EXPECT_EQ(metrics["shipped"]["model"]["sha256"], metrics["model"]["sha256"]);
  const std::vector<std::string> labels = metrics["labels"];
  const std::string decision = metrics["shipped"]["decision"];
  int compared = 0;
  for (const auto& [set, figures] : metrics["shipped"]["sets"].items()) {
    for (const json& example : figures["examples"]) {
      const fs::path recording = fs::path(*data) / example["file"].get<std::string>();
      if (!fs::exists(recording)) continue;
      const json answer = json::parse(output_of({"classify", recording.string(), "--format", "json",
                                                 "--precision", "f32", "--decision", decision}))[0];
      EXPECT_EQ(answer["class"], example["class"]) << recording;
      for (std::size_t k = 0; k < labels.size(); ++k) {
        // Four decimals are kept; processors differ in the last of a float's.
        EXPECT_NEAR(answer["probabilities"][labels[k]].get<double>(),
                    example["probabilities"][k].get<double>(), 5e-4)
            << recording << ' ' << labels[k];
      }
      ++compared;
    }
  }
  EXPECT_GT(compared, 0);
}

TEST_F(Evaluate, TellsHowOftenAWrongRateIsTold) {
  const std::string manifest = path("set/labels.csv");
  const json report =
      json::parse(output_of({"evaluate", "--relabel", "--manifest", manifest, "--format", "json"}));
  const json& rows = report["sets"]["set"]["all, hearts"];
  ASSERT_EQ(rows.size(), 9U);
  for (const json& row : rows) {
    EXPECT_EQ(row["recordings"], 3);
    if (row["recorded_hz"] == row["declared_hz"]) {
      EXPECT_EQ(row["suspected"]["value"], 0.0) << row;
    }
  }
  EXPECT_EQ(rows[0]["recorded_hz"], 44'100);
  EXPECT_EQ(rows[0]["suspected"]["value"], 1.0) << "hearts from formulas are told surely";
  EXPECT_LE(rows[0]["named"]["value"].get<double>(), rows[0]["suspected"]["value"].get<double>());
  EXPECT_GT(rows[0]["named"]["value"].get<double>(), 0) << "of three, one at least";
  EXPECT_THAT(output_of({"evaluate", "--relabel", "--every", "2", "--manifest", manifest}),
              AllOf(HasSubstr("set, all, hearts"), HasSubstr("44.1 kHz as    16 kHz      2")));
}

}  // namespace
}  // namespace auscult::cli
