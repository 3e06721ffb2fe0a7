#include "model/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>
#include <thread>

#include "model/onnx_builder.hpp"

namespace {

/// What the current thread has asked of `new` while counting.
struct Allocations {
  bool counting = false;
  std::size_t count = 0;
  std::size_t largest = 0;
};

Allocations& allocations() {
  thread_local Allocations counted;
  return counted;
}

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory): this is new itself

// Not inlined, or g++ sees free() on what it takes for the library's own memory.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  Allocations& asked = allocations();
  if (asked.counting) {
    ++asked.count;
    if (size > asked.largest) asked.largest = size;
  }
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

// NOLINTEND(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)

namespace auscult::model {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;
using Sizes = OnnxBuilder::Sizes;

Model decoded(const OnnxBuilder& builder, Precision precision = Precision::f32) {
  Result<Model> model = Model::decode(builder.bytes(), precision);
  EXPECT_TRUE(model) << model.error().message;
  return *std::move(model);
}

std::vector<float> run(const Model& model, const std::vector<float>& samples) {
  Workspace workspace = model.make_workspace();
  const Result<Scores> scores = model.run(samples, workspace);
  EXPECT_TRUE(scores) << scores.error().message;
  if (!scores) return {};
  return {scores->clip.begin(), scores->clip.end()};
}

std::vector<float> wave(std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = std::sin(0.3F * static_cast<float>(i)) + 0.1F * static_cast<float>(i % 7);
  }
  return samples;
}

/// The clip's length, sum and masked mean, which padding must not change.
OnnxBuilder masked_mean() {
  OnnxBuilder builder("[4, 6, 16]");
  builder.input("mask", {1, -1});
  const std::string axes = builder.integers({1});
  const std::string sum = builder.node("ReduceSum", {"samples", axes});
  const std::string count = builder.node("ReduceSum", {"mask", axes});
  builder.output("scores", builder.node("Concat", {count, sum, builder.node("Div", {sum, count})},
                                        {{"axis", std::int64_t{1}}}));
  return builder;
}

/// A small trunk: convolutions with ReLU and a residual, pooled to two scores.
OnnxBuilder trunk(const std::string& lengths) {
  OnnxBuilder builder(lengths);
  const auto weights = [&](const Sizes& dims, float phase) {
    std::vector<float> values(static_cast<std::size_t>(dims[0] * dims[1] * dims[2]));
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = 0.3F * std::sin(1.7F * static_cast<float>(i) + phase);
    }
    return builder.floats(dims, values);
  };
  const OnnxBuilder::Attributes same = {{"pads", Sizes{1, 1}}};
  std::string x = builder.node("Unsqueeze", {"samples", builder.integers({0})});
  x = builder.node("Relu", {builder.node("Conv", {x, weights({16, 1, 3}, 0)}, same)});
  const std::string y =
      builder.node("Relu", {builder.node("Conv", {x, weights({16, 16, 3}, 1)}, same)});
  x = builder.node("Add", {x, builder.node("Conv", {y, weights({16, 16, 3}, 2)}, same)});
  x = builder.node("Conv", {builder.node("Relu", {x}), weights({2, 16, 1}, 3)});
  builder.output("window_scores",
                 builder.node("Transpose",
                              {builder.node("AveragePool", {x},
                                            {{"kernel_shape", Sizes{8}}, {"strides", Sizes{4}}})},
                              {{"perm", Sizes{0, 2, 1}}}));
  builder.output("scores", builder.node("Flatten", {builder.node("GlobalAveragePool", {x})}));
  return builder;
}

TEST(ModelRun, PadsToTheNextLengthAndMasksThePadding) {
  const Model model = decoded(masked_mean());
  EXPECT_THAT(run(model, {1, 2, 3}), ElementsAre(3, 6, 2));
  EXPECT_THAT(run(model, {1, 2, 3, 4, 5}), ElementsAre(5, 15, 3));
  EXPECT_THAT(run(model, std::vector<float>(16, 2)), ElementsAre(16, 32, 2));
}

