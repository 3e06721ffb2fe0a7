#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace auscult {

/// Numbers side by side, in the vector types of GCC and clang, as wide as an AVX2 register; without
/// one, compilers make two of each. For loops that they leave alone because they may not change the
/// order of sums. Comparisons give -1 for true.
struct Lanes {
  // Aligned in so many words: where g++ compiles for less than AVX it would align them to 16 bytes.
  static constexpr std::size_t kCount = 8;
  using Floats [[gnu::vector_size(32), gnu::aligned(32)]] = float;
  using Integers [[gnu::vector_size(32), gnu::aligned(32)]] = std::int32_t;

  static constexpr std::size_t kDoubles = 4;
  using Doubles [[gnu::vector_size(32), gnu::aligned(32)]] = double;

  /// The eight that begin at `from`, wherever in memory that is. By reference, since a function
  /// that returns a vector is called in another way where it is compiled for AVX2.
  [[gnu::always_inline]] static void load(const float* from, Floats& eight) {
    std::memcpy(&eight, from, sizeof eight);
  }

  /// The four that begin at `from`. One by one, from which g++ 12 makes one instruction; of
  /// __builtin_convertvector it makes four.
  [[gnu::always_inline]] static void widen(const float* from, Doubles& four) {
    four = Doubles{static_cast<double>(from[0]), static_cast<double>(from[1]),
                   static_cast<double>(from[2]), static_cast<double>(from[3])};
  }
};

#ifdef __x86_64__
/// What in_widest_lanes() calls.
template <auto kLoop, typename... Arguments>
[[gnu::target("avx2")]] auto with_avx2(Arguments&... arguments) {
  return kLoop(arguments...);
}
#endif

/// kLoop(arguments...), which is compiled twice, for processors with AVX2 and for those without:
/// therefore kLoop and what it calls with lanes are always_inline. Both give the same bits, since
/// neither has FMA, which rounds once where others round twice.
template <auto kLoop, typename... Arguments>
auto in_widest_lanes(Arguments&&... arguments) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) return with_avx2<kLoop>(arguments...);
#endif
  return kLoop(arguments...);
}

/// The sum of a[i] * b[i]; the spans are of one length. In eight sums, the last of which is added
/// to first: not to the bit what one after the other gives.
float dot(std::span<const float> a, std::span<const float> b);

/// The greatest a[i] + b[i], -infinity if the spans, which are of one length, are empty.
float greatest_sum(std::span<const float> a, std::span<const float> b);

/// The sum of the values, and of the squares of what they exceed `mean` by. In eight sums.
double sum(std::span<const float> values);
double sum_of_squares(std::span<const float> values, double mean);

}  // namespace auscult
