#include <algorithm>
#include <cmath>
#include <limits>

#include "model/broadcast.hpp"
#include "model/operand_reader.hpp"
#include "model/wide.hpp"

namespace auscult::model {

namespace {

using dnnl::algorithm;

template <typename Function>
Kernel unary_kernel(std::size_t count, Function function) {
  return [count, function](const float* const* inputs, float* const* outputs) {
    on_widest([&](auto) __attribute__((always_inline)) {
      const float* in = inputs[0];
      float* out = outputs[0];
      for (std::size_t i = 0; i < count; ++i) out[i] = function(in[i]);
    });
  };
}

template <typename Function>
Plan unary_plan(const OperandReader& reader, std::optional<Elementwise> elementwise,
                Function function) {
  const Shape& dims = reader.dims(0);
  return Plan{{dims},
              Loop{.run = unary_kernel(element_count(dims), function), .unary = elementwise}};
}

Result<Plan> plan_hard_sigmoid(const OperandReader& reader) {
  const Result<float> alpha = reader.real("alpha", 0.2F);
  if (!alpha) return alpha.error();
  const Result<float> beta = reader.real("beta", 0.5F);
  if (!beta) return beta.error();
  return unary_plan(reader, std::nullopt,
                    [a = *alpha, b = *beta](float x) { return std::clamp(a * x + b, 0.0F, 1.0F); });
}

bool is_row_scale(const Shape& value, const Shape& factors) {
  return (value.size() == 3 || value.size() == 4) && factors.size() == value.size() &&
         factors[1] == 1 && value[1] > 1 && broadcast_shape(value, factors) == value;
}

}  // namespace

Result<Plan> plan_unary(const OperandReader& reader) {
  const std::string& op = reader.node().op;
  if (op == "Relu") {
    return unary_plan(reader, Elementwise{algorithm::eltwise_relu},
                      [](float x) { return x > 0 ? x : 0.0F; });
  }
  if (op == "LeakyRelu") {
    const Result<float> alpha = reader.real("alpha", 0.01F);
    if (!alpha) return alpha.error();
    return unary_plan(reader, Elementwise{algorithm::eltwise_relu, *alpha},
                      [a = *alpha](float x) { return x > 0 ? x : a * x; });
  }
  if (op == "HardSigmoid") return plan_hard_sigmoid(reader);
  if (op == "Sigmoid") {
    return unary_plan(reader, Elementwise{algorithm::eltwise_logistic, 0, 0, true},
                      [](float x) { return 1.0F / (1.0F + std::exp(-x)); });
  }
  if (op == "Tanh") {
    return unary_plan(reader, Elementwise{algorithm::eltwise_tanh, 0, 0, true},
                      [](float x) { return std::tanh(x); });
  }
  if (op == "Exp") {
    return unary_plan(reader, Elementwise{algorithm::eltwise_exp, 0, 0, true},
                      [](float x) { return std::exp(x); });
  }
  if (op == "Log") {
    return unary_plan(reader, Elementwise{algorithm::eltwise_log, 0, 0, true},
                      [](float x) { return std::log(x); });
  }
  if (op == "Sqrt") return unary_plan(reader, std::nullopt, [](float x) { return std::sqrt(x); });
  if (op == "Abs") {
    return unary_plan(reader, Elementwise{algorithm::eltwise_abs},
                      [](float x) { return std::fabs(x); });
  }
  if (op == "Neg") return unary_plan(reader, std::nullopt, [](float x) { return -x; });
  return unary_plan(reader, std::nullopt, [](float x) { return 1.0F / x; });  // Reciprocal
}

Result<Plan> plan_clip(const OperandReader& reader) {
  Result<float> low = reader.real("min", std::numeric_limits<float>::lowest());
  Result<float> high = reader.real("max", std::numeric_limits<float>::max());
  if (reader.has_input(1)) low = reader.constant_real(1);
  if (reader.has_input(2)) high = reader.constant_real(2);
  if (!low) return low.error();
  if (!high) return high.error();
  return unary_plan(reader, std::nullopt,
                    [lo = *low, hi = *high](float x) { return std::min(std::max(x, lo), hi); });
}

Result<Plan> plan_binary(const OperandReader& reader) {
  const std::optional<Shape> output = broadcast_shape(reader.dims(0), reader.dims(1));
  if (!output) {
    return refuse(reader.node(), "the shapes " + to_string(reader.dims(0)) + " and " +
                                     to_string(reader.dims(1)) + " do not broadcast");
  }
  const BroadcastPlan plan(reader.dims(0), reader.dims(1), *output);
  const auto with = [&](std::optional<algorithm> binary, auto function) {
    Kernel run = [plan, function](const float* const* inputs, float* const* outputs) {
      plan.run(inputs[0], inputs[1], outputs[0], function);
    };
    return Plan{{*output}, Loop{.run = std::move(run), .binary = binary}};
  };
  const std::string& op = reader.node().op;
  if (op == "Add") return with(algorithm::binary_add, [](float a, float b) { return a + b; });
  if (op == "Sub") return with(algorithm::binary_sub, [](float a, float b) { return a - b; });
  if (op == "Mul") {
    Plan product = with(algorithm::binary_mul, [](float a, float b) { return a * b; });
    std::get<Loop>(product.work).is_row_scale = is_row_scale(reader.dims(0), reader.dims(1));
    return product;
  }
  if (op == "Div") return with(std::nullopt, [](float a, float b) { return a / b; });
  if (op == "Min") {
    return with(algorithm::binary_min, [](float a, float b) { return b < a ? b : a; });
  }
  if (op == "Max") {
    return with(algorithm::binary_max, [](float a, float b) { return a < b ? b : a; });
  }
  // Pow. A spectrum's power is a square of many values, for which std::pow is slow.
  const Constant& exponent = reader.input(1).constant;
  if (exponent && exponent->floats.size() == 1 && exponent->floats[0] == 2.0F) {
    return with(std::nullopt, [](float a, float) { return a * a; });
  }
  return with(std::nullopt, [](float a, float b) { return std::pow(a, b); });
}

Result<Plan> plan_batch_normalization(const OperandReader& reader) {
  const Result<float> epsilon = reader.real("epsilon", 1e-5F);
  if (!epsilon) return epsilon.error();
  const Result<std::int64_t> training = reader.integer("training_mode", 0);
  if (!training) return training.error();
  const Result<std::int64_t> spatial = reader.integer("spatial", 1);
  if (!spatial) return spatial.error();
  const Shape& dims = reader.dims(0);
  if (*training != 0 || *spatial != 1 || dims.size() < 2) {
    return refuse(reader.node(), "only inference, over the channels of [N, C, ...], is supported");
  }
  const auto channels = static_cast<std::size_t>(dims[1]);
  for (std::size_t i = 1; i < 5; ++i) {
    const Constant& constant = reader.input(i).constant;
    if (!constant || constant->floats.size() != channels) {
      return refuse(reader.node(), "input " + std::to_string(i) + " must be " +
                                       std::to_string(channels) + " numbers known at load");
    }
  }
  std::vector<float> scale(channels);
  std::vector<float> shift(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    scale[c] = reader.input(1).constant->floats[c] /
               std::sqrt(reader.input(4).constant->floats[c] + *epsilon);
    shift[c] = reader.input(2).constant->floats[c] - reader.input(3).constant->floats[c] * scale[c];
  }
  const auto batch = static_cast<std::size_t>(dims[0]);
  const std::size_t inner = element_count(dims) / (batch * channels);
  return loop_plan(dims, [=](const float* const* inputs, float* const* outputs) {
    for (std::size_t row = 0; row < batch * channels; ++row) {
      const float a = scale[row % channels];
      const float b = shift[row % channels];
      const float* in = inputs[0] + row * inner;
      float* out = outputs[0] + row * inner;
      for (std::size_t i = 0; i < inner; ++i) out[i] = in[i] * a + b;
    }
  });
}

}  // namespace auscult::model