TEST(ModelRun, LeavesNothingOfALongerClipBehind) {
  const Model model = decoded(masked_mean());
  Workspace workspace = model.make_workspace();
  ASSERT_TRUE(model.run(std::vector<float>(16, 100), workspace));
  const Result<Scores> scores = model.run(std::vector<float>{1, 2, 3}, workspace);
  ASSERT_TRUE(scores);
  EXPECT_THAT(scores->clip, ElementsAre(3, 6, 2));
}

TEST(ModelRun, DoesNotSeeWhatIsHidden) {
  const Model model = decoded(masked_mean());
  Workspace workspace = model.make_workspace();
  const std::vector<float> samples = {1, 2, 30, 40, 5};
  const Result<Scores> scores = model.run(samples, {.begin = 2, .end = 4}, workspace);
  ASSERT_TRUE(scores);
  EXPECT_THAT(scores->clip, ElementsAre(3, 8, FloatNear(8.0F / 3, 1e-5F)));
  EXPECT_THAT(run(model, samples), ElementsAre(5, 78, FloatNear(15.6F, 1e-4F)));
}

TEST(ModelRun, RefusesToHideAllOrWhatIsNotThere) {
  const Model model = decoded(masked_mean());
  Workspace workspace = model.make_workspace();
  const std::vector<float> samples = {1, 2, 3};
  for (const Hidden hidden : {Hidden{0, 3}, Hidden{1, 4}, Hidden{2, 1}}) {
    const Result<Scores> scores = model.run(samples, hidden, workspace);
    ASSERT_FALSE(scores);
    EXPECT_EQ(scores.error().code, ErrorCode::invalid_argument);
  }
}

