#include "json/json.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/rate_suspect.hpp"

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

Json rhythm_json(const std::optional<Rhythm>& rhythm) {
  if (!rhythm) return nullptr;
  Json premature_beats = Json::array();
  for (const Rhythm::PrematureBeat& beat : rhythm->premature_beats) {
    premature_beats.push_back({{"time_s", beat.time_s}, {"prematurity", beat.prematurity}});
  }
  Json pauses = Json::array();
  for (const Rhythm::Pause& pause : rhythm->pauses) {
    pauses.push_back({{"start_s", pause.start_s}, {"end_s", pause.end_s}});
  }
  return {{"cycle_s", rhythm->cycle_s},
          {"systole_s", rhythm->systole_s},
          {"diastole_s", rhythm->diastole_s},
          {"irregularity", rhythm->irregularity},
          {"premature_beats", std::move(premature_beats)},
          {"pauses", std::move(pauses)}};
}

Json murmur_json(const std::optional<Murmur>& murmur) {
  if (!murmur) return nullptr;
  return {{"timing", murmur->timing ? Json(to_string(*murmur->timing)) : Json(nullptr)},
          {"systole_db", murmur->systole_db},
          {"diastole_db", murmur->diastole_db}};
}

void add_evidence(Json& object, const std::optional<double>& evidence) {
  if (evidence) object["evidence"] = *evidence;
}

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json rate_suspect_json(const Quality& quality) {
  const std::optional<RateSuspect> suspect = find_rate_suspect(quality);
  if (!suspect) return nullptr;
  return {{"likely_rate_hz", suspect->likely_rate_hz}, {"reason", to_text(*suspect)}};
}

Json to_json(const Level& level) {
  return {{"rms_dbfs", level.rms_dbfs},
          {"peak_dbfs", level.peak_dbfs},
          {"clipped_fraction", level.clipped_fraction}};
}

}  // namespace

std::string_view to_string(Murmur::Timing timing) {
  switch (timing) {
    case Murmur::Timing::early_systolic:
      return "early systolic";
    case Murmur::Timing::holosystolic:
      return "holosystolic";
    case Murmur::Timing::late_systolic:
      return "late systolic";
    case Murmur::Timing::diastolic:
      return "diastolic";
  }
  return "";
}

Json to_json(const Classification& result) {
  Json beats = Json::array();
  for (const HeartSound& beat : result.beats) {
    beats.push_back({{"start_s", beat.start_s},
                     {"end_s", beat.end_s},
                     {"sound", beat.kind == HeartSound::Kind::s1 ? "S1" : "S2"}});
    add_evidence(beats.back(), beat.evidence);
  }
  Json windows = Json::array();
  for (const Window& window : result.windows) {
    windows.push_back({{"start_s", window.start_s},
                       {"end_s", window.end_s},
                       {"probabilities", by_label(result.labels, window.probabilities)}});
    add_evidence(windows.back(), window.evidence);
  }
  Json extra_sounds = Json::array();
  for (const ExtraSound& sound : result.extra_sounds) {
    extra_sounds.push_back(
        {{"start_s", sound.start_s},
         {"end_s", sound.end_s},
         {"phase", sound.phase == ExtraSound::Phase::systole ? "systole" : "diastole"}});
  }
  return {
      {"class", result.class_name()},
      {"class_index", result.class_index},
      {"confidence", result.confidence},
      {"probabilities", by_label(result.labels, result.probabilities)},
      {"quality",
       {{"verdict", result.quality.verdict == Quality::Verdict::good ? "good" : "poor"},
        {"reasons", result.quality.reasons}}},
      {"reliable", result.reliable()},
      {"unreliable_reasons", result.unreliable_reasons},
      {"rate_suspect", rate_suspect_json(result.quality)},
      {"heart_rate_bpm", result.heart_rate_bpm ? Json(*result.heart_rate_bpm) : Json(nullptr)},
      {"rhythm", rhythm_json(result.rhythm)},
      {"murmur", murmur_json(result.murmur)},
      {"extra_sounds", std::move(extra_sounds)},
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
