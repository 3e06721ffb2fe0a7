#pragma once

#include <map>
#include <string>

#include "auscult/result.hpp"
#include "model/graph.hpp"
#include "model/model.hpp"

namespace auscult::model {

/// Reads what docs/model-format.md lists; `samples_dims` tells the length where the metadata do
/// not. `sha256` and `precision` are left to the caller.
/// Fails with unsupported_model, naming the key, its value and what it must be.
Result<ModelInfo> read_metadata(std::map<std::string, std::string> metadata,
                                const Shape& samples_dims);

}  // namespace auscult::model
