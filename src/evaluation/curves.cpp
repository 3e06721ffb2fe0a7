#include "evaluation/curves.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <random>

#include "evaluation/bootstrap.hpp"

namespace auscult::evaluation {

std::vector<CurvePoint> roc_curve(std::span<const double> positive,
                                  std::span<const double> negative) {
  if (positive.empty() || negative.empty()) return {};
  std::vector<double> hits(positive.begin(), positive.end());
  std::vector<double> alarms(negative.begin(), negative.end());
  std::sort(hits.begin(), hits.end(), std::greater());
  std::sort(alarms.begin(), alarms.end(), std::greater());
  std::vector<CurvePoint> curve = {{0, 0}};
  std::size_t hit = 0;
  std::size_t alarm = 0;
  while (hit < hits.size() || alarm < alarms.size()) {
    const double threshold = hit == hits.size()       ? alarms[alarm]
                             : alarm == alarms.size() ? hits[hit]
                                                      : std::max(hits[hit], alarms[alarm]);
    while (hit < hits.size() && hits[hit] >= threshold) ++hit;
    while (alarm < alarms.size() && alarms[alarm] >= threshold) ++alarm;
    curve.push_back({static_cast<double>(alarm) / static_cast<double>(alarms.size()),
                     static_cast<double>(hit) / static_cast<double>(hits.size())});
  }
  return curve;
}

std::vector<Answer> answers_of(std::span<const Prediction> predictions,
                               std::span<const double> prior, double weight) {
  std::vector<Answer> answers;
  answers.reserve(predictions.size());
  for (const Prediction& prediction : predictions) {
    const int decided = decide(prediction.probabilities, prior, weight);
    answers.push_back(
        {prediction.probabilities[static_cast<std::size_t>(decided)], decided == prediction.truth});
  }
  return answers;
}

std::vector<CurvePoint> risk_coverage(std::span<const Answer> answers) {
  std::vector<Answer> sorted(answers.begin(), answers.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const Answer& a, const Answer& b) { return a.confidence > b.confidence; });
  std::vector<CurvePoint> curve;
  curve.reserve(sorted.size());
  double wrong = 0;
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t last = first;
    double wrong_here = 0;
    while (last < sorted.size() && sorted[last].confidence == sorted[first].confidence) {
      wrong_here += sorted[last++].right ? 0 : 1;
    }
    for (std::size_t k = first + 1; k <= last; ++k) {
      const double share = static_cast<double>(k - first) / static_cast<double>(last - first);
      curve.push_back({static_cast<double>(k) / static_cast<double>(sorted.size()),
                       (wrong + wrong_here * share) / static_cast<double>(k)});
    }
    wrong += wrong_here;
    first = last;
  }
  return curve;
}

double area_under_risk_coverage(std::span<const Answer> answers) {
  double sum = 0;
  for (const CurvePoint& point : risk_coverage(answers)) sum += point.y;
  return answers.empty() ? 0 : sum / static_cast<double>(answers.size());
}

double calibration_error(std::span<const Answer> answers) {
  std::array<double, kReliabilityBins> surplus{};
  for (const Answer& answer : answers) {
    const auto bin = static_cast<std::size_t>(answer.confidence * kReliabilityBins);
    surplus[std::min(bin, kReliabilityBins - 1)] += answer.confidence - (answer.right ? 1 : 0);
  }
  double sum = 0;
  for (const double value : surplus) sum += std::abs(value);
  return answers.empty() ? 0 : sum / static_cast<double>(answers.size());
}

ChanceError chance_calibration_error(std::span<const Answer> answers) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> any(0, 1);
  std::vector<Answer> drawn(answers.begin(), answers.end());
  std::vector<double> errors;
  for (int draw = 0; draw < kBootstrapDraws; ++draw) {
    for (Answer& answer : drawn) answer.right = any(random) < answer.confidence;
    errors.push_back(calibration_error(drawn));
  }
  std::sort(errors.begin(), errors.end());
  const double sum = std::accumulate(errors.begin(), errors.end(), 0.0);
  const auto last = static_cast<double>(errors.size() - 1);
  const auto at = [&](double share) {
    return errors[static_cast<std::size_t>(std::lround(share * last))];
  };
  return {sum / static_cast<double>(errors.size()), at(0.025), at(0.975)};
}

std::vector<CurvePoint> thinned(std::span<const CurvePoint> curve, std::size_t limit) {
  if (curve.size() <= limit) return {curve.begin(), curve.end()};
  std::vector<double> travelled = {0};
  for (std::size_t i = 1; i < curve.size(); ++i) {
    travelled.push_back(travelled.back() + std::abs(curve[i].x - curve[i - 1].x) +
                        std::abs(curve[i].y - curve[i - 1].y));
  }
  std::vector<CurvePoint> kept;
  std::size_t next = 0;
  for (std::size_t k = 0; k + 1 < limit; ++k) {
    const double wanted =
        travelled.back() * static_cast<double>(k) / static_cast<double>(limit - 1);
    const auto found = std::lower_bound(travelled.begin(), travelled.end(), wanted);
    const auto index = static_cast<std::size_t>(found - travelled.begin());
    if (index < next || index + 1 >= curve.size()) continue;
    kept.push_back(curve[index]);
    next = index + 1;
  }
  kept.push_back(curve.back());
  return kept;
}

}  // namespace auscult::evaluation
