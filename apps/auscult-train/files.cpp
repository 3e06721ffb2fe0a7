#include "files.hpp"

#include <fstream>
#include <sstream>

namespace auscult::train {

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file) return fail(ErrorCode::not_found, path + ": cannot be read");
  return content.str();
}

Status write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) return fail(ErrorCode::storage_failure, path + ": cannot be written");
  return Ok{};
}

}  // namespace auscult::train
