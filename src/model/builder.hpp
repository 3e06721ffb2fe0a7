#pragma once

#include <map>
#include <memory>
#include <vector>

#include "model/program.hpp"
#include "model/specialise.hpp"

namespace auscult::model {

/// Constants in the layouts that primitives want, shared by the programs of all lengths.
class LayoutCache {
 public:
  /// `constant` seen as `from`, reordered to `to`.
  std::shared_ptr<const AlignedBytes> find_or_reorder(const Constant& constant,
                                                      const dnnl::memory::desc& from,
                                                      const dnnl::memory::desc& to,
                                                      const dnnl::engine& engine);

 private:
  struct Entry {
    Constant constant;
    dnnl::memory::desc layout;
    std::shared_ptr<const AlignedBytes> bytes;
  };
  std::vector<Entry> entries_;
};

/// Attributes that make a primitive take its scratch memory as an argument, from the arena.
dnnl::primitive_attr user_scratchpad();

/// Collects the steps of a program and knows in which layouts each value lies.
///
/// A value may have several layouts; asking for one that it does not have yet adds a reordering
/// step. All layouts of oneDNN are f32 or bf16.
class ProgramBuilder {
 public:
  using Desc = dnnl::memory::desc;

  /// A stretch of memory of a value, in one layout.
  struct Buffer {
    std::size_t index = kConstant;  ///< Into the program's stretches.
    std::size_t offset = 0;         ///< In bytes, from the stretch's first.
    const std::byte* constant = nullptr;
    static constexpr std::size_t kConstant = ~std::size_t{0};
  };
  struct Layout {
    Desc desc;
    Buffer buffer;
  };

  ProgramBuilder(const SpecialisedGraph& graph, const dnnl::engine& engine, LayoutCache& cache)
      : graph_(graph), engine_(engine), cache_(cache), remaining_uses_(graph.uses) {}

  [[nodiscard]] const SpecialisedGraph& graph() const { return graph_; }
  [[nodiscard]] const dnnl::engine& engine() const { return engine_; }
  [[nodiscard]] const Shape& dims(ValueId id) const {
    return graph_.shapes[static_cast<std::size_t>(id)];
  }

  /// Memory for a value that the next step writes.
  Buffer allocate(std::size_t bytes);
  Layout define(ValueId id, const Desc& desc);
  /// Another name for memory that is there already.
  void define_at(ValueId id, const Layout& layout);

  /// The layout a value was made in.
  Layout original(ValueId id);
  /// The value in that layout, which stays valid and unchanged.
  Layout in_layout(ValueId id, const Desc& desc);
  /// A copy in that layout, for a step to write over and to define a value at; the value's own
  /// memory if this is its last use and nothing else shares it.
  Layout to_overwrite(ValueId id, const Desc& desc);
  /// To be called once for each use of a value, when its step has been added.
  void release(ValueId id) { --remaining_uses_[static_cast<std::size_t>(id)]; }
  /// Row order, of the element type it has.
  Layout in_row_order(ValueId id);
  /// Row order, f32.
  Layout in_row_order_f32(ValueId id) { return in_layout(id, row_order(dims(id))); }
  /// A constant as `from`, in the layout `to`.
  Buffer constant(ValueId id, const Desc& from, const Desc& to);

  static Desc row_order(const Shape& dims,
                        dnnl::memory::data_type type = dnnl::memory::data_type::f32);

  struct Use {
    int index = 0;  ///< DNNL_ARG_...
    Layout layout;
  };
  void add_primitive(const dnnl::primitive_desc_base& desc, const std::vector<Use>& uses);
  void add_loop(const Kernel& run, const std::vector<std::optional<Buffer>>& inputs,
                const std::vector<std::optional<Buffer>>& outputs);

  /// Keeps a value in memory to the end.
  void keep(const Buffer& buffer);

  /// Lays out the memory and gives the steps their places.
  /// Fails with unsupported_model if that needs more than limits::kMaxWorkspaceBytes.
  Result<Program> finish();
  /// Of a buffer, once finish() has been called.
  [[nodiscard]] Place place(const Buffer& buffer) const;

 private:
  struct PendingPrimitive {
    dnnl::primitive_desc_base desc;
    std::vector<Use> uses;
  };
  struct PendingLoop {
    Kernel run;
    std::vector<std::optional<Buffer>> inputs, outputs;
  };
  void touch(const Buffer& buffer);
  void add_reorder(const Layout& from, const Layout& to);

  const SpecialisedGraph& graph_;
  const dnnl::engine& engine_;
  LayoutCache& cache_;
  std::vector<int> remaining_uses_;  // By ValueId.
  std::map<ValueId, std::vector<Layout>> layouts_;
  std::vector<Lifetime> stretches_;
  std::vector<int> shared_by_;  // By stretch: values that lie in it.
  std::vector<std::variant<PendingPrimitive, PendingLoop>> steps_;
  std::vector<std::shared_ptr<const void>> constants_;
  ArenaLayout arena_;
};

}  // namespace auscult::model
