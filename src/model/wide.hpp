#pragma once

#include <cstddef>
#include <cstring>

namespace auscult::model {

/// As many floats as one register of a processor holds; a vector that is wider than that would go
/// through memory at each step.
template <std::size_t kFloats>
struct Wide {
  using Lanes [[gnu::vector_size(kFloats * sizeof(float))]] = float;
  static constexpr std::size_t kLanes = kFloats;

  // By reference: how a vector is passed by value depends on the processor.
  [[gnu::always_inline]] static void load(Lanes& to, const float* from) {
    std::memcpy(&to, from, sizeof to);
  }
  [[gnu::always_inline]] static void store(float* to, const Lanes& from) {
    std::memcpy(to, &from, sizeof from);
  }
};

#ifdef __x86_64__
// Copies of one body, as the compiler may not use wider vectors than all x86-64 have.
template <typename Body>
[[gnu::target("avx2,fma")]] void on_avx2(const Body& body) {
  body(Wide<8>());
}

template <typename Body>
[[gnu::target("avx512f")]] void on_avx512(const Body& body) {
  body(Wide<16>());
}
#endif

/// Calls `body(Wide<...>())`, a lambda whose call is `always_inline`, compiled for the widest
/// vectors that this processor has. Where these multiply and add in one, rounding once, the result
/// differs in its last bits.
template <typename Body>
void on_widest(const Body& body) {
#ifdef __x86_64__
  static const bool kHasAvx512 = __builtin_cpu_supports("avx512f");
  static const bool kHasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (kHasAvx512) return on_avx512(body);
  if (kHasAvx2) return on_avx2(body);
#endif
  body(Wide<4>());
}

}  // namespace auscult::model
