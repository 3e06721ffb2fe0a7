#include "model/compile.hpp"

#include "model/lower.hpp"
#include "model/single_thread.hpp"

namespace auscult::model {

namespace {

Error failed(const dnnl::error& error) {
  return fail(ErrorCode::internal, std::string("oneDNN failed: ") + error.what());
}

void lower(ProgramBuilder& builder, const PlannedNode& planned, const Target& target) {
  const auto& work = planned.plan.work;
  if (const auto* view = std::get_if<View>(&work)) {
    lower_view(builder, planned, *view);
  } else if (const auto* loop = std::get_if<Loop>(&work)) {
    lower_loop(builder, planned, *loop);
  } else if (const auto* convolution = std::get_if<Convolution>(&work)) {
    if (convolution->is_depthwise_1d) {
      lower_depthwise(builder, planned, *convolution);
    } else if (is_product_of_frames(builder, planned, *convolution)) {
      lower_product_of_frames(builder, planned, *convolution);
    } else {
      lower_convolution(builder, planned, *convolution, target);
    }
  } else if (const auto* powers = std::get_if<BandPowers>(&work)) {
    lower_band_powers(builder, planned, *powers);
  } else if (const auto* pooling = std::get_if<Pooling>(&work)) {
    lower_pooling(builder, planned, *pooling);
  } else if (const auto* product = std::get_if<Product>(&work)) {
    lower_product(builder, planned, *product, target);
  }
}

Result<Program> plan_steps(const Graph& graph, std::size_t length, const Target& target,
                           LayoutCache& cache) {
  const Result<SpecialisedGraph> specialised = specialise(graph, length);
  if (!specialised) return specialised.error();
  ProgramBuilder builder(*specialised, target.engine, cache);
  const auto define_input = [&](ValueId id) {
    return builder.define(id, ProgramBuilder::row_order(builder.dims(id))).buffer;
  };
  const ProgramBuilder::Buffer samples = define_input(graph.samples);
  std::optional<ProgramBuilder::Buffer> mask;
  if (graph.mask != kNoValue) mask = define_input(graph.mask);
  for (const PlannedNode& planned : specialised->nodes) {
    try {
      lower(builder, planned, target);
      for (const ValueId id : planned.node.inputs) {
        if (id != kNoValue) builder.release(id);
      }
      if (planned.residual != kNoValue) builder.release(planned.residual);
    } catch (const dnnl::error& error) {
      return refuse(planned.node, std::string("oneDNN cannot run it: ") + error.what());
    }
  }

  const auto output = [&](ValueId id) -> Result<ProgramBuilder::Buffer> {
    const auto constant = specialised->constants.find(id);
    if (constant != specialised->constants.end() && constant->second->is_integer) {
      return fail(
          ErrorCode::unsupported_model,
          "the output '" + graph.value_names[static_cast<std::size_t>(id)] + "' is of integers");
    }
    const ProgramBuilder::Buffer buffer = builder.in_row_order_f32(id).buffer;
    builder.keep(buffer);
    return buffer;
  };
  const Result<ProgramBuilder::Buffer> scores = output(graph.scores);
  if (!scores) return scores.error();
  Result<ProgramBuilder::Buffer> windows = *scores;
  if (graph.window_scores != kNoValue) windows = output(graph.window_scores);
  if (!windows) return windows.error();
  // Reordering the windows took a step, to whose end the scores are needed too.
  builder.keep(*scores);

  Result<Program> program = builder.finish();
  if (!program) return program.error();
  program->length = length;
  program->samples = builder.place(samples);
  if (mask) program->mask = builder.place(*mask);
  program->scores = builder.place(*scores);
  program->score_count = element_count(builder.dims(graph.scores));
  if (graph.window_scores != kNoValue) {
    const Shape& dims = builder.dims(graph.window_scores);
    if (dims.empty() || static_cast<std::size_t>(dims.back()) != program->score_count) {
      return fail(ErrorCode::unsupported_model, "the output 'window_scores' has the shape " +
                                                    to_string(dims) +
                                                    "; its last size must be that of 'scores', " +
                                                    std::to_string(program->score_count));
    }
    program->window_scores = builder.place(*windows);
    program->window_count = element_count(dims) / program->score_count;
  }
  return program;
}

void make_kernels(Program& program) {
  for (Step& step : program.steps) {
    auto* primitive = std::get_if<PrimitiveStep>(&step);
    if (primitive != nullptr) primitive->kernel = dnnl::primitive(primitive->desc.get());
  }
}

}  // namespace

Result<Program> plan(const Graph& graph, std::size_t length, const Target& target,
                     LayoutCache& cache) {
  const SingleThread single_thread;
  try {
    return plan_steps(graph, length, target, cache);
  } catch (const dnnl::error& error) {
    return failed(error);
  }
}

Result<Program> compile(const Graph& graph, std::size_t length, const Target& target,
                        LayoutCache& cache) {
  Result<Program> program = plan(graph, length, target, cache);
  if (!program) return program;
  const SingleThread single_thread;
  try {
    make_kernels(*program);
  } catch (const dnnl::error& error) {
    return failed(error);
  }
  return program;
}

}  // namespace auscult::model
