#include "metrics/recordings.hpp"

#include <algorithm>

namespace auscult::metrics {

std::string reason_code(std::string_view reason) {
  std::string code(reason.substr(0, reason.find_first_of(":,(0123456789")));
  while (!code.empty() && code.back() == ' ') code.pop_back();
  std::ranges::replace(code, ' ', '_');
  return code;
}

void RecordingMetrics::stored(const Recording& recording, double store_s) {
  constexpr double kMilli = 1e-3;
  decode.observe(recording.timings.decode_ms * kMilli);
  classify.observe(recording.timings.classify_ms * kMilli);
  encode.observe(recording.timings.encode_ms * kMilli);
  store.observe(store_s);
  bytes_.add(static_cast<std::uint64_t>(recording.source.body_bytes));

  const Classification& result = recording.result;
  ByClass& by_class = classes_.at(result.class_name());
  by_class.recordings.add();
  by_class.confidence.observe(result.confidence);
  ByDevice& by_device = devices_.at(recording.device);
  by_device.classes.at(result.class_name()).add();
  const bool is_good = result.quality.verdict == Quality::Verdict::good;
  (is_good ? by_device.good : by_device.poor).add();
  for (const std::string& reason : result.quality.reasons) reasons_.at(reason_code(reason)).add();
  if (!result.reliable()) unreliable_.add();
}

void RecordingMetrics::expose(Exposition& out) const {
  out.family("auscult_stage_duration_seconds", Type::histogram,
             "Time that stored recordings took, by stage.");
  out.sample(decode, {{"stage", "decode"}});
  out.sample(classify, {{"stage", "classify"}});
  out.sample(encode, {{"stage", "encode"}});
  out.sample(store, {{"stage", "store"}});

  out.family("auscult_recordings_total", Type::counter, "Recordings stored, by class.");
  classes_.for_each([&](std::string_view name, const ByClass& value) {
    out.sample(value.recordings, {{"class", name}});
  });
  out.family("auscult_confidence_percent", Type::histogram, "Confidence of the answers, by class.");
  classes_.for_each([&](std::string_view name, const ByClass& value) {
    out.sample(value.confidence, {{"class", name}});
  });
  out.family("auscult_device_recordings_total", Type::counter,
             "Recordings stored, by device and class; beyond the first 50 devices as other.");
  devices_.for_each([&](std::string_view device, const ByDevice& value) {
    value.classes.for_each([&](std::string_view name, const Counter& counter) {
      if (counter.value() > 0) out.sample(counter, {{"device", device}, {"class", name}});
    });
  });
  out.family("auscult_device_quality_total", Type::counter,
             "Recordings stored, by device and quality; beyond the first 50 devices as other.");
  devices_.for_each([&](std::string_view device, const ByDevice& value) {
    out.sample(value.good, {{"device", device}, {"quality", "good"}});
    out.sample(value.poor, {{"device", device}, {"quality", "poor"}});
  });
  out.family("auscult_poor_recordings_total", Type::counter,
             "Reasons of poor quality; a recording may have several.");
  reasons_.for_each([&](std::string_view reason, const Counter& counter) {
    out.sample(counter, {{"reason", reason}});
  });
  out.family("auscult_unreliable_recordings_total", Type::counter,
             "Recordings whose confidence is not to be relied on.");
  out.sample(unreliable_);
  out.family("auscult_uploaded_bytes_total", Type::counter, "Bytes of the bodies stored.");
  out.sample(bytes_);
  out.family("auscult_model_reloads_total", Type::counter, "Reloads of the model, by outcome.");
  out.sample(reloads, {{"outcome", "done"}});
  out.sample(failed_reloads, {{"outcome", "failed"}});
}

}  // namespace auscult::metrics
