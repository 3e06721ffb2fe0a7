#include "model/passes.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "model/fold.hpp"
#include "model/fold_phases.hpp"
#include "model/ops.hpp"

namespace auscult::model {

namespace {

Status check_operators(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if (!is_supported(node.op)) {
      return fail(ErrorCode::unsupported_model,
                  "node '" + node.name + "': operator " + node.op +
                      " is not supported; docs/model-format.md lists those that are");
    }
  }
  return Ok{};
}

template <typename T>
T attribute_or(const Node& node, const std::string& name, T fallback) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return fallback;
  const T* value = std::get_if<T>(&found->second);
  return value == nullptr ? fallback : *value;
}

/// Writes out = alpha A' B' + beta C as nodes for each part that is there.
class GemmWriter {
 public:
  GemmWriter(Graph& graph, const Node& gemm, std::vector<Node>& nodes)
      : graph_(graph), gemm_(gemm), nodes_(nodes) {}

  Status write() {
    if (gemm_.inputs.size() < 2 || gemm_.inputs.size() > 3 || gemm_.outputs.size() != 1 ||
        std::find(gemm_.inputs.begin(), gemm_.inputs.begin() + 2, kNoValue) !=
            gemm_.inputs.begin() + 2) {
      return refuse(gemm_, "must have two or three inputs and one output");
    }
    ValueId product = emit("MatMul", {operand(0, "transA"), operand(1, "transB")});
    product = scale(product, attribute_or(gemm_, "alpha", 1.0F));
    if (gemm_.inputs.size() == 3 && gemm_.inputs[2] != kNoValue) {
      emit("Add", {product, scale(gemm_.inputs[2], attribute_or(gemm_, "beta", 1.0F))});
    }
    nodes_.back().outputs = gemm_.outputs;
    return Ok{};
  }

 private:
  ValueId emit(const std::string& op, std::vector<ValueId> inputs) {
    const ValueId output = graph_.add_value(gemm_.name + "." + op);
    nodes_.push_back({gemm_.name, op, std::move(inputs), {output}, {}, false});
    return output;
  }

  ValueId operand(std::size_t i, const std::string& flag) {
    if (attribute_or(gemm_, flag, std::int64_t{0}) == 0) return gemm_.inputs[i];
    const ValueId transposed = emit("Transpose", {gemm_.inputs[i]});
    nodes_.back().attributes["perm"] = std::vector<std::int64_t>{1, 0};
    return transposed;
  }

  ValueId scale(ValueId value, float factor) {
    if (factor == 1.0F) return value;
    const ValueId constant = graph_.add_value(gemm_.name + ".factor");
    graph_.constants[constant] = std::make_shared<Tensor>(Tensor{{}, {factor}, {}, false});
    return emit("Mul", {value, constant});
  }

  Graph& graph_;
  const Node& gemm_;
  std::vector<Node>& nodes_;
};

Status rewrite_gemm(Graph& graph) {
  std::vector<Node> nodes;
  for (Node& node : graph.nodes) {
    if (node.op != "Gemm") {
      nodes.push_back(std::move(node));
      continue;
    }
    if (Status status = GemmWriter(graph, node, nodes).write(); !status) return status.error();
  }
  graph.nodes = std::move(nodes);
  return Ok{};
}

Status fold_constants(Graph& graph) {
  FoldBudget budget;
  std::vector<Node> remaining;
  for (Node& node : graph.nodes) {
    std::vector<Operand> operands;
    bool known = true;
    for (const ValueId id : node.inputs) {
      const Constant constant = graph.constant(id);
      known = known && (id == kNoValue || constant);
      operands.push_back({constant ? constant->dims : Shape{}, constant, id != kNoValue});
    }
    if (!known) {
      remaining.push_back(std::move(node));
      continue;
    }
    Result<std::optional<std::vector<Constant>>> results = fold(node, operands, graph.opset);
    if (!results) return results.error();
    if (!results->has_value()) {
      remaining.push_back(std::move(node));
      continue;
    }
    if (Status status = budget.spend(node, **results); !status) return status.error();
    for (std::size_t i = 0; i < node.outputs.size() && i < (*results)->size(); ++i) {
      if (node.outputs[i] != kNoValue) graph.constants[node.outputs[i]] = (**results)[i];
    }
  }
  graph.nodes = std::move(remaining);
  return Ok{};
}

ValueId add_constant(Graph& graph, std::string name, Tensor tensor) {
  const ValueId id = graph.add_value(std::move(name));
  graph.constants[id] = std::make_shared<Tensor>(std::move(tensor));
  return id;
}

