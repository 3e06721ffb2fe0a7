#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "metrics/input.hpp"

namespace auscult::service {

/// A model as it serves; immutable but for what it counts. Who holds it keeps it, whatever takes
/// its place.
struct ServingModel {
  classify::Classifier classifier;
  std::string metrics;  ///< The text of the metrics.json beside it, or empty.
  /// How what it is asked about compares with its training data; null if nothing is known of that.
  std::shared_ptr<metrics::InputCounts> inputs = {};

  [[nodiscard]] const model::ModelInfo& info() const { return classifier.model(); }
};

/// The model that requests take, and how another takes its place: loaded beside it, tested
/// (classify::self_check()), then put in at once, so that every request is judged by one model from
/// its start to its end. Any thread.
class ModelSlot {
 public:
  using Load = std::function<Result<ServingModel>()>;

  /// Loads and tests the first. Fails as `load` and self_check() do.
  static Result<std::unique_ptr<ModelSlot>> create(Load load);
  /// Without `load`, the model stays.
  explicit ModelSlot(std::shared_ptr<const ServingModel> model, Load load = {});

  [[nodiscard]] std::shared_ptr<const ServingModel> current() const;

  /// Loads and tests what is there now and puts it in, and returns it. On failure the present one
  /// stays: as `load` and self_check() fail, and with unavailable while another reload goes on.
  Result<std::shared_ptr<const ServingModel>> reload();

 private:
  const Load load_;
  std::mutex loading_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ServingModel> model_;  // Guarded by mutex_.
};

}  // namespace auscult::service
