#pragma once

#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "auscult/result.hpp"
#include "model/graph.hpp"

/// What each operator does once the shapes of its inputs are known.
namespace auscult::model {

/// The name of BandPowers as a node, which no file has and simplify() makes.
inline constexpr const char* kBandPowers = "BandPowers";

/// A loop of our own over dense f32 values in row order: `run(inputs, outputs)`, null where an
/// optional input is left out. Inputs that were read as parameters (axes, shapes) are not touched.
using Kernel = std::function<void(const float* const* inputs, float* const* outputs)>;

/// Output i is the stretch of input 0 that begins at element offsets[i].
struct View {
  std::vector<std::size_t> offsets;
};

/// oneDNN's name of an elementwise operator, for values that lie in one of its own layouts.
struct Elementwise {
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
  float alpha = 0;
  float beta = 0;
  bool costly = false;  ///< A transcendental function, which oneDNN computes many lanes at a time.
};

struct Loop {
  Kernel run;
  std::optional<Elementwise> unary{};       ///< Input 0 to output 0.
  std::optional<dnnl::algorithm> binary{};  ///< Inputs 0 and 1, of the shape of output 0.
  bool is_row_scale = false;         ///< Input 0 [N, C, spatial...] times factors without channels.
  bool is_to_channels_last = false;  ///< Input 0 [N, C, spatial...] to [N, spatial..., C].
};

/// Spatial sizes, outermost first.
struct Geometry {
  Shape kernel, strides, dilations, pad_begin, pad_end;
};

/// Inputs X [N, C, spatial...], W [M, C / groups, kernel...] and perhaps B [M].
struct Convolution {
  Geometry geometry;
  std::int64_t groups = 1;
  bool is_depthwise_1d = false;  ///< One filter for each channel of [N, C, T].
};

/// Of X [N, C, spatial...].
struct Pooling {
  Geometry geometry;
  dnnl::algorithm algorithm = dnnl::algorithm::undef;
};

/// Inputs A [..., M, K] and B [..., K, N]; the shapes are those after broadcasting to equal rank.
struct Product {
  Shape a, b, output;
};

/// Of FoldedFilters (fold_phases.hpp): inputs X [N, C, T], even, odd and bands, and a bias [B].
struct BandPowers {
  Geometry geometry;
};

struct Plan {
  std::vector<Shape> outputs;
  std::variant<View, Loop, Convolution, Pooling, Product, BandPowers> work;
  std::size_t data_inputs = 1;  ///< So many from the first; the others are parameters, read here.
};

struct Operand {
  Shape dims;
  Constant constant;  ///< Null if it is computed at run time.
  bool present = true;
};

/// Checks the node against its inputs and tells its outputs' shapes and its work.
/// Fails with unsupported_model, naming the node, on an operator we do not run, an attribute we
/// do not honour, and inputs that do not fit.
Result<Plan> plan_operator(const Node& node, std::span<const Operand> inputs, int opset);

/// Whether ONNX has an operator of that name that we run.
bool is_supported(const std::string& op);

}  // namespace auscult::model
