#pragma once

#include <map>
#include <string>
#include <vector>

#include "extra_trees.hpp"

namespace auscult::train {

/// The trees as an ONNX file, one TreeEnsembleClassifier (ai.onnx.ml 3): `features` [N, F] to
/// `label` [N] and `shares` [N, classes], the mean over the trees. Gives the file's bytes, which
/// model::Forest reads.
std::string encode_forest(const std::vector<Tree>& trees, std::size_t features,
                          const std::map<std::string, std::string>& metadata);

}  // namespace auscult::train
