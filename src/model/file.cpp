#include "model/file.hpp"

#include <cstdint>
#include <fstream>
#include <string>
#include <system_error>

#include "core/limits.hpp"

namespace auscult::model {

Result<std::vector<std::byte>> read_file(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  std::ifstream stream(file, std::ios::binary);
  if (error || !stream) {
    return fail(ErrorCode::not_found, "cannot read the model file " + file.string());
  }
  if (size > limits::kMaxModelBytes) {
    return fail(ErrorCode::too_large, "has " + std::to_string(size) + " bytes; at most " +
                                          std::to_string(limits::kMaxModelBytes) + " are accepted");
  }
  std::vector<std::byte> bytes(size);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

}  // namespace auscult::model
