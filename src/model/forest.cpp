#include "model/forest.hpp"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/limits.hpp"

namespace auscult::model {

namespace {

Error refuse(const std::string& why) { return fail(ErrorCode::unsupported_model, why); }

Result<std::vector<std::string>> read_names(const std::map<std::string, std::string>& metadata,
                                            const std::string& key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return refuse("the forest has no metadata '" + key + "'");
  const auto json = nlohmann::json::parse(found->second, nullptr, false);
  std::vector<std::string> names;
  for (const auto& name : json.is_array() ? json : nlohmann::json::array()) {
    if (!name.is_string()) break;
    names.push_back(name.get<std::string>());
  }
  if (names.empty() || names.size() != json.size() || names.size() > limits::kMaxForestNames) {
    return refuse("the forest's metadata '" + key + "' must be a JSON list of 1 to " +
                  std::to_string(limits::kMaxForestNames) + " names");
  }
  return names;
}

/// The places of nodes, by their tree and their number in it.
class NodeIndex {
 public:
  using Key = std::pair<std::int64_t, std::int64_t>;

  explicit NodeIndex(std::vector<std::pair<Key, std::uint32_t>> nodes) : nodes_(std::move(nodes)) {
    // Most files are in order.
    if (!std::ranges::is_sorted(nodes_)) std::ranges::sort(nodes_);
  }

  /// One of the nodes that have the key of another, if there is one.
  [[nodiscard]] std::optional<Key> repeated() const {
    const auto same_key = [](const auto& a, const auto& b) { return a.first == b.first; };
    const auto found = std::ranges::adjacent_find(nodes_, same_key);
    return found == nodes_.end() ? std::nullopt : std::optional(found->first);
  }

  [[nodiscard]] std::optional<std::uint32_t> find(const Key& key) const {
    const auto found =
        std::ranges::lower_bound(nodes_, key, {}, &std::pair<Key, std::uint32_t>::first);
    if (found == nodes_.end() || found->first != key) return std::nullopt;
    return found->second;
  }

 private:
  std::vector<std::pair<Key, std::uint32_t>> nodes_;
};

}  // namespace

/// Turns the parallel lists of a TreeEnsembleClassifier into nodes.
class ForestReader {
 public:
  explicit ForestReader(const onnx::NodeProto& node) : node_(node) {}

  Status read(Forest& forest) {
    const auto trees = integers("nodes_treeids");
    const std::size_t count = trees.size();
    if (count == 0 || count > limits::kMaxForestNodes) {
      return refuse("the forest has " + std::to_string(count) + " nodes; 1 to " +
                    std::to_string(limits::kMaxForestNodes) + " are accepted");
    }
    const auto ids = integers("nodes_nodeids");
    const auto features = integers("nodes_featureids");
    const auto below = integers("nodes_truenodeids");
    const auto above = integers("nodes_falsenodeids");
    const std::span<const float> thresholds = floats("nodes_values");
    const onnx::AttributeProto* modes = find("nodes_modes");
    const std::size_t mode_count =
        modes == nullptr ? 0 : static_cast<std::size_t>(modes->strings_size());
    for (const std::size_t size :
         {ids.size(), features.size(), below.size(), above.size(), thresholds.size(), mode_count}) {
      if (size != count) return refuse("the forest's lists of nodes differ in length");
    }
    if (const onnx::AttributeProto* after = find("post_transform");
        after != nullptr && after->s() != "NONE") {
      return refuse("the forest's post_transform is '" + after->s() + "', not NONE");
    }

    std::vector<std::pair<NodeIndex::Key, std::uint32_t>> keys;
    keys.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      keys.emplace_back(NodeIndex::Key(trees[i], ids[i]), static_cast<std::uint32_t>(i));
      if (i == 0 || trees[i] != trees[i - 1]) {
        forest.roots_.push_back(static_cast<std::uint32_t>(i));
      }
    }
    const NodeIndex index(std::move(keys));
    if (const auto twice = index.repeated()) {
      return refuse("the forest has two nodes " + std::to_string(twice->second) + " in tree " +
                    std::to_string(twice->first));
    }
    forest.nodes_.resize(count);
    std::uint32_t leaves = 0;
    for (std::size_t i = 0; i < count; ++i) {
      Forest::Node& node = forest.nodes_[i];
      const std::string& mode = modes->strings(static_cast<int>(i));
      if (mode == "LEAF") {
        node.below = leaves;
        leaves += static_cast<std::uint32_t>(forest.classes_.size());
        continue;
      }
      if (mode != "BRANCH_LEQ") return refuse("the forest has a node of mode '" + mode + "'");
      const auto left = index.find({trees[i], below[i]});
      const auto right = index.find({trees[i], above[i]});
      const auto where = [&] {
        return "node " + std::to_string(ids[i]) + " of tree " + std::to_string(trees[i]);
      };
      // Below means after: so no walk comes back.
      if (!left || !right || *left <= i || *right <= i) {
        return refuse(where() + " does not lead to two later nodes of its tree");
      }
      if (features[i] < 0 || static_cast<std::size_t>(features[i]) >= forest.features_.size()) {
        return refuse(where() + " asks for feature " + std::to_string(features[i]) + " of " +
                      std::to_string(forest.features_.size()));
      }
      node = {.threshold = thresholds[i],
              .feature = static_cast<std::int32_t>(features[i]),
              .below = *left,
              .above = *right};
    }
    forest.leaves_.resize(leaves);
    return read_weights(index, forest);
  }

