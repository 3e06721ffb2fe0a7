#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace auscult {

/// Four numbers side by side, as every x86-64 and ARM64 computes them at once, in the vector types
/// of GCC and clang. For loops that compilers leave alone because they may not change the order of
/// sums. Comparisons give -1 for true.
struct Lanes {
  static constexpr std::size_t kCount = 4;
  using Floats [[gnu::vector_size(16)]] = float;
  using Doubles [[gnu::vector_size(32)]] = double;
  using Integers [[gnu::vector_size(16)]] = std::int32_t;

  /// The four that begin at `from`, wherever in memory that is.
  [[gnu::always_inline]] static Floats at(const float* from) {
    Floats four;
    std::memcpy(&four, from, sizeof four);
    return four;
  }
};

/// The sum of a[i] * b[i]; the spans are of one length. In eight sums, the last of which is added
/// to first: not to the bit what one after the other gives.
float dot(std::span<const float> a, std::span<const float> b);

/// The greatest a[i] + b[i], -infinity if the spans, which are of one length, are empty.
float greatest_sum(std::span<const float> a, std::span<const float> b);

}  // namespace auscult
