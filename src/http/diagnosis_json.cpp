#include "http/diagnosis.hpp"

namespace auscult::http {
namespace {

using json::Json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const service::Source& source) {
  Json format = nullptr;
  Json order = nullptr;
  if (source.says.format) format = audio::to_string(*source.says.format);
  if (source.says.byte_order) {
    order = *source.says.byte_order == audio::ByteOrder::big ? "big" : "little";
  }
  return {{"source", source.name},
          {"sample_rate", or_null(source.says.sample_rate_hz)},
          {"channels", or_null(source.says.channels)},
          {"format", format},
          {"byte_order", order}};
}

Json to_json(const service::Settled& settled) {
  return {{"value", settled.value}, {"source", settled.source}};
}

Json read_as(const audio::Examination& found) {
  if (!found.decoded) return nullptr;
  const auto& [format, clip] = *found.decoded;
  return {{"container", format.container},
          {"sample_format", format.sample_format},
          {"byte_order", found.byte_order.empty() ? Json(nullptr) : Json(found.byte_order)},
          {"channels", format.channels},
          {"sample_rate_hz", format.sample_rate_hz},
          {"frames", clip.samples.size()},
          {"duration_s", clip.duration_s()},
          {"dropped_bytes", format.dropped_bytes}};
}

Json likely_of(const service::Diagnosis& diagnosis) {
  const auto& layout = diagnosis.found.likely;
  Json likely = {{"sample_rate_hz", nullptr},
                 {"rate_reason", nullptr},
                 {"sample_format", layout ? Json(layout->sample_format) : Json(nullptr)},
                 {"byte_order", layout ? Json(layout->byte_order) : Json(nullptr)},
                 {"channels", layout ? Json(layout->channels) : Json(nullptr)}};
  if (diagnosis.rate) {
    likely["sample_rate_hz"] = diagnosis.rate->likely_rate_hz;
    likely["rate_reason"] = to_text(*diagnosis.rate);
  }
  return likely;
}

Json level_of(const audio::Examination& found) {
  if (!found.level) return nullptr;
  return {{"rms_dbfs", found.level->rms_dbfs},
          {"peak_dbfs", found.level->peak_dbfs},
          {"clipped_fraction", found.level->clipped_fraction}};
}

}  // namespace

Json to_json(const service::Diagnosis& diagnosis, Json framing) {
  const audio::Examination& found = diagnosis.found;
  Json advice = Json::array();
  Json findings = Json::array();
  for (const audio::Finding& finding : diagnosis.findings) {
    advice.push_back(finding.advice);
    findings.push_back(
        {{"code", finding.code}, {"what", finding.what}, {"advice", finding.advice}});
  }
  Json declared = Json::array();
  for (const service::Source& source : diagnosis.sources) declared.push_back(to_json(source));
  Json heart_rate = nullptr;
  Json quality = nullptr;
  if (diagnosis.result) {
    const Json result = json::to_json(*diagnosis.result);
    heart_rate = result["heart_rate_bpm"];
    quality = result["quality"];
  }
  const audio::Dropouts& dropouts = found.dropouts;
  return {{"summary", diagnosis.summary},
          {"advice", std::move(advice)},
          {"findings", std::move(findings)},
          {"framing", std::move(framing)},
          {"body_bytes", found.bytes},
          {"container", found.container},
          {"read_as", read_as(found)},
          {"declared", std::move(declared)},
          {"counts",
           {{"sample_rate", to_json(diagnosis.sample_rate)},
            {"channels", to_json(diagnosis.channels)},
            {"format", to_json(diagnosis.format)},
            {"byte_order", to_json(diagnosis.byte_order)}}},
          {"likely", likely_of(diagnosis)},
          {"level", level_of(found)},
          {"dc_offset", found.dc_offset},
          {"silent_fraction", found.silent_fraction},
          {"dropouts",
           {{"gaps", dropouts.gaps},
            {"gap_s", dropouts.gap_s},
            {"repeats", dropouts.repeats},
            {"repeat_frames", dropouts.repeat_frames},
            {"repeated_fraction", dropouts.repeated}}},
          {"heart_rate_bpm", std::move(heart_rate)},
          {"quality", std::move(quality)}};
}

}  // namespace auscult::http
