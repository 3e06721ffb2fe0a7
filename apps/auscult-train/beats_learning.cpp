#include "beats_learning.hpp"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <cmath>
#include <memory>
#include <mutex>
#include <numbers>
#include <string>
#include <utility>

#include "beats_batch.hpp"
#include "negatives.hpp"
#include "network.hpp"

namespace auscult::train {
namespace {

constexpr double kLearningRate = 3e-3;
constexpr double kWarmUpShare = 0.2;
constexpr double kWeightDecay = 0.02;
constexpr double kClipNorm = 5;
constexpr double kAverage = 0.99;
constexpr int kNoises = 240;
constexpr double kNoiseS = 8;

struct ConvolutionImpl : torch::nn::Module {
  ConvolutionImpl(int inputs, int width, int stride, int dilation)
      : convolution(register_module(
            "convolution", torch::nn::Conv1d(torch::nn::Conv1dOptions(inputs, kBeatChannels, width)
                                                 .stride(stride)
                                                 .dilation(dilation)
                                                 .padding(width / 2 * dilation)
                                                 .bias(false)))),
        norm(register_module(
            "norm", torch::nn::BatchNorm1d(torch::nn::BatchNorm1dOptions(kBeatChannels)
                                               .eps(static_cast<double>(kBatchNormEpsilon))))) {}

  torch::Tensor forward(const torch::Tensor& x) { return norm(convolution(x)); }

  torch::nn::Conv1d convolution;
  torch::nn::BatchNorm1d norm;
};
TORCH_MODULE(Convolution);

struct BeatNetwork : torch::nn::Module {
  BeatNetwork()
      : stem(register_module("stem", Convolution(kBands, 5, 2, 1))),
        states(register_module("states", torch::nn::Conv1d(kBeatChannels, 2 * beats::kStates, 1))) {
    int i = 0;
    for (const int dilation : kBeatDilations) {
      blocks.emplace_back(register_module("block" + std::to_string(i++),
                                          Convolution(kBeatChannels, 3, 1, dilation)));
    }
  }

  /// Scores [batch, frames, kStates] of features [batch, kBands, frames]; frames is even. What
  /// lies outside the mask [batch, 1, frames] is zero in every layer, as if it were padding.
  torch::Tensor forward(const torch::Tensor& features, const torch::Tensor& mask) {
    const torch::Tensor half = torch::max_pool1d(mask, 2, 2);
    torch::Tensor x = torch::relu(stem(features)) * half;
    for (Convolution& block : blocks) x = torch::relu(x + block(x)) * half;
    const torch::Tensor pairs = states(x).transpose(1, 2);
    return pairs.reshape({pairs.size(0), -1, static_cast<std::int64_t>(beats::kStates)});
  }