/// How many nodes and outputs of the graph use each value.
std::vector<int> count_uses(const Graph& graph) {
  std::vector<int> uses(graph.value_names.size(), 0);
  const auto use = [&](ValueId id) {
    if (id != kNoValue) ++uses[static_cast<std::size_t>(id)];
  };
  for (const Node& node : graph.nodes) std::for_each(node.inputs.begin(), node.inputs.end(), use);
  use(graph.scores);
  use(graph.window_scores);
  return uses;
}

/// Whether `norm` can be folded into `conv`: plain inference on constants that fit.
bool can_fold(const Graph& graph, const Node& conv, const Node& norm) {
  const Constant weights = conv.inputs.size() < 2 ? nullptr : graph.constant(conv.inputs[1]);
  if (!weights || weights->is_integer || weights->dims.empty() || weights->dims[0] < 1) {
    return false;
  }
  const auto channels = static_cast<std::size_t>(weights->dims[0]);
  const auto fits = [&](ValueId id) {
    const Constant constant = graph.constant(id);
    return constant && constant->floats.size() == channels;
  };
  const bool has_bias = conv.inputs.size() > 2 && conv.inputs[2] != kNoValue;
  return (!has_bias || fits(conv.inputs[2])) && norm.inputs.size() == 5 &&
         std::all_of(norm.inputs.begin() + 1, norm.inputs.end(), fits) &&
         norm.outputs.size() == 1 && attribute_or(norm, "training_mode", std::int64_t{0}) == 0 &&
         attribute_or(norm, "spatial", std::int64_t{1}) == 1;
}

void fold_into(Graph& graph, Node& conv, const Node& norm) {
  const std::vector<float>& gamma = graph.constant(norm.inputs[1])->floats;
  const std::vector<float>& beta = graph.constant(norm.inputs[2])->floats;
  const std::vector<float>& mean = graph.constant(norm.inputs[3])->floats;
  const std::vector<float>& variance = graph.constant(norm.inputs[4])->floats;
  const float epsilon = attribute_or(norm, "epsilon", 1e-5F);
  Tensor weights = *graph.constant(conv.inputs[1]);
  Tensor bias{{weights.dims[0]}, std::vector<float>(gamma.size()), {}, false};
  conv.inputs.resize(3, kNoValue);
  if (conv.inputs[2] != kNoValue) bias.floats = graph.constant(conv.inputs[2])->floats;
  const std::size_t row = weights.floats.size() / gamma.size();
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const float scale = gamma[c] / std::sqrt(variance[c] + epsilon);
    for (std::size_t i = 0; i < row; ++i) weights.floats[c * row + i] *= scale;
    bias.floats[c] = (bias.floats[c] - mean[c]) * scale + beta[c];
  }
  conv.inputs[1] = add_constant(graph, conv.name + ".weights", std::move(weights));
  conv.inputs[2] = add_constant(graph, conv.name + ".bias", std::move(bias));
  conv.outputs = norm.outputs;
}

void fold_batch_normalization(Graph& graph) {
  const std::vector<int> uses = count_uses(graph);
  std::unordered_map<ValueId, std::size_t> convolutions;  // By their only output.
  std::vector<Node> nodes;
  for (Node& node : graph.nodes) {
    if (node.op == "BatchNormalization" && !node.inputs.empty()) {
      const auto made_by = convolutions.find(node.inputs[0]);
      if (made_by != convolutions.end() && can_fold(graph, nodes[made_by->second], node)) {
        fold_into(graph, nodes[made_by->second], node);
        continue;
      }
    }
    if (node.op == "Conv" && node.outputs.size() == 1 && node.outputs[0] != kNoValue &&
        uses[static_cast<std::size_t>(node.outputs[0])] == 1) {
      convolutions[node.outputs[0]] = nodes.size();
    }
    nodes.push_back(std::move(node));
  }
  graph.nodes = std::move(nodes);
}

/// Drops nodes that no output needs, and marks those that a logarithm depends on.
void trace_back(Graph& graph) {
  std::unordered_set<ValueId> needed{graph.scores, graph.window_scores};
  std::unordered_set<ValueId> reaches_log;
  const auto has_output_in = [](const Node& node, const std::unordered_set<ValueId>& set) {
    return std::any_of(node.outputs.begin(), node.outputs.end(),
                       [&](ValueId id) { return id != kNoValue && set.contains(id); });
  };
  std::vector<Node> nodes;
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    Node& node = graph.nodes[i];
    if (!has_output_in(node, needed)) continue;
    needed.insert(node.inputs.begin(), node.inputs.end());
    node.keep_f32 = node.op == "Log" || has_output_in(node, reaches_log);
    if (node.keep_f32) reaches_log.insert(node.inputs.begin(), node.inputs.end());
    nodes.push_back(std::move(node));
  }
  std::reverse(nodes.begin(), nodes.end());
  graph.nodes = std::move(nodes);
}

