#include "model/specialise.hpp"

#include <algorithm>
#include <utility>

#include "model/fold.hpp"

namespace auscult::model {

namespace {

Result<Shape> input_shape(const std::string& name, Shape dims, std::size_t length) {
  const auto wanted = static_cast<std::int64_t>(length);
  if (dims.back() != -1 && dims.back() != wanted) {
    return fail(ErrorCode::unsupported_model,
                "the input '" + name + "' is fixed to " + std::to_string(dims.back()) +
                    " samples, but the metadata list the length " + std::to_string(length));
  }
  dims.back() = wanted;
  return dims;
}

class Specialiser {
 public:
  explicit Specialiser(const Graph& graph) : graph_(graph) {
    result_.shapes.resize(graph.value_names.size());
    result_.constants = graph.constants;
    for (const auto& [id, constant] : graph.constants) shape_of(id) = constant->dims;
  }

  Result<SpecialisedGraph> run(std::size_t length) {
    Result<Shape> samples = input_shape("samples", graph_.samples_dims, length);
    if (!samples) return samples.error();
    shape_of(graph_.samples) = *std::move(samples);
    if (graph_.mask != kNoValue) {
      Result<Shape> mask = input_shape("mask", graph_.mask_dims, length);
      if (!mask) return mask.error();
      shape_of(graph_.mask) = *std::move(mask);
    }
    for (const Node& node : graph_.nodes) {
      if (Status status = add(node); !status) return status.error();
    }
    count_uses_of_planned();
    fuse();
    return std::move(result_);
  }

 private:
  Shape& shape_of(ValueId id) { return result_.shapes[static_cast<std::size_t>(id)]; }
  int& uses_of(ValueId id) { return result_.uses[static_cast<std::size_t>(id)]; }

  Status add(const Node& node) {
    std::vector<Operand> operands;
    for (const ValueId id : node.inputs) {
      if (id == kNoValue) {
        operands.push_back({{}, nullptr, false});
        continue;
      }
      const auto constant = result_.constants.find(id);
      operands.push_back(
          {shape_of(id), constant == result_.constants.end() ? nullptr : constant->second, true});
    }
    Result<std::optional<std::vector<Constant>>> known = fold(node, operands, graph_.opset);
    if (!known) return known.error();
    if (known->has_value()) {
      if (Status status = budget_.spend(node, **known); !status) return status.error();
      for (std::size_t i = 0; i < node.outputs.size() && i < (*known)->size(); ++i) {
        if (node.outputs[i] == kNoValue) continue;
        shape_of(node.outputs[i]) = (**known)[i]->dims;
        result_.constants[node.outputs[i]] = (**known)[i];
      }
      return Ok{};
    }
    Result<Plan> plan = plan_operator(node, operands, graph_.opset);
    if (!plan) return plan.error();
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] != kNoValue) shape_of(node.outputs[i]) = plan->outputs[i];
    }
    result_.nodes.push_back({node, *std::move(plan), kNoValue, std::nullopt});
    return Ok{};
  }

  void count_uses_of_planned() {
    result_.uses.assign(graph_.value_names.size(), 0);
    for (const PlannedNode& planned : result_.nodes) {
      for (const ValueId id : planned.node.inputs) {
        if (id != kNoValue) ++uses_of(id);
      }
    }
    ++uses_of(graph_.scores);
    if (graph_.window_scores != kNoValue) ++uses_of(graph_.window_scores);
  }

  /// The convolution that makes `id`, if nothing else uses it and no activation ends it yet.
  PlannedNode* open_convolution(ValueId id) {
    const auto found = convolutions_.find(id);
    if (found == convolutions_.end() || uses_of(id) != 1) return nullptr;
    PlannedNode& planned = result_.nodes[found->second];
    return planned.activation ? nullptr : &planned;
  }

  /// Moves the convolution to where `last` stands, whose result it now gives.
  static void absorb(PlannedNode& convolution, PlannedNode& last) {
    PlannedNode fused = std::exchange(convolution, {});  // What has no operator is dropped below.
    fused.node.outputs = last.node.outputs;
    last = std::move(fused);
  }

  bool fuse_activation(PlannedNode& planned, const Loop& loop) {
    if (!loop.unary || loop.unary->algorithm != dnnl::algorithm::eltwise_relu) return false;
    PlannedNode* convolution = open_convolution(planned.node.inputs[0]);
    if (convolution == nullptr) return false;
    convolution->activation = loop.unary;
    absorb(*convolution, planned);
    return true;
  }

  bool fuse_sum(PlannedNode& planned, const Loop& loop) {
    if (loop.binary != dnnl::algorithm::binary_add) return false;
    for (std::size_t i = 0; i < 2; ++i) {
      const ValueId id = planned.node.inputs[i];
      const ValueId other = planned.node.inputs[1 - i];
      PlannedNode* convolution = open_convolution(id);
      if (convolution == nullptr || convolution->residual != kNoValue || other == id ||
          result_.constants.contains(other) || shape_of(other) != shape_of(id) ||
          std::get<Convolution>(convolution->plan.work).is_depthwise_1d) {
        continue;
      }
      convolution->residual = other;
      absorb(*convolution, planned);
      return true;
    }
    return false;
  }

  void fuse() {
    for (std::size_t i = 0; i < result_.nodes.size(); ++i) {
      PlannedNode& planned = result_.nodes[i];
      if (const Loop* loop = std::get_if<Loop>(&planned.plan.work)) {
        const Loop copy = *loop;
        if (!fuse_activation(planned, copy)) fuse_sum(planned, copy);
      }
      if (std::holds_alternative<Convolution>(planned.plan.work)) {
        convolutions_[planned.node.outputs[0]] = i;
      }
    }
    std::erase_if(result_.nodes, [](const PlannedNode& node) { return node.node.op.empty(); });
  }

  const Graph& graph_;
  SpecialisedGraph result_;
  FoldBudget budget_;
  std::map<ValueId, std::size_t> convolutions_;
};

}  // namespace

Result<SpecialisedGraph> specialise(const Graph& graph, std::size_t length) {
  return Specialiser(graph).run(length);
}

}  // namespace auscult::model
