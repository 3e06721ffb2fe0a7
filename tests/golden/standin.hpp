#pragma once

#include "model/onnx_builder.hpp"

namespace auscult::golden {

/// A network of the shipped model's architecture (waveform, spectrogram by convolution, mel bands,
/// logarithm, band means taken off, 2-D and dilated 1-D convolutions, attention pooling) with
/// random weights: 99 k parameters a trunk, five scores, 2 kHz, clips of 5 to 30 s.
model::OnnxBuilder standin_network(int trunks);

}  // namespace auscult::golden
