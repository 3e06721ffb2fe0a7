#include "figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "across.hpp"
#include "card.hpp"
#include "core/temporary_folder.hpp"
#include "files.hpp"
#include "headlines.hpp"
#include "judged_figures.hpp"
#include "model_plots.hpp"
#include "report_command.hpp"
#include "synthetic_dataset.hpp"

namespace auscult::train {
namespace {

using evaluation::Json;
using ::testing::HasSubstr;
using ::testing::Not;

// Scores of two networks that lean towards the truth.
std::vector<SeedScores> leaning_scores(const Dataset& dataset) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<SeedScores> all;
  for (const Example& example : dataset.examples) {
    SeedScores scores(2, std::vector<double>(kScores));
    for (std::vector<double>& of_seed : scores) {
      for (double& value : of_seed) value = normal(random);
      if (example.label != kUnlabelled) of_seed[static_cast<std::size_t>(example.label)] += 2;
      if (example.murmur == 1 || example.diseased == 1) of_seed.back() += 2;
    }
    all.push_back(std::move(scores));
  }
  return all;
}

// Eight each of two sites, half of them diseased.
void add_judged_sites(Dataset& dataset) {
  for (int i = 0; i < 16; ++i) {
    Example example;
    example.file = "physionet2016/" + std::to_string(i);
    example.group = example.file;
    example.source = i % 2 == 0 ? "physionet-a" : "physionet-b";
    example.fold = i / 4 % 2;
    example.diseased = i / 2 % 2;
    dataset.examples.push_back(std::move(example));
  }
}

class Figures : public ::testing::Test {
 protected:
  Figures() { add_judged_sites(dataset_); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }

  // The figures of the leaning scores, by way of their file, with a model's name.
  [[nodiscard]] Json metrics() const {
    EXPECT_TRUE(save_scores(path("scores.csv"), dataset_, {4, 9}, leaning_scores(dataset_)));
    const Result<ScoredDataset> scored = load_scores(path("scores.csv"));
    EXPECT_TRUE(scored);
    Json json = figures(*scored, {}, "auscult-train crossval");
    json["model"] = {{"name", "test-1"},
                     {"version", "1"},
                     {"sha256", "abc"},
                     {"bytes", 10},
                     {"command", "auscult-train train"}};
    return json;
  }

