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
  const std::size_t size = kShared + shape.classes;
  std::vector<double> start(size);
  start[0] = 1;
  start[3] = shape.opinion_of.empty() ? 0 : 1;
  std::vector<double> penalties(size, kBiasPenalty);
  std::fill_n(penalties.begin(), kShared, kPenalty);
  if (shape.further_weight) {
    start[1] = start[2] = *shape.further_weight;
    penalties[1] = penalties[2] = kFixed;
  }
  std::vector<double> parameters = start;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    std::vector<double> gradient(size);
    std::vector<std::vector<double>> curvature(size, std::vector<double>(size));
    for (std::size_t i = 0; i < size; ++i) {
      gradient[i] = penalties[i] * (parameters[i] - start[i]);
      curvature[i][i] = penalties[i];
    }
    for (std::size_t item = 0; item < scores.size(); ++item) {
      std::vector<std::vector<double>> inputs;
      std::vector<double> logits(shape.classes);
      for (std::size_t k = 0; k < shape.classes; ++k) {
        inputs.push_back(inputs_of(scores[item], k, shape));
        for (std::size_t i = 0; i < size; ++i) logits[k] += parameters[i] * inputs[k][i];
      }
      const std::vector<double> p = softmax(std::move(logits));
      std::vector<double> mean(size);
      for (std::size_t k = 0; k < shape.classes; ++k) {
        for (std::size_t i = 0; i < size; ++i) mean[i] += p[k] * inputs[k][i];
      }
      const auto truth = static_cast<std::size_t>(truths[item]);
      for (std::size_t i = 0; i < size; ++i) {
        gradient[i] += mean[i] - inputs[truth][i];
        for (std::size_t j = 0; j < size; ++j) {
          for (std::size_t k = 0; k < shape.classes; ++k) {
            curvature[i][j] += p[k] * (inputs[k][i] - mean[i]) * (inputs[k][j] - mean[j]);
          }
        }
      }
    }
    const std::vector<double> step = solve(std::move(curvature), std::move(gradient));
    double length = 0;
    for (const double value : step) length += value * value;
    // A full Newton step from afar could overshoot.
    const double scale = std::min(1.0, 2.0 / (std::sqrt(length) + 1e-12));
    for (std::size_t i = 0; i < size; ++i) parameters[i] -= scale * step[i];
    if (length < 1e-20) break;
  }

  Fusion fusion;
  fusion.matrix.assign(shape.classes, std::vector<double>(scores.front().size()));
  fusion.prior.assign(shape.classes, 0);
  for (std::size_t k = 0; k < shape.classes; ++k) {
    fusion.matrix[k][score_of(shape, k)] = parameters[0];
    if (is_against(shape, k)) fusion.matrix[k][shape.classes] = -parameters[2];
    if (!shape.opinion_of.empty()) fusion.matrix[k][opinion_of(shape, k)] = parameters[3];
    fusion.bias.push_back(parameters[kShared + k]);
  }
  fusion.matrix[shape.for_class][shape.classes] = parameters[1];
  for (const int truth : truths) {
    fusion.prior[static_cast<std::size_t>(truth)] += 1 / static_cast<double>(truths.size());
  }
  return fusion;
}

}  // namespace auscult::evaluation
