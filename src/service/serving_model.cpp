#include "service/serving_model.hpp"

#include <utility>

#include "classify/self_check.hpp"

namespace auscult::service {
namespace {

Result<std::shared_ptr<const ServingModel>> load_tested(const ModelSlot::Load& load) {
  Result<ServingModel> loaded = load();
  if (!loaded) return loaded.error();
  const Status tested = classify::self_check(loaded->classifier);
  if (!tested) return tested.error();
  return std::make_shared<const ServingModel>(*std::move(loaded));
}

}  // namespace

Result<std::unique_ptr<ModelSlot>> ModelSlot::create(Load load) {
  Result<std::shared_ptr<const ServingModel>> model = load_tested(load);
  if (!model) return model.error();
  return std::make_unique<ModelSlot>(*std::move(model), std::move(load));
}

ModelSlot::ModelSlot(std::shared_ptr<const ServingModel> model, Load load)
    : load_(std::move(load)), model_(std::move(model)) {}

std::shared_ptr<const ServingModel> ModelSlot::current() const {
  const std::lock_guard lock(mutex_);
  return model_;
}

Result<std::shared_ptr<const ServingModel>> ModelSlot::reload() {
  const std::unique_lock loading(loading_, std::try_to_lock);
  if (!loading) return fail(ErrorCode::unavailable, "the model is being reloaded already");
  if (!load_) return fail(ErrorCode::invalid_argument, "this model cannot be reloaded");
  Result<std::shared_ptr<const ServingModel>> model = load_tested(load_);
  if (!model) return model;
  const std::lock_guard lock(mutex_);
  model_ = *model;
  return model;
}

}  // namespace auscult::service
