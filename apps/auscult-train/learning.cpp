#include "learning.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <utility>

#include "batch.hpp"
#include "front_end.hpp"
#include "network.hpp"

namespace auscult::train {
namespace {

constexpr double kLearningRate = 2e-3;
constexpr double kWarmUpShare = 0.3;
constexpr double kWeightDecay = 0.02;
constexpr double kClipNorm = 5;
constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kAverage = 0.99;
constexpr double kMurmurLoss = 1.0;

// Smith and Topin 2018, with cosines: up from 1/25, down to almost nothing.
double learning_rate(int step, int steps) {
  const double turn = kWarmUpShare * steps;
  const auto blend = [](double from, double to, double part) {
    return to + (from - to) * 0.5 * (1 + std::cos(std::numbers::pi * part));
  };
  if (step < turn) return blend(kLearningRate / 25, kLearningRate, step / turn);
  return blend(kLearningRate, kLearningRate / 250'000, (step - turn) / (steps - turn));
}

// A network with what training remembers between steps.
struct Learner {
  explicit Learner(std::uint64_t seed) : network(seed), average(clones(network.state())) {
    for (const torch::Tensor& parameter : network.parameters()) {
      momentum.push_back(torch::zeros_like(parameter));
      square.push_back(torch::zeros_like(parameter));
    }
  }

  static std::vector<torch::Tensor> clones(const std::vector<torch::Tensor>& tensors) {
    std::vector<torch::Tensor> copies;
    for (const torch::Tensor& tensor : tensors) copies.push_back(tensor.detach().clone());
    return copies;
  }

  [[nodiscard]] std::vector<torch::Tensor> everything() const {
    std::vector<torch::Tensor> all = network.state();
    for (const auto* more : {&momentum, &square, &average}) {
      all.insert(all.end(), more->begin(), more->end());
    }
    return all;
  }

  Network network;
  std::vector<torch::Tensor> momentum;
  std::vector<torch::Tensor> square;
  std::vector<torch::Tensor> average;
};

torch::Tensor loss_of(Network& network, const FrontEnd& front_end, const Batch& batch,
                      at::Generator generator) {
  torch::Tensor features;
  torch::Tensor mask;
  const torch::Tensor partner = torch::tensor(batch.partner);
  const torch::Tensor own = torch::tensor(batch.own);
  {
    const torch::NoGradGuard no_gradient;
    const auto length = static_cast<std::int64_t>(kCropSamples);
    Spectra spectra = front_end.spectra(tensor_of(batch.samples, {kBatch, length}),
                                        tensor_of(batch.mask, {kBatch, length}));
    spectra.power *= tensor_of(batch.equaliser, {kBatch, kBands, 1});
    const torch::Tensor share = own.view({kBatch, 1, 1});
    spectra.power = share * spectra.power + (1 - share) * spectra.power.index_select(0, partner);
    const torch::Tensor joined =
        torch::maximum(spectra.mask, spectra.mask.index_select(0, partner));
    spectra.mask = torch::where(share < 1, joined, spectra.mask);
    features = FrontEnd::features(spectra) *
               tensor_of(batch.blanked, {kBatch, kBands, length / kHopSamples});
    mask = spectra.mask;
  }
  const torch::Tensor scores = network.forward(features, mask, generator);

  const auto mixed = [&](const torch::Tensor& targets, const torch::Tensor& share) {
    return share * targets + (1 - share) * targets.index_select(0, partner);
  };
  const torch::Tensor labels =
      mixed(tensor_of(batch.labels, {kBatch, static_cast<std::int64_t>(kLabels.size())}),
            own.view({-1, 1}));
  const torch::Tensor classes = scores.narrow(1, 0, static_cast<std::int64_t>(kLabels.size()));
  const torch::Tensor class_loss = -(labels * classes.log_softmax(1)).sum() / labels.sum();

  const torch::Tensor murmur = mixed(torch::tensor(batch.murmur), own);
  const torch::Tensor weight = torch::tensor(batch.murmur_weight);
  const torch::Tensor murmur_loss =
      (torch::binary_cross_entropy_with_logits(scores.select(1, kScores - 1), murmur, {}, {},
                                               at::Reduction::None) *
       weight)
          .sum() /
      weight.sum();
  return class_loss + kMurmurLoss * murmur_loss;
}

// AdamW (Loshchilov and Hutter 2019), then the running average of the weights.
void update(Learner& learner, int step, double rate) {
  const torch::NoGradGuard no_gradient;
  const std::vector<torch::Tensor> parameters = learner.network.parameters();
  const std::vector<bool> decayed = learner.network.decayed();
  double norm = 0;
  for (const torch::Tensor& parameter : parameters) {
    norm += parameter.grad().square().sum().item<double>();
  }
  const double scale = std::min(1.0, kClipNorm / (std::sqrt(norm) + 1e-6));
  const double correction1 = 1 - std::pow(kBeta1, step + 1);
  const double correction2 = 1 - std::pow(kBeta2, step + 1);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const torch::Tensor& parameter = parameters[i];
    const torch::Tensor gradient = parameter.grad() * scale;
    if (decayed[i]) parameter.mul_(1 - rate * kWeightDecay);
    learner.momentum[i].mul_(kBeta1).add_(gradient, 1 - kBeta1);
    learner.square[i].mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
    parameter.addcdiv_(learner.momentum[i], (learner.square[i] / correction2).sqrt().add_(1e-8),
                       -rate / correction1);
    parameter.mutable_grad().reset();
  }
  // Early weights are far off: until it is old enough, the average forgets faster.
  const double keep = std::min(kAverage, (1.0 + step) / (10.0 + step));
  const std::vector<torch::Tensor> state = learner.network.state();
  for (std::size_t i = 0; i < state.size(); ++i) {
    learner.average[i].lerp_(state[i], 1 - keep);
  }
}

// Which lesson a checkpoint belongs to, and how far it came.
std::vector<std::int64_t> signature(const Lesson& lesson, int step) {
  return {lesson.held_out, static_cast<std::int64_t>(lesson.seed), lesson.steps, step};
}

Status save(const Learner& learner, const Lesson& lesson, int step) {
  try {
    std::vector<torch::Tensor> tensors = {torch::tensor(signature(lesson, step), torch::kInt64)};
    for (const torch::Tensor& tensor : learner.everything()) tensors.push_back(tensor.detach());
    torch::save(tensors, lesson.checkpoint + ".tmp");
    std::filesystem::rename(lesson.checkpoint + ".tmp", lesson.checkpoint);
  } catch (const std::exception& error) {
    return fail(ErrorCode::storage_failure, lesson.checkpoint + ": " + error.what());
  }
  return Ok{};
}

// The step to go on with: 0 if there is no checkpoint.
Result<int> load(Learner& learner, const Lesson& lesson) {
  if (!std::filesystem::exists(lesson.checkpoint)) return 0;
  try {
    std::vector<torch::Tensor> tensors;
    torch::load(tensors, lesson.checkpoint);
    const std::vector<torch::Tensor> mine = learner.everything();
    const int step = tensors.empty() ? -1 : tensors[0][3].item<int>();
    if (step < 0 || step > lesson.steps || tensors.size() != mine.size() + 1 ||
        !tensors[0].equal(torch::tensor(signature(lesson, step), torch::kInt64))) {
      return fail(ErrorCode::invalid_argument,
                  lesson.checkpoint + ": belongs to other settings; remove it to start afresh");
    }
    const torch::NoGradGuard no_gradient;
    for (std::size_t i = 0; i < mine.size(); ++i) torch::Tensor(mine[i]).copy_(tensors[i + 1]);
    return step;
  } catch (const std::exception&) {
    return fail(ErrorCode::invalid_argument,
                lesson.checkpoint + ": cannot be read; remove it to start afresh");
  }
}

}  // namespace

Result<Weights> learn(const Dataset& dataset, const Lesson& lesson, const StepListener& listener) {
  at::set_num_threads(1);
  const Sampler sampler(dataset, lesson.held_out);
  const FrontEnd front_end;
  Learner learner(lesson.seed);
  const Result<int> first = load(learner, lesson);
  if (!first) return first.error();
  for (int step = *first; step < lesson.steps; ++step) {
    const Batch batch = sampler.draw(lesson.seed, static_cast<std::uint64_t>(step));
    const at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(
        random_for(lesson.seed, static_cast<std::uint64_t>(step), 2)());
    torch::Tensor loss = loss_of(learner.network, front_end, batch, generator);
    loss.backward();
    update(learner, step, learning_rate(step, lesson.steps));
    const int done = step + 1;
    if (done % lesson.checkpoint_steps == 0 || done == lesson.steps) {
      const Status saved = save(learner, lesson, done);
      if (!saved) return saved.error();
    }
    listener(done, loss.item<double>());
  }
  const torch::NoGradGuard no_gradient;
  const std::vector<torch::Tensor> state = learner.network.state();
  for (std::size_t i = 0; i < state.size(); ++i) {
    torch::Tensor(state[i]).copy_(learner.average[i]);
  }
  return learner.network.weights();
}

std::vector<std::vector<double>> score(const Weights& weights,
                                       const std::vector<const std::vector<float>*>& clips) {
  at::set_num_threads(1);
  const torch::NoGradGuard no_gradient;
  const FrontEnd front_end;
  Network network(weights);
  std::vector<std::vector<double>> scores;
  for (const std::vector<float>* clip : clips) {
    const std::size_t parts = (clip->size() + kLongestClip - 1) / kLongestClip;
    std::vector<double> sum(kScores);
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t begin = clip->size() * part / parts;
      const std::size_t end = clip->size() * (part + 1) / parts;
      std::vector<float> samples(clip->begin() + static_cast<std::ptrdiff_t>(begin),
                                 clip->begin() + static_cast<std::ptrdiff_t>(end));
      std::vector<float> mask(samples.size(), 1.0F);
      samples.resize((samples.size() + kFeatureHopSamples - 1) / kFeatureHopSamples *
                     kFeatureHopSamples);
      mask.resize(samples.size());
      const auto length = static_cast<std::int64_t>(samples.size());
      const Spectra spectra =
          front_end.spectra(tensor_of(samples, {1, length}), tensor_of(mask, {1, length}));
      const torch::Tensor result =
          network.forward(FrontEnd::features(spectra), spectra.mask, std::nullopt);
      for (int k = 0; k < kScores; ++k) {
        sum[static_cast<std::size_t>(k)] +=
            result[0][k].item<double>() * static_cast<double>(end - begin);
      }
    }
    for (double& value : sum) value /= static_cast<double>(clip->size());
    scores.push_back(std::move(sum));
  }
  return scores;
}

}  // namespace auscult::train
