#pragma once

#include <string>
#include <vector>

#include "model/onnx_builder.hpp"
#include "signals.hpp"

namespace auscult::golden {

/// A model and the clips to run it on.
struct Case {
  std::string name;  ///< Also a file name.
  model::OnnxBuilder model;
  std::vector<Signal> clips;
};

/// One small model for each operator, or for a few attributes of one.
std::vector<Case> operator_cases();

/// The network of the shipped architecture, alone and as three in one, on synthetic clips.
std::vector<Case> standin_cases();

}  // namespace auscult::golden
