#include "evaluation/fusion.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace auscult::evaluation {
namespace {

constexpr double kPenalty = 1.0;
constexpr double kBiasPenalty = 0.01;  // Fixes the constant that softmax leaves open.
constexpr double kFixed = 1e9;         // A penalty that leaves a parameter where it starts.
constexpr int kIterations = 50;

// Parameters: the factor, the weight for, the weight against, the opinion's factor, then the
// biases.
constexpr std::size_t kShared = 4;

std::vector<double> softmax(std::vector<double> logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (double& logit : logits) sum += logit = std::exp(logit - largest);
  for (double& logit : logits) logit /= sum;
  return logits;
}

// Which of all scores.
std::size_t score_of(const FusionShape& shape, std::size_t of_class) {
  return shape.score_of.empty() ? of_class : shape.score_of[of_class];
}

std::size_t opinion_of(const FusionShape& shape, std::size_t of_class) {
  return shape.classes + 1 + shape.opinion_of[of_class];
}

bool is_against(const FusionShape& shape, std::size_t of_class) {
  return std::ranges::find(shape.against_classes, of_class) != shape.against_classes.end();
}

// What each parameter is multiplied by in the logit of one class.
std::vector<double> inputs_of(const std::vector<double>& scores, std::size_t of_class,
                              const FusionShape& shape) {
  std::vector<double> inputs(kShared + shape.classes);
  inputs[0] = scores[score_of(shape, of_class)];
  if (of_class == shape.for_class) inputs[1] = scores[shape.classes];
  if (is_against(shape, of_class)) inputs[2] = -scores[shape.classes];
  if (!shape.opinion_of.empty()) inputs[3] = scores[opinion_of(shape, of_class)];
  inputs[kShared + of_class] = 1;
  return inputs;
}

// Solves a symmetric positive definite system in place (Cholesky).
std::vector<double> solve(std::vector<std::vector<double>> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(sum) : sum / a[j][j];
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

// Where the parameters start, and what pulls each of them back there.
struct Start {
  std::vector<double> parameters;
  std::vector<double> penalties;
};

Start start_of(const FusionShape& shape) {
  const std::size_t size = kShared + shape.classes;
  Start start{std::vector<double>(size), std::vector<double>(size, kBiasPenalty)};
  start.parameters[0] = 1;
  start.parameters[3] = shape.opinion_of.empty() ? 0 : 1;
  std::fill_n(start.penalties.begin(), kShared, kPenalty);
  if (shape.further_weight) {
    start.parameters[1] = start.parameters[2] = *shape.further_weight;
    start.penalties[1] = start.penalties[2] = kFixed;
  }
  return start;
}

// The derivatives of what is made least.
struct Slope {
  std::vector<double> gradient;
  std::vector<std::vector<double>> curvature;
};

Slope penalty_at(const std::vector<double>& parameters, const Start& start) {
  const std::size_t size = parameters.size();
  Slope slope{std::vector<double>(size),
              std::vector<std::vector<double>>(size, std::vector<double>(size))};
  for (std::size_t i = 0; i < size; ++i) {
    slope.gradient[i] = start.penalties[i] * (parameters[i] - start.parameters[i]);
    slope.curvature[i][i] = start.penalties[i];
  }
  return slope;
}

struct Item {
  std::vector<std::vector<double>> inputs;  // [class][parameter]
  std::size_t truth = 0;
};

Item item_of(const std::vector<double>& scores, int truth, const FusionShape& shape) {
  Item item{.inputs = {}, .truth = static_cast<std::size_t>(truth)};
  for (std::size_t k = 0; k < shape.classes; ++k) {
    item.inputs.push_back(inputs_of(scores, k, shape));
  }
  return item;
}

// What one item adds to the slope.
void add(const Item& item, const std::vector<double>& parameters, Slope& slope) {
  const std::size_t size = parameters.size();
  const std::size_t classes = item.inputs.size();
  std::vector<double> logits(classes);
  for (std::size_t k = 0; k < classes; ++k) {
    for (std::size_t i = 0; i < size; ++i) logits[k] += parameters[i] * item.inputs[k][i];
  }
  const std::vector<double> p = softmax(std::move(logits));
  std::vector<double> mean(size);
  for (std::size_t k = 0; k < classes; ++k) {
    for (std::size_t i = 0; i < size; ++i) mean[i] += p[k] * item.inputs[k][i];
  }
  for (std::size_t i = 0; i < size; ++i) {
    slope.gradient[i] += mean[i] - item.inputs[item.truth][i];
    for (std::size_t j = 0; j < size; ++j) {
      for (std::size_t k = 0; k < classes; ++k) {
        slope.curvature[i][j] +=
            p[k] * (item.inputs[k][i] - mean[i]) * (item.inputs[k][j] - mean[j]);
      }
    }
  }
}

// Without its prior.
Fusion fusion_of(const std::vector<double>& parameters, const FusionShape& shape,
                 std::size_t scores) {
  Fusion fusion;
  fusion.matrix.assign(shape.classes, std::vector<double>(scores));
  for (std::size_t k = 0; k < shape.classes; ++k) {
    fusion.matrix[k][score_of(shape, k)] = parameters[0];
    if (is_against(shape, k)) fusion.matrix[k][shape.classes] = -parameters[2];
    if (!shape.opinion_of.empty()) fusion.matrix[k][opinion_of(shape, k)] = parameters[3];
    fusion.bias.push_back(parameters[kShared + k]);
  }
  fusion.matrix[shape.for_class][shape.classes] = parameters[1];
  return fusion;
}

}  // namespace

std::vector<double> Fusion::probabilities(std::span<const double> scores) const {
  std::vector<double> logits = bias;
  for (std::size_t k = 0; k < logits.size(); ++k) {
    for (std::size_t i = 0; i < scores.size(); ++i) logits[k] += matrix[k][i] * scores[i];
  }
  return softmax(std::move(logits));
}

std::string Fusion::to_json() const {
  nlohmann::ordered_json json;
  json["matrix"] = matrix;
  json["bias"] = bias;
  json["prior"] = prior;
  return json.dump();
}

Fusion fit_fusion(std::span<const std::vector<double>> scores, std::span<const int> truths,
                  const FusionShape& shape) {
  const Start start = start_of(shape);
  std::vector<double> parameters = start.parameters;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    Slope slope = penalty_at(parameters, start);
    for (std::size_t item = 0; item < scores.size(); ++item) {
      add(item_of(scores[item], truths[item], shape), parameters, slope);
    }
    const std::vector<double> step = solve(std::move(slope.curvature), std::move(slope.gradient));
    double length = 0;
    for (const double value : step) length += value * value;
    // A full Newton step from afar could overshoot.
    const double scale = std::min(1.0, 2.0 / (std::sqrt(length) + 1e-12));
    for (std::size_t i = 0; i < step.size(); ++i) parameters[i] -= scale * step[i];
    if (length < 1e-20) break;
  }

  Fusion fusion = fusion_of(parameters, shape, scores.front().size());
  fusion.prior.assign(shape.classes, 0);
  for (const int truth : truths) {
    fusion.prior[static_cast<std::size_t>(truth)] += 1 / static_cast<double>(truths.size());
  }
  return fusion;
}

}  // namespace auscult::evaluation