TEST(ModelRun, RefusesLengthsItWasNotCompiledFor) {
  const Model model = decoded(masked_mean());
  Workspace workspace = model.make_workspace();
  for (const std::size_t length : {0U, 17U}) {
    const Result<Scores> scores = model.run(std::vector<float>(length), workspace);
    ASSERT_FALSE(scores);
    EXPECT_EQ(scores.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(scores.error().message, HasSubstr("1 to 16"));
  }
}

TEST(ModelRun, RefusesToGiveAScoreThatIsNotFinite) {
  OnnxBuilder builder("[4]");
  builder.output("scores", builder.node("Log", {"samples"}));
  const Model model = decoded(builder);
  Workspace workspace = model.make_workspace();
  const Result<Scores> scores = model.run(std::vector<float>{1, -1, 1, 1}, workspace);
  ASSERT_FALSE(scores);
  EXPECT_EQ(scores.error().code, ErrorCode::internal);
}

TEST(ModelRun, GivesTheScoresOfEachWindow) {
  const Model model = decoded(trunk("[32]"));
  Workspace workspace = model.make_workspace();
  const Result<Scores> scores = model.run(wave(32), workspace);
  ASSERT_TRUE(scores) << scores.error().message;
  EXPECT_EQ(scores->window_count, 7U);
  EXPECT_EQ(scores->windows.size(), 14U);
}

TEST(ModelRun, GivesTheSameWhateverOtherLengthsTheModelHas) {
  const std::vector<float> alone = run(decoded(trunk("[48]")), wave(48));
  EXPECT_THAT(run(decoded(trunk("[16, 48, 96]")), wave(48)), ElementsAreArray(alone));
}

TEST(ModelRun, GivesTheSameInEveryThread) {
  const Model model = decoded(trunk("[16, 48, 96]"), Precision::automatic);
  const std::vector<float> expected = run(model, wave(96));
  std::vector<std::vector<float>> results(4);
  std::vector<std::thread> threads;
  for (std::vector<float>& result : results) {
    threads.emplace_back([&model, &result] {
      Workspace workspace = model.make_workspace();
      for (int i = 0; i < 20; ++i) {
        const Result<Scores> scores = model.run(wave(96), workspace);
        if (scores) result.assign(scores->clip.begin(), scores->clip.end());
        if (!model.run(wave(20), workspace)) result.clear();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& result : results) EXPECT_THAT(result, ElementsAreArray(expected));
}

TEST(ModelRun, StaysNearF32InBf16) {
  const Result<Model> bf16 = Model::decode(trunk("[96]").bytes(), Precision::bf16);
  if (!bf16) GTEST_SKIP() << bf16.error().message;
  const std::vector<float> exact = run(decoded(trunk("[96]")), wave(96));
  EXPECT_THAT(run(*bf16, wave(96)), Pointwise(FloatNear(0.02F), exact));
}

TEST(ModelRun, AllocatesNothingOfItsOwn) {
  const Model model = decoded(masked_mean());  // Only loops of ours.
  Workspace workspace = model.make_workspace();
  const std::vector<float> samples = wave(10);
  ASSERT_TRUE(model.run(samples, workspace));
  allocations() = {true, 0, 0};
  const bool ok = model.run(samples, workspace).has_value();
  allocations().counting = false;
  EXPECT_TRUE(ok);
  EXPECT_EQ(allocations().count, 0U);
}

TEST(ModelRun, LeavesToOneDnnNoMoreThanItsListsOfArguments) {
  // oneDNN 2.6 makes a hash map of the few arguments of each primitive, and frees it again.
  const Model model = decoded(trunk("[96]"), Precision::automatic);
  Workspace workspace = model.make_workspace();
  const std::vector<float> samples = wave(96);
  ASSERT_TRUE(model.run(samples, workspace));
  allocations() = {true, 0, 0};
  const bool ok = model.run(samples, workspace).has_value();
  allocations().counting = false;
  EXPECT_TRUE(ok);
  EXPECT_LE(allocations().largest, 512U);
}

TEST(ModelLoad, SaysWhatTheFileIs) {
  const Model model = decoded(trunk("[16, 48]"));
  EXPECT_EQ(model.info().name, "test");
  EXPECT_THAT(model.info().lengths, ElementsAre(16, 48));
  EXPECT_EQ(model.info().sha256.size(), 64U);
  EXPECT_EQ(model.info().precision, Precision::f32);
}

TEST(ModelLoad, ReportsAFileThatIsNotThere) {
  const Result<Model> model = Model::load("/nonexistent/model.onnx", Precision::f32);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::not_found);
  EXPECT_THAT(model.error().message, HasSubstr("/nonexistent/model.onnx"));
}

TEST(ModelLoad, RefusesAFixedLengthThatTheMetadataContradict) {
  OnnxBuilder builder("[100]");
  builder.proto().mutable_graph()->mutable_input()->Clear();
  builder.input("samples", {1, 80});
  builder.output("scores", "samples");
  const Result<Model> model = Model::decode(builder.bytes(), Precision::f32);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, AllOf(HasSubstr("80"), HasSubstr("100")));
}

TEST(ModelLoad, RefusesScoresThatGrowWithTheClip) {
  OnnxBuilder builder("[4, 8]");
  builder.output("scores", "samples");
  const Result<Model> model = Model::decode(builder.bytes(), Precision::f32);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, HasSubstr("depends on the length"));
}

TEST(ModelLoad, RefusesWindowScoresOfAnotherWidth) {
  OnnxBuilder builder("[8]");
  builder.output("window_scores",
                 builder.node("Reshape", {"samples", builder.integers({1, 2, 4})}));
  builder.output("scores", builder.node("Slice", {"samples", builder.integers({0}),
                                                  builder.integers({3}), builder.integers({1})}));
  const Result<Model> model = Model::decode(builder.bytes(), Precision::f32);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, HasSubstr("window_scores"));
}

TEST(ModelLoad, RefusesAGraphThatNeedsTooMuchMemory) {
  OnnxBuilder builder("[1024]");
  const std::string tall = builder.node("Reshape", {"samples", builder.integers({1024, 1})});
  std::vector<std::string> squares;
  for (int i = 0; i < 300; ++i) squares.push_back(builder.node("Mul", {tall, "samples"}));
  const std::string all =
      builder.node("Concat", {squares[0], squares[1]}, {{"axis", std::int64_t{0}}});
  std::string sum = builder.node("ReduceMax", {all});
  for (const std::string& square : squares) {
    sum = builder.node("Add", {sum, builder.node("ReduceMax", {square})});
  }
  builder.output("scores", sum);
  const Result<Model> model = Model::decode(builder.bytes(), Precision::f32);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message, HasSubstr("bytes to run"));
}

}  // namespace
}  // namespace auscult::model
