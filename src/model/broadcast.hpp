#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "core/limits.hpp"
#include "model/graph.hpp"
#include "model/wide.hpp"

namespace auscult::model {

/// The shape that `a` and `b` broadcast to (ONNX, "Broadcasting": NumPy's rule), or nothing.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

/// How to walk two dense values of f32 that broadcast to one another, with neighbouring dimensions
/// merged where both go on evenly.
class BroadcastPlan {
 public:
  BroadcastPlan(const Shape& a, const Shape& b, const Shape& output);

  /// out[i] = function(a[...], b[...])
  template <typename Function>
  void run(const float* a, const float* b, float* out, Function function) const {
    on_widest([&](auto) __attribute__((always_inline)) { run_rows(a, b, out, function); });
  }

 private:
  /// A dimension: its size, and how far one step along it goes in each input.
  struct Dimension {
    std::size_t size = 1;
    std::size_t a = 0;
    std::size_t b = 0;
  };

  template <typename Function>
  [[gnu::always_inline]] void run_rows(const float* a, const float* b, float* out,
                                       Function function) const {
    std::array<std::size_t, limits::kMaxTensorRank> index{};
    for (std::size_t row = 0; row < rows_; ++row) {
      run_row(a, b, out, function);
      out += inner_.size;
      for (std::size_t d = outer_count_; d-- > 0;) {
        a += outer_[d].a;
        b += outer_[d].b;
        if (++index[d] < outer_[d].size) break;
        a -= outer_[d].a * outer_[d].size;
        b -= outer_[d].b * outer_[d].size;
        index[d] = 0;
      }
    }
  }

  // One loop for each kind of input, so that the compiler can use vectors in all of them.
  template <typename Function>
  [[gnu::always_inline]] void run_row(const float* a, const float* b, float* out,
                                      Function function) const {
    const std::size_t n = inner_.size;
    if (inner_.a == 1 && inner_.b == 1) {
      for (std::size_t i = 0; i < n; ++i) out[i] = function(a[i], b[i]);
    } else if (inner_.b == 0 && inner_.a == 1) {
      const float value = *b;
      for (std::size_t i = 0; i < n; ++i) out[i] = function(a[i], value);
    } else if (inner_.a == 0 && inner_.b == 1) {
      const float value = *a;
      for (std::size_t i = 0; i < n; ++i) out[i] = function(value, b[i]);
    } else {
      for (std::size_t i = 0; i < n; ++i) out[i] = function(a[i * inner_.a], b[i * inner_.b]);
    }
  }

  Dimension inner_;
  std::array<Dimension, limits::kMaxTensorRank> outer_{};
  std::size_t outer_count_ = 0;
  std::size_t rows_ = 1;
};

}  // namespace auscult::model
