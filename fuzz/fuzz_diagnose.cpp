#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "service/diagnosis.hpp"

/// The first four bytes are the declaration, the rest is the upload. Whatever it is, it is
/// explained, in text that is there and in figures that are numbers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace auscult;
  if (size < 4) return 0;
  const audio::Declaration declared = {.sample_rate_hz = data[0] * 1'000,
                                       .channels = data[1],
                                       .format = static_cast<audio::SampleFormat>(data[2] % 5),
                                       .byte_order = static_cast<audio::ByteOrder>(data[3] % 2)};
  service::DiagnosisInput input;
  input.body = std::as_bytes(std::span(data, size)).subspan(4);
  input.sources = {{"query", declared}};
  const service::Diagnosis diagnosis = *service::diagnose(input, nullptr, nullptr);
  if (diagnosis.summary.empty()) std::abort();
  if (!std::isfinite(diagnosis.found.dc_offset)) std::abort();
  if (!diagnosis.found.decoded && diagnosis.findings.empty()) std::abort();
  for (const audio::Finding& finding : diagnosis.findings) {
    if (finding.code.empty() || finding.what.empty() || finding.advice.empty()) std::abort();
  }
  return 0;
}