  Convolution stem;
  std::vector<Convolution> blocks;
  torch::nn::Conv1d states;
};

/// Draws its first weights from torch's only generator, one network at a time.
std::unique_ptr<BeatNetwork> initial_network(std::uint64_t seed) {
  static std::mutex generator;
  const std::scoped_lock lock(generator);
  torch::manual_seed(seed);
  return std::make_unique<BeatNetwork>();
}

/// The front end's bands of a clip at RMS 1: [frames, kBands].
std::vector<float> band_powers(const FrontEnd& front_end, std::vector<float> samples) {
  samples.resize(samples.size() / kHopSamples * kHopSamples);
  const auto length = static_cast<std::int64_t>(samples.size());
  const Spectra spectra =
      front_end.spectra(tensor_of(samples, {1, length}), torch::ones({1, length}));
  const torch::Tensor powers = spectra.power[0].transpose(0, 1).contiguous();
  return {powers.data_ptr<float>(), powers.data_ptr<float>() + powers.numel()};
}

std::vector<int> frame_states(const HeartRecording& recording, std::size_t frames) {
  std::vector<int> states(frames, kNotAnnotated);
  const double frame_s = static_cast<double>(kHopSamples) / kSampleRateHz;
  for (const AnnotatedState& entry : recording.annotation) {
    for (std::size_t t = 0; t < frames; ++t) {
      const double middle_s = (static_cast<double>(t) + 0.5) * frame_s;
      if (middle_s >= entry.start_s && middle_s < entry.end_s) states[t] = entry.state;
    }
  }
  return states;
}

BeatSampler make_sampler(const std::vector<HeartRecording>& recordings, const BeatLesson& lesson) {
  const torch::NoGradGuard no_gradient;
  const FrontEnd front_end;
  std::vector<HeartTrack> tracks;
  for (const HeartRecording& recording : recordings) {
    if (recording.fold == lesson.held_out) continue;
    HeartTrack track;
    track.powers = band_powers(front_end, recording.samples);
    track.states = frame_states(recording, track.powers.size() / kBands);
    tracks.push_back(std::move(track));
  }
  Random random = random_for(lesson.seed, 0, 12);
  std::vector<std::vector<float>> noises;
  for (int i = 0; i < kNoises; ++i) {
    // Half of it is plain noise, the rest each of the others in turn.
    const auto kind = static_cast<Negative>(i % 2 == 0 ? 0 : i / 2 % kNegatives);
    const auto length = static_cast<std::size_t>(kNoiseS * kSampleRateHz);
    noises.push_back(band_powers(front_end, synthesise(kind, length, random)));
  }
  return {std::move(tracks), std::move(noises)};
}

// Smith and Topin 2018, with a line up and a cosine down.
double learning_rate(int step, int steps) {
  const double turn = kWarmUpShare * steps;
  if (step < turn) return kLearningRate * (step + 1) / (turn + 1);
  const double part = (step - turn) / (steps - turn);
  return kLearningRate * (1e-4 + 0.5 * (1 + std::cos(std::numbers::pi * part)));
}

void keep(Weights& weights, const std::string& name, const torch::Tensor& value) {
  const torch::Tensor plain = value.detach().contiguous();
  weights[name] = {plain.sizes().vec(),
                   {plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel()}};
}

void keep(Weights& weights, const std::string& name, const Convolution& layer) {
  keep(weights, name + ".weight", layer->convolution->weight);
  keep(weights, name + ".scale", layer->norm->weight);
  keep(weights, name + ".shift", layer->norm->bias);
  keep(weights, name + ".mean", layer->norm->running_mean);
  keep(weights, name + ".variance", layer->norm->running_var);
}

Weights weights_of(const BeatNetwork& network) {
  Weights weights;
  keep(weights, "stem", network.stem);
  for (std::size_t i = 0; i < network.blocks.size(); ++i) {
    keep(weights, "block" + std::to_string(i), network.blocks[i]);
  }
  keep(weights, "states.weight", network.states->weight);
  keep(weights, "states.bias", network.states->bias);
  return weights;
}

void average(Weights& mean, const Weights& latest, int step) {
  // Early weights are far off: until it is old enough, the average forgets faster.
  const auto kept = static_cast<float>(std::min(kAverage, (1.0 + step) / (10.0 + step)));
  for (auto& [name, tensor] : mean) {
    const std::vector<float>& values = latest.at(name).values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      tensor.values[i] = kept * tensor.values[i] + (1 - kept) * values[i];
    }
  }
}

}  // namespace

Weights learn_beats(const std::vector<HeartRecording>& recordings, const BeatLesson& lesson,
                    const std::function<void(int, double)>& listener) {
  at::set_num_threads(1);
  const BeatSampler sampler = make_sampler(recordings, lesson);
  const std::unique_ptr<BeatNetwork> network = initial_network(lesson.seed);
  torch::optim::AdamW optimiser(
      network->parameters(), torch::optim::AdamWOptions(kLearningRate).weight_decay(kWeightDecay));
  Weights mean = weights_of(*network);
  for (int step = 0; step < lesson.steps; ++step) {
    const BeatBatch batch = sampler.draw(lesson.seed, static_cast<std::uint64_t>(step));
    const torch::Tensor targets =
        tensor_of(batch.targets, {kBeatCrops, kBeatFrames, beats::kStates});
    const torch::Tensor scores =
        network->forward(tensor_of(batch.features, {kBeatCrops, kBands, kBeatFrames}),
                         tensor_of(batch.mask, {kBeatCrops, 1, kBeatFrames}));
    torch::Tensor loss = -(targets * scores.log_softmax(2)).sum() / targets.sum();
    optimiser.zero_grad();
    loss.backward();
    torch::nn::utils::clip_grad_norm_(network->parameters(), kClipNorm);
    optimiser.param_groups()[0].options().set_lr(learning_rate(step, lesson.steps));
    optimiser.step();
    average(mean, weights_of(*network), step);
    listener(step + 1, loss.item<double>());
  }
  return mean;
}

}  // namespace auscult::train
