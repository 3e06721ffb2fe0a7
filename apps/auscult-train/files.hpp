#pragma once

#include <string>

#include "auscult/result.hpp"

namespace auscult::train {

/// Fails with not_found.
Result<std::string> read_file(const std::string& path);

/// Replaces the file. Fails with storage_failure.
Status write_file(const std::string& path, const std::string& content);

}  // namespace auscult::train
