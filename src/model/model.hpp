#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::model {

/// bf16 runs the convolutions and matrix products after the logarithm of the front end in
/// bfloat16; what feeds a logarithm stays f32, since it magnifies small errors of small values.
/// `automatic` is bf16 where the processor has it in hardware, else f32.
enum class Precision { automatic, f32, bf16 };

/// What a model file says of itself (docs/model-format.md).
struct ModelInfo {
  std::string name;
  std::string version;
  std::string sha256;                ///< Of the file.
  std::vector<std::string> labels;   ///< L of them.
  int sample_rate_hz = 0;            ///< Of the samples it takes.
  std::vector<std::size_t> lengths;  ///< In samples, ascending; the last is the longest clip.
  double window_s = 0;               ///< Of one row of `window_scores`; 0 if there is none.
  double hop_s = 0;
  std::map<std::string, std::string> metadata;  ///< All of it, calibration and provenance too.
  Precision precision = Precision::f32;         ///< What it runs in, never `automatic`.
};

/// What the graph says of one clip. The views live until the next run on the same Workspace.
struct Scores {
  std::span<const float> clip;     ///< K scores.
  std::span<const float> windows;  ///< [windows, K], empty if the graph has no such output.
  std::size_t window_count = 0;
};

/// Samples [begin, end) of a clip that a run is not to see.
struct Hidden {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The memory one worker needs to run a model; not shared between threads at the same time.
class Workspace {
 public:
  Workspace(Workspace&& other) noexcept;
  Workspace& operator=(Workspace&& other) noexcept;
  ~Workspace();

 private:
  friend class Model;
  struct State;
  explicit Workspace(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// An ONNX graph, planned by load() for each of its lengths and compiled to oneDNN primitives for
/// one when the first clip comes that needs it, which takes some 10 ms more. All members are safe
/// from any thread, with one Workspace each.
class Model {
 public:
  /// Fails with not_found, and with unsupported_model if the file is no ONNX, lacks required
  /// metadata, or has an operator, attribute or shape we do not run (named, with its node).
  static Result<Model> load(const std::filesystem::path& file, Precision precision);

  /// The same from the content of such a file.
  static Result<Model> decode(std::span<const std::byte> bytes, Precision precision);

  Model(Model&& other) noexcept;
  Model& operator=(Model&& other) noexcept;
  ~Model();

  [[nodiscard]] const ModelInfo& info() const;
  [[nodiscard]] Workspace make_workspace() const;

  /// Runs the graph on one clip of 1 to info().lengths.back() samples, padded with zeros to the
  /// next length, the graph's `mask` input (if it has one) 1 on the clip and 0 on the padding.
  /// Allocates nothing of its own but when a length first comes; oneDNN does for its lists of
  /// arguments, under 1 KB at a time.
  /// Fails with invalid_argument on a length out of bounds, and with internal
  /// if a score is not finite.
  Result<Scores> run(std::span<const float> samples, Workspace& workspace) const {
    return run(samples, {}, workspace);
  }

  /// The same with a hole in the clip: the `mask` is 0 there too, so that a graph which has one
  /// answers as if there had never been anything; any other sees zeros. Fails with
  /// invalid_argument too if the hole ends beyond the clip or leaves nothing.
  Result<Scores> run(std::span<const float> samples, Hidden hidden, Workspace& workspace) const;

 private:
  friend class Workspace;
  struct State;
  explicit Model(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace auscult::model
