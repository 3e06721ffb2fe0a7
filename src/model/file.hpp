#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::model {

/// The bytes of a model file. Fails with not_found, and with too_large past limits::kMaxModelBytes.
Result<std::vector<std::byte>> read_file(const std::filesystem::path& file);

}  // namespace auscult::model
