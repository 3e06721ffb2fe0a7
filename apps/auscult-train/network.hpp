#pragma once

#include <torch/types.h>

#include <optional>
#include <string>
#include <vector>

#include "weights.hpp"

namespace auscult::train {

/// A copy of row-major values, one for each element of `shape`.
torch::Tensor tensor_of(const std::vector<float>& values, at::IntArrayRef shape);

/// The power of a batch in each band.
struct Spectra {
  torch::Tensor power;  ///< [batch, kBands, frames], without the floor.
  torch::Tensor mask;   ///< [batch, 1, frames], 1 where the clip is.
};

/// The fixed front end on torch tensors; the exported graph does the same (onnx_export.cpp).
/// Immutable: any thread.
class FrontEnd {
 public:
  FrontEnd();

  /// `samples` and `mask` are [batch, n] with n a multiple of kFeatureHopSamples. Takes away the
  /// mean, brings the clip's RMS to 1.
  [[nodiscard]] Spectra spectra(const torch::Tensor& samples, const torch::Tensor& mask) const;

  /// log10 of the bands' power minus its mean over the clip: [batch, kBands, frames], 0 outside.
  [[nodiscard]] static torch::Tensor features(const Spectra& spectra);

 private:
  torch::Tensor fourier_;
  torch::Tensor bands_;
};

/// The trained part. Not for use from several threads at once.
class Network {
 public:
  /// Random weights (He et al. 2015), the same for the same seed.
  explicit Network(std::uint64_t seed);
  /// A trained one; `weights` are those of weights() of such a network.
  explicit Network(const Weights& weights);

  /// Scores [batch, kScores] of features [batch, kBands, frames] and their mask [batch, 1, frames].
  /// With a generator: training, with its dropout and batch statistics, which it updates. Without:
  /// the running statistics.
  torch::Tensor forward(const torch::Tensor& features, const torch::Tensor& mask,
                        const std::optional<at::Generator>& generator);

  [[nodiscard]] std::vector<torch::Tensor> parameters() const;
  /// Parameters, then running statistics; loading a state is writing to these.
  [[nodiscard]] std::vector<torch::Tensor> state() const;
  /// Whether weight decay applies, for each of parameters(): not to biases and norms.
  [[nodiscard]] std::vector<bool> decayed() const;

  [[nodiscard]] Weights weights() const;

 private:
  struct Named {
    std::string name;
    torch::Tensor value;
    bool trained;
  };
  void add_convolution(const std::string& name, at::IntArrayRef shape, double gain,
                       at::Generator& generator);
  void add_norm(const std::string& name, std::int64_t channels);
  [[nodiscard]] const torch::Tensor& at(const std::string& name) const;
  torch::Tensor normed(const torch::Tensor& x, const std::string& name, bool training);

  std::vector<Named> tensors_;
};

}  // namespace auscult::train
