#include "service/arrival.hpp"

#include <array>
#include <cmath>
#include <utility>

#include "classify/quality.hpp"
#include "classify/rate_check.hpp"
#include "classify/reliability.hpp"

namespace auscult::service {
namespace {

constexpr double kFits = 0.04;
constexpr double kMatches = 0.03;

/// Of a sample; 0 of codecs whose bytes are no samples.
int sample_bytes(const std::string& format) {
  constexpr std::array<std::pair<const char*, int>, 7> kWidths = {
      {{"u8", 1}, {"s8", 1}, {"s16", 2}, {"s24", 3}, {"s32", 4}, {"f32", 4}, {"f64", 8}}};
  for (const auto& [name, bytes] : kWidths) {
    if (format == name) return bytes;
  }
  return 0;
}

}  // namespace

std::optional<RateSuspect> suspect_pace(double bytes_per_s, const audio::SourceFormat& format) {
  const int width = sample_bytes(format.sample_format) * format.channels;
  if (width == 0 || (format.container != "pcm" && format.container != "wav")) return {};
  const double pace_hz = bytes_per_s / width;
  const int declared_hz = format.sample_rate_hz;
  if (std::abs(pace_hz - declared_hz) <= kFits * declared_hz) return {};
  for (const int usual_hz : classify::kUsualRatesHz) {
    if (std::abs(pace_hz - usual_hz) > kMatches * usual_hz) continue;
    return RateSuspect{usual_hz, declared_hz, "samples arrived as steadily as from a microphone"};
  }
  return {};
}

void add_suspicion(const RateSuspect& suspect, Classification& result) {
  classify::add_reason(result.quality, to_reason(suspect));
  result.unreliable_reasons = classify::find_unreliable_reasons(result);
}

}  // namespace auscult::service
