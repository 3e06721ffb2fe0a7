#include "model/model.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <utility>

#include "core/hash.hpp"
#include "core/limits.hpp"
#include "model/compile.hpp"
#include "model/file.hpp"
#include "model/metadata.hpp"
#include "model/onnx_file.hpp"
#include "model/passes.hpp"
#include "model/single_thread.hpp"
#include "model/specialise.hpp"

namespace auscult::model {

namespace {

bool is_at_least(dnnl::cpu_isa isa) {
  // Each set of instructions has a bit for each that it includes.
  const auto bits = static_cast<unsigned>(isa);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & bits) == bits;
}

Result<Precision> choose_precision(Precision wanted) {
  switch (wanted) {
    case Precision::f32:
      return Precision::f32;
    case Precision::automatic:
      return is_at_least(dnnl::cpu_isa::avx512_core_bf16) ? Precision::bf16 : Precision::f32;
    case Precision::bf16:
      if (is_at_least(dnnl::cpu_isa::avx512_core)) return Precision::bf16;
      return fail(ErrorCode::unsupported_model,
                  "this processor cannot compute in bf16 (it lacks AVX-512); use f32");
  }
  return fail(ErrorCode::internal, "no such precision");
}

}  // namespace

struct Model::State {
  ModelInfo info;
  Graph graph;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};

  /// The program for info.lengths[index]. Any thread.
  Result<std::shared_ptr<const Program>> program(std::size_t index) const;
  [[nodiscard]] Target target() const { return {engine, info.precision == Precision::bf16}; }

 private:
  // Kernels take memory, and time to make: those for lengths that never come are not made.
  mutable std::mutex mutex_;
  mutable LayoutCache cache_;
  mutable std::map<std::size_t, std::shared_ptr<const Program>> programs_;
};

Result<std::shared_ptr<const Program>> Model::State::program(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const Program>& program = programs_[index];
  if (program) return program;
  Result<Program> compiled = compile(graph, info.lengths[index], target(), cache_);
  if (!compiled) return compiled.error();
  program = std::make_shared<const Program>(*std::move(compiled));
  return program;
}

struct Workspace::State {
  struct Bound {
    std::shared_ptr<const Program> program;
    std::optional<BoundProgram> steps;
  };

  explicit State(const Model::State& model)
      : stream(model.engine), bound(model.info.lengths.size()) {}

  /// The program for info.lengths[index], bound to the arena.
  Result<const Bound*> bind(const Model::State& model, std::size_t index) {
    Bound& wanted = bound[index];
    if (wanted.steps) return &wanted;
    Result<std::shared_ptr<const Program>> program = model.program(index);
    if (!program) return program.error();
    wanted.program = *std::move(program);
    if (wanted.program->arena_bytes > arena.size()) {
      for (Bound& other : bound) other.steps.reset();
      arena = AlignedBytes(wanted.program->arena_bytes);
    }
    wanted.steps.emplace(*wanted.program, model.engine, arena.data());
    return &wanted;
  }

  AlignedBytes arena{0};
  dnnl::stream stream;
  std::vector<Bound> bound;
};

Workspace::Workspace(std::unique_ptr<State> state) : state_(std::move(state)) {}
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;
Workspace::~Workspace() = default;

