#pragma once

#include <filesystem>

#include "auscult/result.hpp"

namespace auscult::classify {

/// Holds the files of a model's folder to the SHA256 beside them (lines of `sha256sum`), if there
/// is one: a weight that a disk has changed would give wrong answers and no error. Fails with
/// unsupported_model, naming the file, on one that is missing or differs.
Status check_digests(const std::filesystem::path& model_folder);

}  // namespace auscult::classify
