#include "network.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>

#include "front_end.hpp"

namespace auscult::train {
namespace {

constexpr double kPlaneDropout = 0.1;
constexpr double kHeadDropout = 0.3;
// Standard deviations of the first weights, times the root of their inputs.
constexpr double kBeforeRelu = std::numbers::sqrt2;
constexpr double kLinear = 0.5;
constexpr double kNormMomentum = 0.1;
// Denominators of windows beyond the clip, where both sides are 0.
constexpr double kTiny = 1e-20;
constexpr float kFar = 1e9F;

// Whole channels, so that neighbours cannot tell what is missing.
torch::Tensor dropout(const torch::Tensor& x, double share,
                      const std::optional<at::Generator>& generator) {
  if (!generator) return x;
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  shape[1] = x.size(1);
  return x * torch::empty(shape).bernoulli_(1 - share, *generator) / (1 - share);
}

}  // namespace

torch::Tensor tensor_of(const std::vector<float>& values, at::IntArrayRef shape) {
  return torch::tensor(values).view(shape);
}

FrontEnd::FrontEnd()
    : fourier_(tensor_of(fourier_kernels(), {2L * kBins, 1, kFrameSamples})),
      bands_(torch::cat({tensor_of(band_weights(), {kBands, kBins, 1}),
                         tensor_of(band_weights(), {kBands, kBins, 1})},
                        1)) {}

Spectra FrontEnd::spectra(const torch::Tensor& samples, const torch::Tensor& mask) const {
  const torch::Tensor count = mask.sum(1, true);
  const torch::Tensor centred = (samples - (samples * mask).sum(1, true) / count) * mask;
  const torch::Tensor square = centred.square().sum(1, true) / count;
  const torch::Tensor unit = centred / (square + kSilence).sqrt();
  const torch::Tensor padded =
      torch::constant_pad_nd(unit.unsqueeze(1), {kPadBefore, kPadAfter}, 0);
  const torch::Tensor waves = torch::conv1d(padded, fourier_, {}, kHopSamples).square_();
  return {torch::conv1d(waves, bands_),
          torch::max_pool1d(mask.unsqueeze(1), kHopSamples, kHopSamples)};
}

torch::Tensor FrontEnd::features(const Spectra& spectra) {
  const torch::Tensor level =
      (spectra.power + kPowerFloor).log() * static_cast<float>(1 / std::log(10.0));
  const torch::Tensor mean = (level * spectra.mask).sum(2, true) / spectra.mask.sum(2, true);
  return (level - mean) * spectra.mask;
}

Network::Network(std::uint64_t seed) {
  at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
  std::int64_t inputs = 1;
  int layer = 0;
  for (const PlaneConvolution& plane : kPlaneConvolutions) {
    const std::string name = "plane" + std::to_string(layer++);
    add_convolution(name, {plane.outputs, inputs, plane.kernel, plane.kernel}, kBeforeRelu,
                    generator);
    add_norm(name, plane.outputs);
    inputs = plane.outputs;
  }
  add_convolution("flat", {kChannels, kFlattened, 1}, kBeforeRelu, generator);
  add_norm("flat", kChannels);
  for (int block = 0; block < kResidualBlocks; ++block) {
    const std::string name = "block" + std::to_string(block);
    add_convolution(name + ".depth", {kChannels, 1, 7}, kBeforeRelu, generator);
    add_norm(name + ".depth", kChannels);
    add_convolution(name + ".point", {kChannels, kChannels, 1}, kBeforeRelu, generator);
    add_norm(name + ".point", kChannels);
  }
  add_convolution("attention", {kHeads, kChannels, 1}, kLinear, generator);
  tensors_.push_back({"attention.bias", torch::zeros({kHeads}), true});
  add_convolution("scores", {kScores, (kHeads + 2L) * kChannels}, kLinear, generator);
  tensors_.push_back({"scores.bias", torch::zeros({kScores}), true});
  for (Named& tensor : tensors_) tensor.value.requires_grad_(tensor.trained);
}

Network::Network(const Weights& weights) : Network(0) {
  const torch::NoGradGuard no_gradient;
  for (Named& tensor : tensors_) {
    const PlainTensor& plain = weights.at(tensor.name);
    tensor.value.copy_(tensor_of(plain.values, plain.shape));
  }
}

void Network::add_convolution(const std::string& name, at::IntArrayRef shape, double gain,
                              at::Generator& generator) {
  torch::Tensor weight = torch::empty(shape);
  const auto fan_in = static_cast<double>(weight.numel()) / static_cast<double>(shape[0]);
  weight.normal_(0, gain / std::sqrt(fan_in), generator);
  tensors_.push_back({name + ".weight", weight, true});
}

void Network::add_norm(const std::string& name, std::int64_t channels) {
  tensors_.push_back({name + ".scale", torch::ones({channels}), true});
  tensors_.push_back({name + ".shift", torch::zeros({channels}), true});
  tensors_.push_back({name + ".mean", torch::zeros({channels}), false});
  tensors_.push_back({name + ".variance", torch::ones({channels}), false});
}

const torch::Tensor& Network::at(const std::string& name) const {
  for (const Named& tensor : tensors_) {
    if (tensor.name == name) return tensor.value;
  }
  throw std::logic_error("no parameter " + name);
}

torch::Tensor Network::normed(const torch::Tensor& x, const std::string& name, bool training) {
  return torch::batch_norm(x, at(name + ".scale"), at(name + ".shift"), at(name + ".mean"),
                           at(name + ".variance"), training, kNormMomentum,
                           static_cast<double>(kBatchNormEpsilon), false);
}

torch::Tensor Network::forward(const torch::Tensor& features, const torch::Tensor& frame_mask,
                               const std::optional<at::Generator>& generator) {
  const bool training = generator.has_value();
  // A layer that looks sideways in time sees zeros outside the clip, whatever the padding: so its
  // length cannot change the scores. A large negative number before the ReLU makes them in place.
  torch::Tensor mask = frame_mask;
  torch::Tensor outside = (mask - 1) * kFar;
  torch::Tensor x = features.unsqueeze(1);
  int layer = 0;
  for (const PlaneConvolution& plane : kPlaneConvolutions) {
    if (layer == 3) x = dropout(x, kPlaneDropout, generator);
    const std::string name = "plane" + std::to_string(layer++);
    if (plane.time_stride == 2) {
      mask = torch::max_pool1d(mask, 2, 2);
      outside = (mask - 1) * kFar;
    }
    x = torch::conv2d(x, at(name + ".weight"), {}, {plane.frequency_stride, plane.time_stride},
                      plane.kernel / 2);
    x = normed(x, name, training).add_(outside.unsqueeze(1)).relu_();
  }
  x = x.flatten(1, 2);
  x = normed(torch::conv1d(x, at("flat.weight")), "flat", training).add_(outside).relu_();
  for (int block = 0; block < kResidualBlocks; ++block) {
    const std::string name = "block" + std::to_string(block);
    const int dilation = 1 << block;
    torch::Tensor y =
        torch::conv1d(x, at(name + ".depth.weight"), {}, 1, 3L * dilation, dilation, kChannels);
    y = normed(y, name + ".depth", training).relu_();
    y = normed(torch::conv1d(y, at(name + ".point.weight")), name + ".point", training);
    x = y.add_(x).add_(outside).relu_();
  }
  const torch::Tensor energy = torch::conv1d(x, at("attention.weight"), at("attention.bias"));
  const torch::Tensor weight = (energy - energy.amax(2, true)).exp() * mask;
  const torch::Tensor attended =
      torch::matmul(weight, x.transpose(1, 2)) / (weight.sum(2, true) + kTiny);
  const torch::Tensor pooled =
      torch::cat({attended.flatten(1), x.amax(2), x.sum(2) / mask.sum(2)}, 1);
  return torch::linear(dropout(pooled, kHeadDropout, generator), at("scores.weight"),
                       at("scores.bias"));
}

std::vector<torch::Tensor> Network::parameters() const {
  std::vector<torch::Tensor> found;
  for (const Named& tensor : tensors_) {
    if (tensor.trained) found.push_back(tensor.value);
  }
  return found;
}

std::vector<torch::Tensor> Network::state() const {
  std::vector<torch::Tensor> found = parameters();
  for (const Named& tensor : tensors_) {
    if (!tensor.trained) found.push_back(tensor.value);
  }
  return found;
}

std::vector<bool> Network::decayed() const {
  std::vector<bool> found;
  for (const Named& tensor : tensors_) {
    if (tensor.trained) found.push_back(tensor.name.ends_with(".weight"));
  }
  return found;
}

Weights Network::weights() const {
  Weights weights;
  for (const Named& tensor : tensors_) {
    const torch::Tensor plain = tensor.value.detach().contiguous();
    PlainTensor& copy = weights[tensor.name];
    copy.shape = plain.sizes().vec();
    copy.values.assign(plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel());
  }
  return weights;
}

}  // namespace auscult::train
