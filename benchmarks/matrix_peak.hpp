#pragma once

#include <oneapi/dnnl/dnnl.hpp>

namespace auscult::benchmarks {

/// A large matrix product on one thread: the most that this machine's vector units give to what
/// the networks are made of, and so the yardstick for them.
class MatrixProduct {
 public:
  /// Of f32 or bf16 factors; the sums are f32.
  explicit MatrixProduct(dnnl::memory::data_type type);

  void run();
  /// Multiplications and additions of one run.
  [[nodiscard]] static double operations();

 private:
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  dnnl::memory left_;
  dnnl::memory right_;
  dnnl::memory product_;
  dnnl::matmul matmul_;
};

/// Whether the processor multiplies bf16 in hardware.
bool has_bf16();

}  // namespace auscult::benchmarks