Model::Model(std::unique_ptr<const State> state) : state_(std::move(state)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

const ModelInfo& Model::info() const { return state_->info; }

Result<Model> Model::decode(std::span<const std::byte> bytes, Precision precision) {
  Result<OnnxFile> file = decode_onnx(bytes);
  if (!file) return file.error();
  Result<ModelInfo> info = read_metadata(std::move(file->metadata), file->graph.samples_dims);
  if (!info) return info.error();
  const Result<Precision> chosen = choose_precision(precision);
  if (!chosen) return chosen.error();
  info->precision = *chosen;
  info->sha256 = sha256_hex(bytes);
  if (Status status = simplify(file->graph); !status) return status.error();

  auto state = std::make_unique<State>();
  state->info = *std::move(info);
  state->graph = std::move(file->graph);
  const std::vector<std::size_t>& lengths = state->info.lengths;
  // The longest needs most of everything: what it does not fail at, the others will not either. Its
  // kernels are made when the first clip asks for them.
  LayoutCache cache;
  const Result<Program> longest = plan(state->graph, lengths.back(), state->target(), cache);
  if (!longest) return longest.error();
  for (const std::size_t length : lengths) {
    const Result<SpecialisedGraph> specialised = specialise(state->graph, length);
    if (!specialised) return specialised.error();
    const Shape& scores = specialised->shapes[static_cast<std::size_t>(state->graph.scores)];
    if (element_count(scores) != longest->score_count) {
      return fail(ErrorCode::unsupported_model,
                  "the number of scores depends on the length of the clip");
    }
  }
  return Model(std::move(state));
}

Result<Model> Model::load(const std::filesystem::path& file, Precision precision) {
  const Result<std::vector<std::byte>> bytes = read_file(file);
  if (!bytes) return bytes.error();
  Result<Model> model = decode(*bytes, precision);
  if (!model) return fail(model.error().code, file.string() + ": " + model.error().message);
  return model;
}

Workspace Model::make_workspace() const {
  return Workspace(std::make_unique<Workspace::State>(*state_));
}

Result<Scores> Model::run(std::span<const float> samples, Hidden hidden,
                          Workspace& workspace) const {
  const std::vector<std::size_t>& lengths = state_->info.lengths;
  const auto next = std::lower_bound(lengths.begin(), lengths.end(), samples.size());
  if (samples.empty() || next == lengths.end()) {
    return fail(ErrorCode::invalid_argument, "the clip has " + std::to_string(samples.size()) +
                                                 " samples; the model takes 1 to " +
                                                 std::to_string(lengths.back()));
  }
  if (hidden.begin > hidden.end || hidden.end > samples.size() ||
      hidden.end - hidden.begin == samples.size()) {
    return fail(ErrorCode::invalid_argument,
                "samples " + std::to_string(hidden.begin) + " to " + std::to_string(hidden.end) +
                    " cannot be hidden in a clip of " + std::to_string(samples.size()));
  }
  const auto index = static_cast<std::size_t>(next - lengths.begin());
  const SingleThread single_thread;
  const auto bound = workspace.state_->bind(*state_, index);
  if (!bound) return bound.error();
  const Program& program = *(*bound)->program;
  std::byte* arena = workspace.state_->arena.data();
  const auto floats = [&](const Place& place) {
    return static_cast<float*>(address(place, arena));
  };
  float* end = std::copy(samples.begin(), samples.end(), floats(program.samples));
  std::fill(end, floats(program.samples) + program.length, 0.0F);
  std::fill(floats(program.samples) + hidden.begin, floats(program.samples) + hidden.end, 0.0F);
  if (program.mask) {
    float* mask = floats(*program.mask);
    std::fill(mask, mask + samples.size(), 1.0F);
    std::fill(mask + samples.size(), mask + program.length, 0.0F);
    std::fill(mask + hidden.begin, mask + hidden.end, 0.0F);
  }

  if ((*bound)->steps->run(workspace.state_->stream) != dnnl_success) {
    return fail(ErrorCode::internal, "oneDNN failed to run the model");
  }
  Scores scores;
  scores.clip = {floats(program.scores), program.score_count};
  if (program.window_scores) {
    scores.windows = {floats(*program.window_scores), program.window_count * program.score_count};
    scores.window_count = program.window_count;
  }
  const auto is_finite = [](float score) { return std::isfinite(score); };
  if (!std::all_of(scores.clip.begin(), scores.clip.end(), is_finite) ||
      !std::all_of(scores.windows.begin(), scores.windows.end(), is_finite)) {
    return fail(ErrorCode::internal, "the model gives a score that is not finite");
  }
  return scores;
}

}  // namespace auscult::model
