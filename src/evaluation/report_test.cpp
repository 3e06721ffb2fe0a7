#include "evaluation/report.hpp"

#include <array>

#include <gtest/gtest.h>

namespace auscult::evaluation {
namespace {

constexpr std::array kPrior = {0.5, 0.4, 0.1};

std::vector<std::string> names() { return {"Normal", "Murmur", "Artifact"}; }

std::vector<Case> some_cases() {
  return {{"p1", "A", {{0.7, 0.2, 0.1}, 0}},
          {"p1", "A", {{0.4, 0.5, 0.1}, 0}},
          {"p2", "A", {{0.3, 0.6, 0.1}, 1}},
          {"p3", "B", {{0.8, 0.1, 0.1}, 1}}};
}

TEST(ClassReport, CountsRecordingsAndGroups) {
  const Json report = class_report(some_cases(), names(), kPrior);
  EXPECT_EQ(report["recordings"], 4);
  EXPECT_EQ(report["groups"], 3);
}

TEST(ClassReport, SaysHowOftenTheMostProbableClassIsTrue) {
  const Json natural = class_report(some_cases(), names(), kPrior)["decisions"]["natural"];
  EXPECT_EQ(natural["accuracy"]["value"], 0.5);
  EXPECT_LE(natural["accuracy"]["low"], 0.5);
  EXPECT_GE(natural["accuracy"]["high"], 0.5);
  EXPECT_EQ(natural["confusion"], Json::parse("[[1,1,0],[1,1,0],[0,0,0]]"));
}

TEST(ClassReport, LeavesOutClassesThatDoNotOccur) {
  const Json report = class_report(some_cases(), names(), kPrior);
  EXPECT_FALSE(report["decisions"]["sqrt"]["recall"].contains("Artifact"));
  EXPECT_FALSE(report["auroc"].contains("Artifact"));
}

TEST(ClassReport, RefusesTheLeastConfidentFirst) {
  // Confidences .8 (wrong), .7, .6 and .5 (wrong): risks 1, 1/2, 1/3 and 1/2.
  const Json natural = class_report(some_cases(), names(), kPrior)["decisions"]["natural"];
  EXPECT_EQ(natural["risk_coverage"], Json::parse("[[0.25,1],[0.5,0.5],[0.75,0.3333],[1,0.5]]"));
  EXPECT_NEAR(natural["aurc"]["value"].get<double>(), (1 + 0.5 + 1.0 / 3 + 0.5) / 4, 1e-4);
}

TEST(ClassReport, CalibratesTheConfidenceOfEachDecision) {
  // The most probable class has .4 and is wrong, the balanced one has .25 and is right.
  const std::vector<Case> one = {{"p1", "A", {{0.4, 0.35, 0.25}, 2}}};
  const Json decisions = class_report(one, names(), kPrior)["decisions"];
  EXPECT_EQ(decisions["natural"]["ece"]["value"], 0.4);
  EXPECT_EQ(decisions["balanced"]["ece"]["value"], 0.75);
}

TEST(ClassReport, HoldsNoIntervalsOrCurvesOfValuesAlone) {
  const Json full = class_report(some_cases(), names(), kPrior);
  const Json values = class_report(some_cases(), names(), kPrior, Detail::values);
  EXPECT_EQ(values["log_loss"], Json({{"value", full["log_loss"]["value"]}}));
  EXPECT_FALSE(values.contains("reliability"));
  EXPECT_FALSE(values["decisions"]["sqrt"].contains("risk_coverage"));
  EXPECT_FALSE(values["auroc"]["Murmur"].contains("roc"));
}

TEST(ClassReport, SaysOnlyThatThereIsNothing) {
  EXPECT_EQ(class_report({}, names(), kPrior), Json({{"recordings", 0}, {"groups", 0}}));
}

TEST(PairReport, DrawsTheCurveOfItsArea) {
  // Odds 2 (Murmur), 5/4, 2/7 (Normal), 1/8 (Murmur).
  EXPECT_EQ(pair_report(some_cases(), 1, 0)["roc"],
            Json::parse("[[0,0],[0,0.5],[0.5,0.5],[1,0.5],[1,1]]"));
}

TEST(PairReport, RanksByTheOddsOfTheTwoClasses) {
  // Odds of Murmur against Normal: 2/7 and 5/4 for Normal, 2 and 1/8 for Murmur.
  const Json report = pair_report(some_cases(), 1, 0);
  EXPECT_EQ(report["value"], 0.5);
  EXPECT_EQ(report["positives"], 2);
}

TEST(PairReport, IsNullWithoutOneOfTheClasses) {
  EXPECT_TRUE(pair_report(some_cases(), 2, 0).is_null());
}

std::vector<MurmurCase> two_folds() {
  std::vector<MurmurCase> cases;
  for (int fold = 0; fold < 2; ++fold) {
    for (int i = 0; i < 10; ++i) {
      const std::string name = std::to_string(fold) + "-" + std::to_string(i);
      const bool present = i < 3;
      cases.push_back({name, name, present ? "Present" : "Absent", fold, present ? 1 : 0,
                       present ? 1.0 + 0.1 * i : -0.1 * i});
    }
  }
  return cases;
}

TEST(MurmurReport, SeparatesWhatIsSeparable) {
  const Json report = murmur_report(two_folds());
  EXPECT_EQ(report["recording"]["value"], 1);
  EXPECT_EQ(report["patient_max"]["value"], 1);
  EXPECT_EQ(report["weighted_accuracy"]["value"], 1);
}

TEST(MurmurReport, CountsAnUnknownPatientThreefoldAgainstUs) {
  std::vector<MurmurCase> cases = two_folds();
  cases.push_back({"u", "u", "Unknown", 0, -1, -5});
  // 6 Present weigh 30, 14 Absent 14, one Unknown 3.
  const Json report = murmur_report(cases);
  EXPECT_NEAR(report["weighted_accuracy"]["value"].get<double>(), 44.0 / 47, 1e-4);
  EXPECT_EQ(report["recording"]["value"], 1);
}

TEST(MurmurReport, TakesTheLoudestAndTheMeanOfAPatientsLocations) {
  std::vector<MurmurCase> cases = two_folds();
  // One more location of a patient without a murmur, far above the rest.
  cases.push_back({"0-9", "0-9", "Absent", 0, 0, 5});
  const Json report = murmur_report(cases);
  EXPECT_NEAR(report["patient_max"]["value"].get<double>(), 1 - 6.0 / 84, 1e-4);
  EXPECT_LT(report["patient_mean"]["value"].get<double>(), 1);
}

TEST(MurmurReport, IsNullWithoutCases) { EXPECT_TRUE(murmur_report({}).is_null()); }

// Two sites whose scores part at 0, and one whose scores lie 10 higher.
std::vector<SiteCase> three_sites() {
  std::vector<SiteCase> cases;
  constexpr std::array<std::pair<const char*, double>, 3> kSites = {
      {{"a", 0}, {"b", 0}, {"c", 10}}};
  for (const auto& [site, offset] : kSites) {
    for (int i = 0; i < 4; ++i) {
      const std::string group = site + std::to_string(i);
      cases.push_back({group, site, i < 2, offset + (i < 2 ? 1.0 : -1.0)});
    }
  }
  return cases;
}

TEST(SiteReport, JudgesASiteAtTheThresholdOfTheOthers) {
  const Json report = site_report(three_sites());
  EXPECT_EQ(report["sites"]["c"]["auroc"]["value"], 1);
  EXPECT_EQ(report["sites"]["c"]["sensitivity"]["value"], 1);
  EXPECT_EQ(report["sites"]["c"]["specificity"]["value"], 0);  // All above the others' threshold.
  EXPECT_EQ(report["sites"]["c"]["macc"]["value"], 0.5);
  // For a, thresholds between -1 and 1 serve b but not c: the mean of 1 and .5 is the best there
  // is.
  EXPECT_EQ(report["sites"]["a"]["macc"]["value"], 1);
  EXPECT_NEAR(report["mean_macc"]["value"].get<double>(), 2.5 / 3, 1e-4);
}

TEST(SiteReport, LeavesASiteWithOneKindOutOfTheMean) {
  std::vector<SiteCase> cases = three_sites();
  std::erase_if(cases, [](const SiteCase& item) { return item.site == "c" && item.abnormal; });
  const Json report = site_report(cases);
  EXPECT_TRUE(report["sites"]["c"]["auroc"].is_null());
  EXPECT_TRUE(report["sites"]["c"]["macc"].is_null());
  EXPECT_EQ(report["mean_macc"]["value"], 1);
}

}  // namespace
}  // namespace auscult::evaluation
