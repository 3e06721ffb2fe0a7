#include "matrix_peak.hpp"

#include <cstring>

#include "model/single_thread.hpp"

namespace auscult::benchmarks {
namespace {

// The three matrices fit a second-level cache together, and each is far larger than a register
// tile.
constexpr dnnl::memory::dim kSize = 768;

using Type = dnnl::memory::data_type;

dnnl::memory::desc square(Type type, bool any_layout) {
  return {{kSize, kSize},
          type,
          any_layout ? dnnl::memory::format_tag::any : dnnl::memory::format_tag::ab};
}

}  // namespace

MatrixProduct::MatrixProduct(Type type) {
  const model::SingleThread one;
  const dnnl::matmul::desc desc(square(type, false), square(type, true), square(Type::f32, false));
  const dnnl::matmul::primitive_desc primitive(desc, engine_);
  left_ = dnnl::memory(primitive.src_desc(), engine_);
  right_ = dnnl::memory(primitive.weights_desc(), engine_);
  product_ = dnnl::memory(primitive.dst_desc(), engine_);
  // Any numbers but denormal ones, which would be slow: zeros are as fast as others.
  for (const dnnl::memory& memory : {left_, right_, product_}) {
    std::memset(memory.get_data_handle(), 0, memory.get_desc().get_size());
  }
  matmul_ = dnnl::matmul(primitive);
}

void MatrixProduct::run() {
  const model::SingleThread one;
  matmul_.execute(stream_,
                  {{DNNL_ARG_SRC, left_}, {DNNL_ARG_WEIGHTS, right_}, {DNNL_ARG_DST, product_}});
  stream_.wait();
}

double MatrixProduct::operations() {
  return 2.0 * static_cast<double>(kSize) * static_cast<double>(kSize) * static_cast<double>(kSize);
}

bool has_bf16() { return dnnl::get_effective_cpu_isa() >= dnnl::cpu_isa::avx512_core_bf16; }

}  // namespace auscult::benchmarks
