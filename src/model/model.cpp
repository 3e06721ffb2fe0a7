#include "model/model.hpp"

#include <algorithm>
#include <cmath>
#include <oneapi/dnnl/dnnl.hpp>
#include <utility>

#include "core/hash.hpp"
#include "core/limits.hpp"
#include "model/compile.hpp"
#include "model/file.hpp"
#include "model/metadata.hpp"
#include "model/onnx_file.hpp"
#include "model/passes.hpp"
#include "model/single_thread.hpp"

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
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  std::vector<Program> programs;  // As info.lengths.
};

struct Workspace::State {
  State(const dnnl::engine& engine, const std::vector<Program>& programs, std::size_t bytes)
      : arena(bytes), stream(engine) {
    for (const Program& program : programs) bound.emplace_back(program, engine, arena.data());
  }
  AlignedBytes arena;
  dnnl::stream stream;
  std::vector<BoundProgram> bound;
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

  const SingleThread single_thread;
  try {
    auto state = std::make_unique<State>();
    state->info = *std::move(info);
    LayoutCache cache;
    const Target target{state->engine, *chosen == Precision::bf16};
    for (const std::size_t length : state->info.lengths) {
      Result<Program> program = compile(file->graph, length, target, cache);
      if (!program) return program.error();
      if (!state->programs.empty() && program->score_count != state->programs.front().score_count) {
        return fail(ErrorCode::unsupported_model,
                    "the number of scores depends on the length of the clip");
      }
      state->programs.push_back(*std::move(program));
    }
    return Model(std::move(state));
  } catch (const dnnl::error& error) {
    return fail(ErrorCode::internal, std::string("oneDNN failed: ") + error.what());
  }
}

Result<Model> Model::load(const std::filesystem::path& file, Precision precision) {
  const Result<std::vector<std::byte>> bytes = read_file(file);
  if (!bytes) return bytes.error();
  Result<Model> model = decode(*bytes, precision);
  if (!model) return fail(model.error().code, file.string() + ": " + model.error().message);
  return model;
}

Workspace Model::make_workspace() const {
  const SingleThread single_thread;
  std::size_t bytes = 0;
  for (const Program& program : state_->programs) bytes = std::max(bytes, program.arena_bytes);
  return Workspace(std::make_unique<Workspace::State>(state_->engine, state_->programs, bytes));
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
  const Program& program = state_->programs[index];
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

  const SingleThread single_thread;
  if (workspace.state_->bound[index].run(workspace.state_->stream) != dnnl_success) {
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
