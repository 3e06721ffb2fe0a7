#include "model/forest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <functional>
#include <string>

namespace auscult::model {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename Values>
void add(onnx::NodeProto& node, const std::string& name, const Values& values) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  for (const auto& value : values) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, float>) {
      attribute.set_type(onnx::AttributeProto::FLOATS);
      attribute.add_floats(value);
    } else if constexpr (std::is_same_v<std::decay_t<decltype(value)>, int>) {
      attribute.set_type(onnx::AttributeProto::INTS);
      attribute.add_ints(value);
    } else {
      attribute.set_type(onnx::AttributeProto::STRINGS);
      attribute.add_strings(value);
    }
  }
}

// Two trees over (pitch, level): the first asks for pitch <= 2, then level <= -1; the second is one
// leaf.
onnx::ModelProto two_trees() {
  onnx::ModelProto model;
  for (const auto& [key, value] : {std::pair("auscult.features", R"(["pitch", "level"])"),
                                   std::pair("auscult.classes", R"(["Normal", "Extrahls"])")}) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  onnx::NodeProto& node = *model.mutable_graph()->add_node();
  node.set_op_type("TreeEnsembleClassifier");
  add(node, "nodes_treeids", std::vector<int>{0, 0, 0, 0, 0, 1});
  add(node, "nodes_nodeids", std::vector<int>{0, 1, 2, 3, 4, 0});
  add(node, "nodes_featureids", std::vector<int>{0, 0, 1, 0, 0, 0});
  add(node, "nodes_values", std::vector<float>{2, 0, -1, 0, 0, 0});
  add(node, "nodes_truenodeids", std::vector<int>{1, 0, 3, 0, 0, 0});
  add(node, "nodes_falsenodeids", std::vector<int>{2, 0, 4, 0, 0, 0});
  add(node, "nodes_modes",
      std::vector<std::string>{"BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"});
  add(node, "class_treeids", std::vector<int>{0, 0, 0, 0, 1, 1});
  add(node, "class_nodeids", std::vector<int>{1, 3, 4, 4, 0, 0});
  add(node, "class_ids", std::vector<int>{0, 1, 0, 1, 0, 1});
  add(node, "class_weights", std::vector<float>{0.5F, 0.5F, 0.125F, 0.375F, 0.25F, 0.25F});
  return model;
}

onnx::AttributeProto& attribute(onnx::ModelProto& model, const std::string& name) {
  for (onnx::AttributeProto& found : *model.mutable_graph()->mutable_node(0)->mutable_attribute()) {
    if (found.name() == name) return found;
  }
  ADD_FAILURE() << name;
  return *model.mutable_graph()->mutable_node(0)->add_attribute();
}

Result<Forest> decode(const onnx::ModelProto& model) {
  const std::string bytes = model.SerializeAsString();
  return Forest::decode(std::as_bytes(std::span(bytes)));
}

TEST(Forest, SumsTheLeavesThatTheFeaturesLeadTo) {
  const Result<Forest> forest = decode(two_trees());
  ASSERT_TRUE(forest) << forest.error().message;
  EXPECT_THAT(forest->features(), ElementsAre("pitch", "level"));
  EXPECT_THAT(forest->classes(), ElementsAre("Normal", "Extrahls"));
  const auto score = [&](float pitch, float level) {
    return forest->score(std::vector<float>{pitch, level});
  };
  EXPECT_THAT(score(2, 5), ElementsAre(0.75, 0.25));  // On the threshold is below it.
  EXPECT_THAT(score(3, -1), ElementsAre(0.25, 0.75));
  EXPECT_THAT(score(3, 0), ElementsAre(0.375, 0.625));
}

TEST(Forest, IsNeverSurerThanItsFloor) {
  onnx::ModelProto model = two_trees();
  auto& weights = *attribute(model, "class_weights").mutable_floats();
  weights.Set(4, 0.5F);
  weights.Set(5, 0);
  const Result<Forest> forest = decode(model);
  ASSERT_TRUE(forest);
  EXPECT_THAT(forest->log_score(std::vector<float>{0, 0}),
              ElementsAre(DoubleNear(0, 1e-12), DoubleNear(std::log(kMinForestScore), 1e-12)));
}

struct Damage {
  const char* name;
  std::function<void(onnx::ModelProto&)> damage;
  const char* message;
};

class DamagedForest : public ::testing::TestWithParam<Damage> {};

TEST_P(DamagedForest, IsRefusedWithTheReason) {
  onnx::ModelProto model = two_trees();
  GetParam().damage(model);
  const Result<Forest> forest = decode(model);
  ASSERT_FALSE(forest);
  EXPECT_EQ(forest.error().code, ErrorCode::unsupported_model);
  EXPECT_THAT(forest.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Forest, DamagedForest,
    ::testing::Values(
        Damage{"OtherOperator",
               [](auto& model) { model.mutable_graph()->mutable_node(0)->set_op_type("Relu"); },
               "TreeEnsembleClassifier"},
        Damage{"NoNames", [](auto& model) { model.mutable_metadata_props()->RemoveLast(); },
               "auscult.classes"},
        Damage{"Circle",
               [](auto& model) { attribute(model, "nodes_truenodeids").mutable_ints()->Set(2, 0); },
               "two later nodes"},
        Damage{
            "OtherTree",
            [](auto& model) { attribute(model, "nodes_falsenodeids").mutable_ints()->Set(0, 9); },
            "two later nodes"},
        Damage{"NoSuchFeature",
               [](auto& model) { attribute(model, "nodes_featureids").mutable_ints()->Set(0, 2); },
               "asks for feature 2 of 2"},
        Damage{"UnknownMode",
               [](auto& model) { attribute(model, "nodes_modes").set_strings(0, "BRANCH_LT"); },
               "BRANCH_LT"},
        Damage{"ShortList",
               [](auto& model) { attribute(model, "nodes_values").mutable_floats()->RemoveLast(); },
               "differ in length"},
        Damage{"SameNodeTwice",
               [](auto& model) { attribute(model, "nodes_nodeids").mutable_ints()->Set(4, 3); },
               "two nodes 3"},
        Damage{"WeightOfABranch",
               [](auto& model) { attribute(model, "class_nodeids").mutable_ints()->Set(0, 0); },
               "weight 0"},
        Damage{"NoSuchClass",
               [](auto& model) { attribute(model, "class_ids").mutable_ints()->Set(3, 2); },
               "weight 3"}),
    [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace auscult::model
