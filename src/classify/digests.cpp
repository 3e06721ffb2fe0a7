#include "classify/digests.hpp"

#include <fstream>
#include <string>

#include "core/hash.hpp"
#include "model/file.hpp"

namespace auscult::classify {

Status check_digests(const std::filesystem::path& model_folder) {
  const std::filesystem::path list = model_folder / "SHA256";
  std::ifstream lines(list);
  std::string expected;
  std::string name;
  while (lines >> expected >> name) {
    const std::filesystem::path file = model_folder / name;
    const Result<std::vector<std::byte>> bytes = model::read_file(file);
    if (bytes && sha256_hex(*bytes) == expected) continue;
    return fail(ErrorCode::unsupported_model,
                file.string() +
                    (bytes ? " is damaged or another file: its SHA-256 is not that of "
                           : " cannot be read, but is named in ") +
                    list.string() +
                    ". Put the model's files back; for a model of your own delete that list");
  }
  return Ok{};
}

}  // namespace auscult::classify
