#include "core/environment.hpp"

#include <cstdlib>

namespace auscult {

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): see the header
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace auscult