/// The nodes that make each value, by it.
std::unordered_map<ValueId, std::size_t> find_makers(const Graph& graph) {
  std::unordered_map<ValueId, std::size_t> makers;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId id : graph.nodes[i].outputs) makers[id] = i;
  }
  return makers;
}

bool has_only(const Node& node, const std::string& name, std::int64_t value) {
  const auto values = attribute_or(node, name, std::vector<std::int64_t>{});
  return std::all_of(values.begin(), values.end(), [=](std::int64_t v) { return v == value; });
}

/// The weights of a convolution over time that is not grouped; null for any other node.
Constant weights_over_time(const Graph& graph, const Node& node) {
  if (node.op != "Conv" || node.inputs.size() < 2 || node.outputs.size() != 1 ||
      attribute_or(node, "group", std::int64_t{1}) != 1) {
    return nullptr;
  }
  Constant weights = graph.constant(node.inputs[1]);
  const bool fits = weights && !weights->is_integer && weights->dims.size() == 3 &&
                    !weights->floats.empty() && has_only(node, "kernel_shape", weights->dims[2]);
  return fits ? weights : nullptr;
}

// Above this share of weights that are not zero a matrix product takes less time.
constexpr double kMostBandWeights = 0.25;

/// Whether a node weighs the values of one moment, most of them with zero.
bool is_few_weights(const Node& node, const Tensor& weights) {
  const auto zeros = std::count(weights.floats.begin(), weights.floats.end(), 0.0F);
  const auto count = static_cast<double>(weights.floats.size());
  return weights.dims[2] == 1 && has_only(node, "strides", 1) && has_only(node, "pads", 0) &&
         count - static_cast<double>(zeros) <= kMostBandWeights * count;
}

/// Writes a spectrum (a convolution), its square and the sums of it over bands (a convolution) as
/// one node, if its filters can be folded.
void fold_spectra(Graph& graph) {
  const std::vector<int> uses = count_uses(graph);
  const std::unordered_map<ValueId, std::size_t> makers = find_makers(graph);
  const auto maker = [&](ValueId id, int uses_of_it) -> Node* {
    const auto found = makers.find(id);
    return found == makers.end() || uses[static_cast<std::size_t>(id)] != uses_of_it
               ? nullptr
               : &graph.nodes[found->second];
  };
  for (Node& bands : graph.nodes) {
    const Constant weights = weights_over_time(graph, bands);
    if (!weights || !bands.keep_f32 || !is_few_weights(bands, *weights)) continue;
    const Constant bias = bands.inputs.size() > 2 ? graph.constant(bands.inputs[2]) : nullptr;
    if (!bias || bias->floats.size() != static_cast<std::size_t>(weights->dims[0])) continue;
    Node* square = maker(bands.inputs[0], 1);
    if (square == nullptr || square->op != "Mul" || square->inputs.size() != 2 ||
        square->inputs[0] != square->inputs[1]) {
      continue;
    }
    Node* spectrum = maker(square->inputs[0], 2);
    if (spectrum == nullptr || spectrum->inputs.size() != 2) continue;
    const Constant filters = weights_over_time(graph, *spectrum);
    if (!filters || filters->dims[0] != weights->dims[1]) continue;
    std::optional<FoldedFilters> folded = fold_phases(*filters, *weights);
    if (!folded) continue;

    const auto add = [&](const char* part, Tensor tensor) {
      return add_constant(graph, spectrum->name + part, std::move(tensor));
    };
    bands = {spectrum->name,
             kBandPowers,
             {spectrum->inputs[0], add(".even", std::move(folded->even)),
              add(".odd", std::move(folded->odd)), add(".bands", std::move(folded->bands)),
              bands.inputs[2]},
             bands.outputs,
             spectrum->attributes,
             true};
    bands.attributes["kernel_shape"] = std::vector<std::int64_t>{filters->dims[2]};
    *square = *spectrum = {};
  }
  std::erase_if(graph.nodes, [](const Node& node) { return node.op.empty(); });
}

}  // namespace

Status simplify(Graph& graph) {
  if (Status status = check_operators(graph); !status) return status.error();
  if (Status status = rewrite_gemm(graph); !status) return status.error();
  if (Status status = fold_constants(graph); !status) return status.error();
  fold_batch_normalization(graph);
  trace_back(graph);
  fold_spectra(graph);
  return Ok{};
}

}  // namespace auscult::model