  TemporaryFolder folder_;
  Dataset dataset_ = synthetic_dataset();
};

TEST_F(Figures, ReadsBackTheScoresItWrote) {
  const std::vector<SeedScores> scores = leaning_scores(dataset_);
  ASSERT_TRUE(save_scores(path("scores.csv"), dataset_, {4, 9}, scores));
  const Result<ScoredDataset> scored = load_scores(path("scores.csv"));
  ASSERT_TRUE(scored) << scored.error().message;
  EXPECT_EQ(scored->seeds, (std::vector<std::uint64_t>{4, 9}));
  ASSERT_EQ(scored->examples.size(), dataset_.examples.size());
  EXPECT_EQ(scored->examples[3].group, dataset_.examples[3].group);
  EXPECT_EQ(scored->examples[3].label, dataset_.examples[3].label);
  EXPECT_NEAR(scored->scores[3][1][2], scores[3][1][2], 1e-8);
}

TEST_F(Figures, AreOfBothSetsTogetherAndApart) {
  const Json json = metrics();
  EXPECT_EQ(json["pascal"]["all"]["recordings"], 20);
  EXPECT_EQ(json["pascal"]["A"]["recordings"], 12);
  EXPECT_EQ(json["pascal"]["B"]["recordings"], 8);
  EXPECT_TRUE(json["pascal"]["all"]["decisions"]["sqrt"].contains("risk_coverage"));
  EXPECT_EQ(json["physionet"]["by_murmur_score"]["sites"].size(), 2U);
  EXPECT_EQ(json["unseen"]["physionet-a"]["diseased"], 4);
}

TEST_F(Figures, TakeTheHeadlinesOfEachSeedAndTheirSpread) {
  const Json json = metrics();
  ASSERT_EQ(json["each_seed"].size(), 2U);
  const auto first = json["each_seed"][0]["figures"]["log_loss"].get<double>();
  const auto second = json["each_seed"][1]["figures"]["log_loss"].get<double>();
  EXPECT_NE(first, second);
  EXPECT_NEAR(json["over_seeds"]["log_loss"]["mean"].get<double>(), (first + second) / 2, 1e-4);
}

TEST_F(Figures, HaveAPlaceForEveryHeadline) {
  Json json = metrics();
  for (const Headline& headline : headlines()) {
    const std::string pointer(headline.pointer);
    if (pointer.starts_with("/across") || pointer.starts_with("/unseen/yaseen")) continue;
    if (pointer.starts_with("/synthetic")) continue;  // The test makes none.
    // The pairs of set A and B need classes that the synthetic set has in the other.
    if (pointer.starts_with("/pascal/pairs")) continue;
    EXPECT_TRUE(json.contains(Json::json_pointer(pointer + "/value"))) << pointer;
  }
}

TEST_F(Figures, FillTheCard) {
  const Json beats = Json::parse(
      R"({"circor_out_of_fold": {"both": {"f1": 0.9722}, "rate_of_recording": {"mae_bpm": 1.9}}})");
  const std::string card = model_card(metrics(), beats);
  EXPECT_THAT(card, HasSubstr("# test-1"));
  EXPECT_THAT(card, HasSubstr("Not a medical device"));
  EXPECT_THAT(card, HasSubstr("| UAR | "));
  EXPECT_THAT(card, HasSubstr("| S1 and S2 within 60 ms, F1 | 0.972 | >= 0.975, **missed** |"));
  EXPECT_THAT(card, HasSubstr("mean error, bpm | 1.900 | <= 2, met |"));
  EXPECT_THAT(card, HasSubstr("tools/train.sh --data DATA --model models/test-1"));
  EXPECT_THAT(card, Not(HasSubstr("auscult evaluate` prints")));
}

TEST_F(Figures, ShowEveryPlotOnThePage) {
  const Json json = metrics();
  const std::string page = model_page(json, nullptr);
  const auto plots = model_plots(json);
  EXPECT_EQ(plots.size(), 7U);
  for (const auto& [name, svg] : plots) {
    EXPECT_THAT(page, HasSubstr("](" + name + ")"));
    EXPECT_THAT(svg, Not(HasSubstr("nan"))) << name;
  }
}

TEST_F(Figures, AreTheSameFilesWhenWrittenAgain) {
  ASSERT_TRUE(write_file(path("metrics.json"), metrics().dump(1)));
  const ReportPaths paths{
      .metrics = path("metrics.json"), .docs = path("docs"), .card = path("CARD.md")};
  ASSERT_TRUE(write_reports(paths));
  const std::string page = *read_file(path("docs/README.md"));
  const std::string roc = *read_file(path("docs/roc.svg"));
  ASSERT_TRUE(write_reports(paths));
  EXPECT_EQ(*read_file(path("docs/README.md")), page);
  EXPECT_EQ(*read_file(path("docs/roc.svg")), roc);
  EXPECT_LT(std::filesystem::file_size(path("metrics.json")), 300'000U);
}

TEST_F(Figures, TakeInWhatEvaluatePrintedForTheShippedFile) {
  ASSERT_TRUE(write_file(path("metrics.json"), metrics().dump(1)));
  const auto evaluation = [](const std::string& sha256) {
    return R"({"model": {"name": "test-1", "sha256": ")" + sha256 +
           R"("}, "decision": "sqrt", "sets": {"yaseen2018": {"murmur": {"recordings": 800,
           "auroc_murmur_normal": {"value": 0.96, "roc": [[0, 0], [1, 1]]}}}}})";
  };
  ASSERT_TRUE(write_file(path("other.json"), evaluation("def")));
  const Status other = add_shipped(path("metrics.json"), path("other.json"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::invalid_argument);

  ASSERT_TRUE(write_file(path("shipped.json"), evaluation("abc")));
  ASSERT_TRUE(add_shipped(path("metrics.json"), path("shipped.json")));
  const Json json = Json::parse(*read_file(path("metrics.json")));
  EXPECT_FALSE(
      json["shipped"]["sets"]["yaseen2018"]["murmur"]["auroc_murmur_normal"].contains("roc"));
  EXPECT_THAT(model_card(json, nullptr), HasSubstr("| yaseen2018 | 800 | no | 0.960 |"));
}

TEST_F(Figures, NameWhatTheMetricsLack) {
  ASSERT_TRUE(write_file(path("metrics.json"), R"({"labels": []})"));
  const Status written = write_reports({.metrics = path("metrics.json"), .docs = {}, .card = {}});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("has no 'model'"));
}

TEST_F(Figures, JudgeOneDeviceByNetworksOfTheOther) {
  const Dataset chosen = transfer_dataset(dataset_, "A");
  EXPECT_EQ(chosen.examples.size(), 20U);
  for (const Example& example : chosen.examples) EXPECT_EQ(example.fold, example.source == "A");

  // Murmur is of set B in the synthetic data, Normal of set A: both are judged together here.
  Dataset judged = dataset_;
  std::erase_if(judged.examples, [](const Example& e) { return e.label == kUnlabelled; });
  ASSERT_TRUE(save_scores(path("across-A_to_B.csv"), judged, {4, 9}, leaning_scores(judged)));
  const Result<TransferScores> across = load_across(folder_.path().string());
  ASSERT_TRUE(across);
  ASSERT_TRUE(save_scores(path("scores.csv"), dataset_, {4, 9}, leaning_scores(dataset_)));
  const Json json = figures(*load_scores(path("scores.csv")), *across, "");
  EXPECT_GT(json["across"]["A_to_B"]["value"].get<double>(), 0.8);
  EXPECT_EQ(json["across"]["A_to_B"]["positives"], 4);
  EXPECT_TRUE(json["over_seeds"].contains("A_to_B"));
}

TEST(SpreadOf, IsThatOfASample) {
  const std::vector<double> values = {0.8, 0.9, 0.7};
  const Json spread = spread_of(values);
  EXPECT_NEAR(spread["mean"].get<double>(), 0.8, 1e-9);
  EXPECT_NEAR(spread["sd"].get<double>(), 0.1, 1e-9);
  EXPECT_EQ(spread["low"], 0.7);
  EXPECT_EQ(spread["high"], 0.9);
  EXPECT_EQ(spread_of(std::span(values).first(1))["sd"], 0);
}

}  // namespace
}  // namespace auscult::train
