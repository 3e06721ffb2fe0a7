#pragma once

#include <cstddef>
#include <memory>
#include <variant>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "model/arena.hpp"
#include "model/ops.hpp"

namespace auscult::model {

/// Where a value lies: at `offset` bytes in the arena, or, if `constant` is set, from there.
struct Place {
  std::size_t offset = 0;
  const std::byte* constant = nullptr;
};

/// Where that is in memory. Only inputs and outputs of a program, which are never constants, are
/// written through this: oneDNN and the loops only read the others, which their interfaces leave
/// open.
void* address(const Place& place, std::byte* arena);

/// Runs a oneDNN primitive.
struct PrimitiveStep {
  struct Argument {
    int index = 0;  ///< DNNL_ARG_...
    dnnl::memory::desc desc;
    Place place;
  };
  dnnl::primitive_desc_base desc;
  dnnl::primitive kernel;  ///< Empty in a plan.
  std::vector<Argument> arguments;
};

/// Runs a loop of our own; a place is missing where an optional input or output is left out.
struct LoopStep {
  Kernel run;
  std::vector<std::optional<Place>> inputs;
  std::vector<std::optional<Place>> outputs;
};

using Step = std::variant<PrimitiveStep, LoopStep>;

/// A graph compiled for one length of clip. Immutable; any thread may bind it.
struct Program {
  std::size_t length = 0;
  std::vector<Step> steps;
  std::size_t arena_bytes = 0;
  Place samples;
  std::optional<Place> mask;
  Place scores;
  std::size_t score_count = 0;
  std::optional<Place> window_scores;
  std::size_t window_count = 0;
  std::vector<std::shared_ptr<const void>> constants;  ///< Kept alive for the places above.
};

/// A program with the pointers into one arena filled in, ready to run without allocating of its
/// own. Not to be run by two threads at once.
class BoundProgram {
 public:
  BoundProgram(const Program& program, const dnnl::engine& engine, std::byte* arena);

  /// Fails only if oneDNN does, whose status is returned.
  [[nodiscard]] dnnl_status_t run(const dnnl::stream& stream) const;

 private:
  struct BoundPrimitive {
    const_dnnl_primitive_t primitive;
    std::vector<dnnl_exec_arg_t> arguments;
  };
  struct BoundLoop {
    const Kernel* run;
    std::vector<const float*> inputs;
    std::vector<float*> outputs;
  };
  std::vector<dnnl::memory> memories_;
  std::vector<std::variant<BoundPrimitive, BoundLoop>> steps_;
};

}  // namespace auscult::model
