#include <cstdint>

#include "http/json_body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_review_change(text));
  static_cast<void>(parse_device_settings(text));
  const auto webhook = parse_webhook(text);
  if (webhook)
    static_cast<void>(auscult::queue::make_webhook(*webhook, {"Normal"}, auscult::now()));
  return 0;
}
