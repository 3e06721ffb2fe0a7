#include "core/rate_suspect.hpp"

#include <charconv>
#include <string_view>

namespace auscult {
namespace {

constexpr std::string_view kPrefix = "rate suspect: ";
constexpr std::string_view kAt = " at ";
constexpr std::string_view kInstead = " Hz instead of ";
constexpr std::string_view kEnd = " Hz";

std::optional<int> parse_rate(std::string_view text) {
  int rate_hz = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, rate_hz);
  if (error != std::errc{} || stop != end || rate_hz <= 0) return std::nullopt;
  return rate_hz;
}

std::optional<RateSuspect> parse_reason(std::string_view reason) {
  if (!reason.starts_with(kPrefix) || !reason.ends_with(kEnd)) return std::nullopt;
  reason.remove_prefix(kPrefix.size());
  reason.remove_suffix(kEnd.size());
  const std::size_t instead = reason.rfind(kInstead);
  if (instead == std::string_view::npos) return std::nullopt;
  const std::optional<int> declared_hz = parse_rate(reason.substr(instead + kInstead.size()));
  const std::string_view before = reason.substr(0, instead);
  const std::size_t at = before.rfind(kAt);
  if (at == std::string_view::npos) return std::nullopt;
  const std::optional<int> likely_hz = parse_rate(before.substr(at + kAt.size()));
  if (!declared_hz || !likely_hz) return std::nullopt;
  return RateSuspect{*likely_hz, *declared_hz, std::string(before.substr(0, at))};
}

}  // namespace

std::string to_text(const RateSuspect& suspect) {
  return suspect.evidence + std::string(kAt) + std::to_string(suspect.likely_rate_hz) +
         std::string(kInstead) + std::to_string(suspect.declared_rate_hz) + std::string(kEnd);
}

std::string to_reason(const RateSuspect& suspect) {
  return std::string(kPrefix) + to_text(suspect);
}

std::optional<RateSuspect> find_rate_suspect(const Quality& quality) {
  std::optional<RateSuspect> found;
  // The last one: arrival, which is measured, is told after the heart.
  for (const std::string& reason : quality.reasons) {
    if (auto suspect = parse_reason(reason)) found = std::move(suspect);
  }
  return found;
}

}  // namespace auscult
