#include "json/json.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace auscult::json {
namespace {

constexpr std::string_view kDisclaimer =
    "For research and education. Not a medical device; not for diagnosis.";

Json by_label(const std::vector<std::string>& labels, const std::vector<double>& probabilities) {
  assert(labels.size() == probabilities.size());
  Json object = Json::object();
  for (std::size_t i = 0; i < labels.size(); ++i) object[labels[i]] = probabilities[i];
  return object;
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const Level& level) {
  return {{"rms_dbfs", level.rms_dbfs},
          {"peak_dbfs", level.peak_dbfs},
          {"clipped_fraction", level.clipped_fraction}};
}

}  // namespace

Json to_json(const Classification& result) {
  Json beats = Json::array();
  for (const HeartSound& beat : result.beats) {
    beats.push_back({{"start_s", beat.start_s},
                     {"end_s", beat.end_s},
                     {"sound", beat.kind == HeartSound::Kind::s1 ? "S1" : "S2"}});
  }
  Json windows = Json::array();
  for (const Window& window : result.windows) {
    windows.push_back({{"start_s", window.start_s},
                       {"end_s", window.end_s},
                       {"probabilities", by_label(result.labels, window.probabilities)}});
  }
  return {
      {"class", result.class_name()},
      {"class_index", result.class_index},
      {"confidence", result.confidence},
      {"probabilities", by_label(result.labels, result.probabilities)},
      {"quality",
       {{"verdict", result.quality.verdict == Quality::Verdict::good ? "good" : "poor"},
        {"reasons", result.quality.reasons}}},
      {"heart_rate_bpm", result.heart_rate_bpm ? Json(*result.heart_rate_bpm) : Json(nullptr)},
      {"beats", std::move(beats)},
      {"windows", std::move(windows)},
      {"model", {{"name", result.model.name}, {"sha256", result.model.sha256}}},
  };
}

Json to_json(const Recording& recording) {
  Json object = {
      {"id", recording.id},
      {"device", recording.device},
      {"received_at", format_timestamp(recording.received_at)},
  };
  object.update(to_json(recording.result));
  object.update({
      {"duration_s", recording.source.duration_s},
      {"sample_rate_hz", recording.source.sample_rate_hz},
      {"channels", recording.source.channels},
      {"container", recording.source.container},
      {"sample_format", recording.source.sample_format},
      {"body_bytes", recording.source.body_bytes},
      {"dropped_bytes", recording.source.dropped_bytes},
      {"sha256", recording.source.sha256},
      {"gain", recording.gain},
      {"clipped_fraction", recording.clipped_fraction},
      {"timings",
       {{"decode_ms", recording.timings.decode_ms},
        {"classify_ms", recording.timings.classify_ms},
        {"encode_ms", recording.timings.encode_ms}}},
      {"level", recording.level ? to_json(*recording.level) : Json(nullptr)},
      {"review", recording.review ? to_json(*recording.review) : Json(nullptr)},
      {"disclaimer", kDisclaimer},
  });
  return object;
}

Json to_json(const Review& review) {
  return {{"note", or_null(review.note)},
          {"label", or_null(review.label)},
          {"updated_at", format_timestamp(review.updated_at)}};
}

Json to_json(const DeviceSettings& settings) {
  return {{"sample_rate", or_null(settings.sample_rate_hz)},
          {"channels", or_null(settings.channels)},
          {"format", or_null(settings.format)},
          {"gain", or_null(settings.gain)}};
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string data_json(const Classification& result) {
  const double hundredths =
      std::min(std::round(result.confidence * 100), std::floor(result.confidence) * 100 + 99);
  const std::string name =
      Json(result.class_name()).dump(-1, ' ', true, Json::error_handler_t::replace);
  return "{\"class\": " + name + ", \"confidence\": " + Json(hundredths / 100).dump() + "}";
}

}  // namespace auscult::json