 private:
  Status read_weights(const NodeIndex& index, Forest& forest) {
    const auto trees = integers("class_treeids");
    const auto ids = integers("class_nodeids");
    const auto classes = integers("class_ids");
    const std::span<const float> weights = floats("class_weights");
    if (ids.size() != trees.size() || classes.size() != trees.size() ||
        weights.size() != trees.size()) {
      return refuse("the forest's lists of weights differ in length");
    }
    for (std::size_t i = 0; i < trees.size(); ++i) {
      const auto node = index.find({trees[i], ids[i]});
      if (!node || forest.nodes_[*node].feature >= 0 || classes[i] < 0 ||
          static_cast<std::size_t>(classes[i]) >= forest.classes_.size()) {
        return refuse("weight " + std::to_string(i) + " of the forest is of no leaf or class");
      }
      forest.leaves_[forest.nodes_[*node].below + static_cast<std::size_t>(classes[i])] +=
          weights[i];
    }
    return Ok{};
  }

  [[nodiscard]] const onnx::AttributeProto* find(const std::string& name) const {
    for (const onnx::AttributeProto& attribute : node_.attribute()) {
      if (attribute.name() == name) return &attribute;
    }
    return nullptr;
  }

  [[nodiscard]] std::span<const std::int64_t> integers(const std::string& name) const {
    const onnx::AttributeProto* found = find(name);
    if (found == nullptr) return {};
    return {found->ints().data(), static_cast<std::size_t>(found->ints_size())};
  }

  [[nodiscard]] std::span<const float> floats(const std::string& name) const {
    const onnx::AttributeProto* found = find(name);
    if (found == nullptr) return {};
    return {found->floats().data(), static_cast<std::size_t>(found->floats_size())};
  }

  const onnx::NodeProto& node_;
};

Result<Forest> Forest::decode(std::span<const std::byte> bytes) {
  onnx::ModelProto proto;
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return refuse("the forest is not an ONNX file, or it is damaged");
  }
  if (proto.graph().node_size() != 1 ||
      proto.graph().node(0).op_type() != "TreeEnsembleClassifier") {
    return refuse("the forest must have one node, a TreeEnsembleClassifier");
  }
  Forest forest;
  for (const auto& entry : proto.metadata_props()) forest.metadata_[entry.key()] = entry.value();
  for (const auto& [key, names] : {std::pair("auscult.features", &forest.features_),
                                   std::pair("auscult.classes", &forest.classes_)}) {
    Result<std::vector<std::string>> read = read_names(forest.metadata_, key);
    if (!read) return read.error();
    *names = *std::move(read);
  }
  const Status read = ForestReader(proto.graph().node(0)).read(forest);
  if (!read) return read.error();
  return forest;
}

std::vector<double> Forest::score(std::span<const float> features) const {
  std::vector<double> scores(classes_.size());
  for (const std::uint32_t root : roots_) {
    const Node* node = &nodes_[root];
    while (node->feature >= 0) {
      const bool is_below = features[static_cast<std::size_t>(node->feature)] <= node->threshold;
      node = &nodes_[is_below ? node->below : node->above];
    }
    for (std::size_t k = 0; k < scores.size(); ++k) {
      scores[k] += static_cast<double>(leaves_[node->below + k]);
    }
  }
  return scores;
}

std::vector<double> Forest::log_score(std::span<const float> features) const {
  std::vector<double> logarithms = score(features);
  for (double& value : logarithms) value = std::log(std::max(value, kMinForestScore));
  return logarithms;
}

}  // namespace auscult::model
