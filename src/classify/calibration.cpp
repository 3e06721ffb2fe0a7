#include "classify/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>

namespace auscult::classify {
namespace {

Error unsupported(const std::string& what) {
  return fail(ErrorCode::unsupported_model, "the model's auscult.calibration " + what);
}

// Appends the numbers of a JSON array; false if it is none or holds anything but finite numbers.
bool append_numbers(const nlohmann::json& array, std::vector<double>& numbers) {
  if (!array.is_array()) return false;
  for (const auto& element : array) {
    if (!element.is_number() || !std::isfinite(element.get<double>())) return false;
    numbers.push_back(element.get<double>());
  }
  return true;
}

}  // namespace

Calibration::Calibration(std::vector<double> matrix, std::vector<double> bias,
                         std::vector<double> prior)
    : matrix_(std::move(matrix)), bias_(std::move(bias)), prior_(std::move(prior)) {
  const double sum = std::accumulate(prior_.begin(), prior_.end(), 0.0);
  for (double& share : prior_) share /= sum;
}

Result<Calibration> Calibration::parse(std::string_view text, std::size_t label_count) {
  if (text.empty()) {
    std::vector<double> identity(label_count * label_count, 0.0);
    for (std::size_t i = 0; i < label_count; ++i) identity[i * label_count + i] = 1.0;
    return Calibration(std::move(identity), std::vector<double>(label_count, 0.0),
                       std::vector<double>(label_count, 1.0));
  }

  const auto parsed = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object() || !parsed.contains("matrix") || !parsed.contains("bias") ||
      !parsed.contains("prior") || !parsed["matrix"].is_array()) {
    return unsupported("is no JSON object with matrix, bias and prior");
  }

  std::vector<double> matrix;
  const auto& rows = parsed["matrix"];
  for (const auto& row : rows) {
    if (row.size() != rows.front().size() || row.empty() || !append_numbers(row, matrix)) {
      return unsupported("needs matrix rows of numbers, all of one length");
    }
  }
  if (rows.size() != label_count) {
    return unsupported("has " + std::to_string(rows.size()) + " matrix rows for " +
                       std::to_string(label_count) + " labels");
  }

  std::vector<double> bias;
  std::vector<double> prior;
  if (!append_numbers(parsed["bias"], bias) || bias.size() != label_count) {
    return unsupported("needs one bias for each of the " + std::to_string(label_count) + " labels");
  }
  if (!append_numbers(parsed["prior"], prior) || prior.size() != label_count ||
      std::ranges::any_of(prior, [](double share) { return share <= 0; })) {
    return unsupported("needs one positive prior for each of the " + std::to_string(label_count) +
                       " labels");
  }
  return Calibration(std::move(matrix), std::move(bias), std::move(prior));
}

std::vector<double> Calibration::probabilities(std::span<const double> scores) const {
  std::vector<double> values(bias_);
  for (std::size_t label = 0; label < values.size(); ++label) {
    const auto row = std::span(matrix_).subspan(label * scores.size(), scores.size());
    values[label] += std::inner_product(row.begin(), row.end(), scores.begin(), 0.0);
  }
  const double largest = *std::ranges::max_element(values);
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - largest);
  for (double& value : values) value /= sum;
  return values;
}

int Calibration::choose(std::span<const double> probabilities, double prior_weight) const {
  std::size_t best = 0;
  double best_value = -1;
  for (std::size_t label = 0; label < probabilities.size(); ++label) {
    const double value = probabilities[label] / std::pow(prior_[label], prior_weight);
    if (value > best_value) {
      best_value = value;
      best = label;
    }
  }
  return static_cast<int>(best);
}

Calibration Calibration::given(std::span<const double> last) const {
  const std::size_t kept = score_count() - last.size();
  std::vector<double> matrix;
  std::vector<double> bias(bias_);
  for (std::size_t label = 0; label < bias.size(); ++label) {
    const auto row = std::span(matrix_).subspan(label * score_count(), score_count());
    matrix.insert(matrix.end(), row.begin(), row.begin() + static_cast<std::ptrdiff_t>(kept));
    bias[label] += std::inner_product(last.begin(), last.end(), row.subspan(kept).begin(), 0.0);
  }
  return {std::move(matrix), std::move(bias), prior_};
}

Calibration Calibration::at_prior(std::span<const double> prior) const {
  std::vector<double> shares(prior.begin(), prior.end());
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::vector<double> bias(bias_);
  for (std::size_t label = 0; label < bias.size(); ++label) {
    shares[label] /= sum;
    bias[label] += std::log(shares[label] / prior_[label]);
  }
  return {matrix_, std::move(bias), std::move(shares)};
}

}  // namespace auscult::classify
