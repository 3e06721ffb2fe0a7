#include "learning.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "core/temporary_folder.hpp"
#include "synthetic_dataset.hpp"

namespace auscult::train {
namespace {

class Learning : public ::testing::Test {
 protected:
  [[nodiscard]] Lesson lesson(const std::string& checkpoint) const {
    return {.held_out = 0,
            .seed = 3,
            .steps = 3,
            .checkpoint = (folder_.path() / checkpoint).string(),
            .checkpoint_steps = 2};
  }

  TemporaryFolder folder_;
  const Dataset dataset_ = synthetic_dataset();
};

void expect_equal(const Weights& first, const Weights& second) {
  ASSERT_EQ(first.size(), second.size());
  for (const auto& [name, tensor] : first) EXPECT_EQ(tensor.values, second.at(name).values) << name;
}

TEST_F(Learning, GoesOnAfterAStopToTheSameBits) {
  const auto no_listener = [](int, double) {};
  const Result<Weights> whole = learn(dataset_, lesson("whole"), no_listener);
  ASSERT_TRUE(whole);

  const auto stop = [](int step, double) {
    if (step == 2) throw std::runtime_error("stopped");
  };
  EXPECT_THROW((void)learn(dataset_, lesson("stopped"), stop), std::runtime_error);
  int first_step = 0;
  const auto note = [&](int step, double) { first_step = first_step == 0 ? step : first_step; };
  const Result<Weights> resumed = learn(dataset_, lesson("stopped"), note);
  ASSERT_TRUE(resumed);
  EXPECT_EQ(first_step, 3);
  expect_equal(*whole, *resumed);
}

TEST_F(Learning, RefusesTheCheckpointOfAnotherLesson) {
  const auto no_listener = [](int, double) {};
  Lesson one = lesson("checkpoint");
  one.steps = 1;
  ASSERT_TRUE(learn(dataset_, one, no_listener));
  one.seed = 4;
  const Result<Weights> other = learn(dataset_, one, no_listener);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::invalid_argument);
}

TEST_F(Learning, RefusesADamagedCheckpoint) {
  std::ofstream(folder_.path() / "checkpoint") << "not a checkpoint";
  const Result<Weights> result = learn(dataset_, lesson("checkpoint"), [](int, double) {});
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("checkpoint"), std::string::npos);
}

// A manifest of one's own need have nothing but labels.
TEST_F(Learning, LearnsFromLabelledRecordingsAlone) {
  Dataset labelled = synthetic_dataset();
  std::erase_if(labelled.examples, [](const Example& e) { return e.label == kUnlabelled; });
  double last_loss = 0;
  const Result<Weights> weights =
      learn(labelled, lesson("labelled"), [&](int, double loss) { last_loss = loss; });
  ASSERT_TRUE(weights);
  EXPECT_TRUE(std::isfinite(last_loss));
  const std::vector<std::vector<double>> scores =
      score(*weights, {&labelled.examples[0].samples, &labelled.examples[1].samples});
  ASSERT_EQ(scores.size(), 2U);
  EXPECT_EQ(scores[0].size(), static_cast<std::size_t>(kScores));
  EXPECT_NE(scores[0], scores[1]);
  for (const double value : scores[0]) EXPECT_TRUE(std::isfinite(value));
}

}  // namespace
}  // namespace auscult::train
