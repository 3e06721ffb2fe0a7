#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "metrics/input.hpp"

namespace auscult::cli {

/// The file beside model.onnx that says how the training data's features were spread.
inline constexpr const char* kReferenceName = "reference.json";

/// Measures the features of all `files` as the service does of uploads. Calls `unread` for each
/// that cannot be read. Fails with invalid_argument if none can.
Result<std::string> measure_reference(
    const classify::Classifier& classifier, std::span<const std::filesystem::path> files,
    const std::function<void(const std::filesystem::path& file, const Error& error)>& unread);

/// What `model_folder` says of its training data; null if it has no reference.json. Fails with
/// unsupported_model, naming the file, on one that is none.
Result<std::shared_ptr<metrics::InputCounts>> load_reference(
    const std::filesystem::path& model_folder);

}  // namespace auscult::cli
