#include <cstdint>
#include <string_view>

#include "audio/declaration.hpp"

/// The whole as a Content-Type; and as a parameter, its name and value parted by the first '='.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::audio;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_media_type(text));

  Declaration declaration;
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return 0;
  static_cast<void>(declare(declaration, text.substr(0, equals), text.substr(equals + 1)));
  return 0;
}
