#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "http/inference_request.hpp"

/// The first line as the header Inference-Header-Content-Length, the rest as the body. What is read
/// is a recording within the bounds, and the answer to it is made.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view line = input.substr(0, input.find('\n'));
  const std::string_view body = input.substr(std::min(line.size() + 1, input.size()));
  const auto json_bytes = http::inference_json_bytes(line, body.size());
  if (!json_bytes) return 0;
  const auto request = http::parse_inference(std::as_bytes(std::span(body)), *json_bytes);
  if (!request) return 0;
  if (request->clip.samples.empty() || request->clip.samples.size() > body.size()) std::abort();
  for (const float sample : request->clip.samples) {
    if (!std::isfinite(sample)) std::abort();
  }
  Classification result;
  result.labels = {"Normal", "Murmur"};
  result.probabilities = {0.75, 0.25};
  static_cast<void>(http::inference_response(*request, result, "1"));
  return 0;
}
