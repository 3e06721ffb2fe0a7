#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/json.hpp"

/// A stored recording: what is read is written again so that it reads the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult::json;
  const auto recording = parse_recording({reinterpret_cast<const char*>(data), size});
  if (!recording) return 0;
  const auto again = parse_recording(dump(to_json(*recording)));
  if (!again || *again != *recording) std::abort();
  if (!Json::accept(data_json(recording->result))) std::abort();
  return 0;
}
