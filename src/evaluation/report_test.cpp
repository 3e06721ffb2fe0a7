#include "evaluation/report.hpp"

#include <gtest/gtest.h>

namespace auscult::evaluation {
namespace {

const std::vector<std::string> kNames = {"Normal", "Murmur", "Artifact"};
const std::vector<double> kPrior = {0.5, 0.4, 0.1};

std::vector<Case> some_cases() {
  return {{"p1", "A", {{0.7, 0.2, 0.1}, 0}},
          {"p1", "A", {{0.4, 0.5, 0.1}, 0}},
          {"p2", "A", {{0.3, 0.6, 0.1}, 1}},
          {"p3", "B", {{0.8, 0.1, 0.1}, 1}}};
}

TEST(ClassReport, CountsRecordingsAndGroups) {
  const Json report = class_report(some_cases(), kNames, kPrior);
  EXPECT_EQ(report["recordings"], 4);
  EXPECT_EQ(report["groups"], 3);
}

TEST(ClassReport, SaysHowOftenTheMostProbableClassIsTrue) {
  const Json natural = class_report(some_cases(), kNames, kPrior)["decisions"]["natural"];
  EXPECT_EQ(natural["accuracy"]["value"], 0.5);
  EXPECT_LE(natural["accuracy"]["low"], 0.5);
  EXPECT_GE(natural["accuracy"]["high"], 0.5);
  EXPECT_EQ(natural["confusion"], Json::parse("[[1,1,0],[1,1,0],[0,0,0]]"));
}

TEST(ClassReport, LeavesOutClassesThatDoNotOccur) {
  const Json report = class_report(some_cases(), kNames, kPrior);
  EXPECT_FALSE(report["decisions"]["sqrt"]["recall"].contains("Artifact"));
  EXPECT_FALSE(report["auroc"].contains("Artifact"));
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

}  // namespace
}  // namespace auscult::evaluation
