#include "service/serving_model.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <latch>
#include <thread>

#include "model/onnx_builder.hpp"
#include "storage/store_test_data.hpp"

namespace auscult::service {
namespace {

/// A model of two classes in a folder of its own, whose second score is `scale` squared times the
/// power.
Result<ServingModel> make_model(const char* name, float scale = 1) {
  const TemporaryFolder folder;
  model::OnnxBuilder builder("[2000, 8000]");
  builder.metadata("auscult.name", name);
  builder.metadata("auscult.labels", R"(["quiet", "loud"])");
  const std::string power = builder.node("Mul", {"samples", "samples"});
  const std::string mean =
      builder.node("ReduceMean", {power},
                   {{"axes", model::OnnxBuilder::Sizes{1}}, {"keepdims", std::int64_t{1}}});
  const std::string scores = builder.node("Gemm", {mean, builder.floats({1, 2}, {0, scale})});
  builder.output("scores", builder.node("Mul", {scores, builder.number(scale)}));
  const std::vector<std::byte> bytes = builder.bytes();
  std::ofstream(folder.path() / "model.onnx", std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  auto classifier = classify::Classifier::load(folder.path(), {});
  if (!classifier) return classifier.error();
  return ServingModel{*std::move(classifier), ""};
}

TEST(ModelSlot, KeepsWhatSomebodyHoldsWhenAnotherTakesItsPlace) {
  int loads = 0;
  auto slot = ModelSlot::create([&] { return make_model(++loads == 1 ? "first" : "second"); });
  ASSERT_TRUE(slot) << slot.error().message;
  const auto held = (*slot)->current();
  ASSERT_TRUE((*slot)->reload());
  EXPECT_EQ((*slot)->current()->info().name, "second");
  EXPECT_EQ(held->info().name, "first");
  classify::Workspace workspace = held->classifier.make_workspace();
  EXPECT_TRUE(held->classifier.classify({std::vector<float>(4'000, 0.5F), 4'000}, workspace));
}

TEST(ModelSlot, KeepsTheModelWhereTheNextCannotBeLoaded) {
  int loads = 0;
  auto slot = ModelSlot::create([&]() -> Result<ServingModel> {
    if (++loads == 1) return make_model("first");
    return fail(ErrorCode::not_found, "no file");
  });
  ASSERT_TRUE(slot) << slot.error().message;
  EXPECT_EQ((*slot)->reload().error().message, "no file");
  EXPECT_EQ((*slot)->current()->info().name, "first");
}

TEST(ModelSlot, KeepsTheModelWhereTheNextFailsItsTest) {
  int loads = 0;
  auto slot = ModelSlot::create([&] {
    // Infinite scores of any sound that is not silent.
    return ++loads == 1 ? make_model("first") : make_model("second", 1e38F);
  });
  ASSERT_TRUE(slot) << slot.error().message;
  const auto reloaded = (*slot)->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_NE(reloaded.error().message.find("self-test"), std::string::npos);
  EXPECT_EQ((*slot)->current()->info().name, "first");
}

TEST(ModelSlot, RefusesAReloadWhileAnotherGoesOn) {
  std::latch entered(1);
  std::latch released(1);
  std::atomic<int> loads = 0;
  auto slot = ModelSlot::create([&]() -> Result<ServingModel> {
    if (++loads == 2) {
      entered.count_down();
      released.wait();
    }
    return make_model("any");
  });
  ASSERT_TRUE(slot) << slot.error().message;
  std::thread other([&] { EXPECT_TRUE((*slot)->reload()); });
  entered.wait();
  EXPECT_EQ((*slot)->reload().error().code, ErrorCode::unavailable);
  released.count_down();
  other.join();
  EXPECT_TRUE((*slot)->reload());
}

TEST(ModelSlot, WithoutALoaderKeepsItsModel) {
  ModelSlot slot(std::make_shared<const ServingModel>(*make_model("only")));
  EXPECT_FALSE(slot.reload());
  EXPECT_EQ(slot.current()->info().name, "only");
}

}  // namespace
}  // namespace auscult::service
