#include "model/builder.hpp"

#include <algorithm>

#include "core/limits.hpp"

namespace auscult::model {

namespace {

const std::byte* first_byte(const Tensor& tensor) {
  return reinterpret_cast<const std::byte*>(tensor.floats.data());
}

}  // namespace

dnnl::primitive_attr user_scratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

std::shared_ptr<const AlignedBytes> LayoutCache::find_or_reorder(const Constant& constant,
                                                                 const dnnl::memory::desc& from,
                                                                 const dnnl::memory::desc& to,
                                                                 const dnnl::engine& engine) {
  for (const Entry& entry : entries_) {
    if (entry.constant == constant && entry.layout == to) return entry.bytes;
  }
  auto bytes = std::make_shared<AlignedBytes>(to.get_size());
  dnnl::memory source(from, engine, address({.constant = first_byte(*constant)}, nullptr));
  dnnl::memory target(to, engine, bytes->data());
  dnnl::stream stream(engine);
  dnnl::reorder(source, target).execute(stream, source, target);
  stream.wait();
  entries_.push_back({constant, to, bytes});
  return bytes;
}

ProgramBuilder::Desc ProgramBuilder::row_order(const Shape& dims, dnnl::memory::data_type type) {
  // oneDNN knows no scalars.
  const Shape sizes = dims.empty() ? Shape{1} : dims;
  Shape strides(sizes.size());
  std::int64_t stride = 1;
  for (std::size_t d = sizes.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= sizes[d];
  }
  return {sizes, type, strides};
}

ProgramBuilder::Buffer ProgramBuilder::allocate(std::size_t bytes) {
  stretches_.push_back({bytes, steps_.size(), steps_.size()});
  shared_by_.push_back(1);
  return {stretches_.size() - 1, 0, nullptr};
}

ProgramBuilder::Layout ProgramBuilder::define(ValueId id, const Desc& desc) {
  const Layout layout{desc, allocate(desc.get_size())};
  layouts_[id].push_back(layout);
  return layout;
}

void ProgramBuilder::define_at(ValueId id, const Layout& layout) {
  if (layout.buffer.index != Buffer::kConstant) ++shared_by_[layout.buffer.index];
  layouts_[id].push_back(layout);
}

ProgramBuilder::Layout ProgramBuilder::original(ValueId id) {
  std::vector<Layout>& layouts = layouts_[id];
  if (layouts.empty()) {
    const Constant& constant = graph_.constants.at(id);
    constants_.push_back(constant);
    layouts.push_back({row_order(constant->dims), {Buffer::kConstant, 0, first_byte(*constant)}});
  }
  return layouts.front();
}

ProgramBuilder::Layout ProgramBuilder::in_layout(ValueId id, const Desc& desc) {
  const Layout source = original(id);
  for (const Layout& layout : layouts_[id]) {
    if (layout.desc == desc) return layout;
  }
  if (source.buffer.index == Buffer::kConstant) {
    const Layout layout{desc, constant(id, source.desc, desc)};
    layouts_[id].push_back(layout);
    return layout;
  }
  const Layout target = define(id, desc);
  add_reorder(source, target);
  return target;
}

ProgramBuilder::Layout ProgramBuilder::to_overwrite(ValueId id, const Desc& desc) {
  const Layout source = in_layout(id, desc);
  if (remaining_uses_[static_cast<std::size_t>(id)] == 1 &&
      source.buffer.index != Buffer::kConstant && shared_by_[source.buffer.index] == 1) {
    shared_by_[source.buffer.index] = 0;  // Until the new value is defined there.
    return source;
  }
  const Layout copy{desc, allocate(desc.get_size())};
  add_reorder(source, copy);
  return copy;
}

ProgramBuilder::Layout ProgramBuilder::in_row_order(ValueId id) {
  const Layout source = original(id);
  return in_layout(id, row_order(dims(id), source.desc.data_type()));
}

ProgramBuilder::Buffer ProgramBuilder::constant(ValueId id, const Desc& from, const Desc& to) {
  const Constant& constant = graph_.constants.at(id);
  if (from == to) {
    constants_.push_back(constant);
    return {Buffer::kConstant, 0, first_byte(*constant)};
  }
  const auto bytes = cache_.find_or_reorder(constant, from, to, engine_);
  constants_.push_back(bytes);
  return {Buffer::kConstant, 0, bytes->data()};
}

void ProgramBuilder::touch(const Buffer& buffer) {
  if (buffer.index != Buffer::kConstant) stretches_[buffer.index].last = steps_.size();
}

void ProgramBuilder::keep(const Buffer& buffer) { touch(buffer); }

void ProgramBuilder::add_reorder(const Layout& from, const Layout& to) {
  const dnnl::reorder::primitive_desc desc(engine_, from.desc, engine_, to.desc, user_scratchpad());
  add_primitive(desc, {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

void ProgramBuilder::add_primitive(const dnnl::primitive_desc_base& desc,
                                   const std::vector<Use>& uses) {
  PendingPrimitive pending{desc, uses};
  const Desc scratchpad = desc.scratchpad_desc();
  if (scratchpad.get_size() > 0) {
    pending.uses.push_back({DNNL_ARG_SCRATCHPAD, {scratchpad, allocate(scratchpad.get_size())}});
  }
  for (const Use& use : pending.uses) touch(use.layout.buffer);
  steps_.emplace_back(std::move(pending));
}

void ProgramBuilder::add_loop(const Kernel& run, const std::vector<std::optional<Buffer>>& inputs,
                              const std::vector<std::optional<Buffer>>& outputs) {
  for (const auto& buffer : inputs) {
    if (buffer) touch(*buffer);
  }
  for (const auto& buffer : outputs) {
    if (buffer) touch(*buffer);
  }
  steps_.emplace_back(PendingLoop{run, inputs, outputs});
}

Place ProgramBuilder::place(const Buffer& buffer) const {
  if (buffer.index == Buffer::kConstant) return {0, buffer.constant + buffer.offset};
  return {arena_.offsets[buffer.index] + buffer.offset, nullptr};
}

Result<Program> ProgramBuilder::finish() {
  arena_ = plan_arena(stretches_);
  if (arena_.bytes > limits::kMaxWorkspaceBytes) {
    return fail(ErrorCode::unsupported_model,
                "the graph needs " + std::to_string(arena_.bytes) + " bytes to run; at most " +
                    std::to_string(limits::kMaxWorkspaceBytes) + " are accepted");
  }
  const auto places = [this](const std::vector<std::optional<Buffer>>& buffers) {
    std::vector<std::optional<Place>> result;
    for (const auto& buffer : buffers) {
      result.push_back(buffer ? std::optional{place(*buffer)} : std::nullopt);
    }
    return result;
  };
  Program program;
  program.arena_bytes = arena_.bytes;
  program.constants = std::move(constants_);
  for (auto& step : steps_) {
    if (auto* loop = std::get_if<PendingLoop>(&step)) {
      program.steps.emplace_back(
          LoopStep{std::move(loop->run), places(loop->inputs), places(loop->outputs)});
      continue;
    }
    auto& pending = std::get<PendingPrimitive>(step);
    PrimitiveStep primitive{std::move(pending.desc), {}, {}};
    for (const Use& use : pending.uses) {
      primitive.arguments.push_back({use.index, use.layout.desc, place(use.layout.buffer)});
    }
    program.steps.emplace_back(std::move(primitive));
  }
  return program;
}

}  // namespace auscult::model
