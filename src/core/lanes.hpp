#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace auscult {

/// Four numbers side by side, as every x86-64 and ARM64 computes them at once, in the vector types
/// of GCC and clang. For loops that compilers leave alone because they may not change the order of
/// sums. Comparisons give -1 for true.
struct Lanes {
  static constexpr std::size_t kCount = 4;
  using Floats [[gnu::vector_size(16), gnu::aligned(4), gnu::may_alias]] = float;
  using Doubles [[gnu::vector_size(32), gnu::aligned(8), gnu::may_alias]] = double;
  using Integers [[gnu::vector_size(16), gnu::aligned(4), gnu::may_alias]] = std::int32_t;

  /// The four that begin at `from`.
  [[gnu::always_inline]] static const Floats& at(const float* from) {
    return *reinterpret_cast<const Floats*>(from);
  }
};

/// The sum of a[i] * b[i]; the spans are of one length. In eight sums, the last of which is added
/// to first: not to the bit what one after the other gives.
float dot(std::span<const float> a, std::span<const float> b);

/// The greatest a[i] + b[i], -infinity if the spans, which are of one length, are empty.
float greatest_sum(std::span<const float> a, std::span<const float> b);

}  // namespace auscult
