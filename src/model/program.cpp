#include "model/program.hpp"

namespace auscult::model {

void* address(const Place& place, std::byte* arena) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): oneDNN's interface asks for it.
  return place.constant != nullptr ? const_cast<std::byte*>(place.constant) : arena + place.offset;
}

namespace {

float* floats(const std::optional<Place>& place, std::byte* arena) {
  return place ? static_cast<float*>(address(*place, arena)) : nullptr;
}

}  // namespace

BoundProgram::BoundProgram(const Program& program, const dnnl::engine& engine, std::byte* arena) {
  for (const Step& step : program.steps) {
    if (const auto* primitive = std::get_if<PrimitiveStep>(&step)) {
      BoundPrimitive bound{primitive->kernel.get(), {}};
      for (const PrimitiveStep::Argument& argument : primitive->arguments) {
        memories_.emplace_back(argument.desc, engine, address(argument.place, arena));
        bound.arguments.push_back({argument.index, memories_.back().get()});
      }
      steps_.emplace_back(std::move(bound));
    } else if (const auto* loop = std::get_if<LoopStep>(&step)) {
      BoundLoop bound{&loop->run, {}, {}};
      for (const auto& place : loop->inputs) bound.inputs.push_back(floats(place, arena));
      for (const auto& place : loop->outputs) bound.outputs.push_back(floats(place, arena));
      steps_.emplace_back(std::move(bound));
    }
  }
}

dnnl_status_t BoundProgram::run(const dnnl::stream& stream) const {
  for (const auto& step : steps_) {
    if (const auto* loop = std::get_if<BoundLoop>(&step)) {
      (*loop->run)(loop->inputs.data(), loop->outputs.data());
      continue;
    }
    const auto& primitive = std::get<BoundPrimitive>(step);
    // The C interface: the C++ one builds a map and a vector on each call.
    const dnnl_status_t status = dnnl_primitive_execute(
        primitive.primitive, stream.get(), static_cast<int>(primitive.arguments.size()),
        primitive.arguments.data());
    if (status != dnnl_success) return status;
  }
  return dnnl_success;
}

}  // namespace auscult::model
