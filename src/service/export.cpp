#include "service/export.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/csv.hpp"

namespace auscult::service {
namespace {

constexpr std::uint32_t kFolds = 5;

std::string number(double value, const char* format) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all;
}

/// FNV-1a: the same fold for the same group, today and tomorrow, here and elsewhere.
std::uint32_t hash_of(const std::string& text) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 16'777'619U;
  }
  return hash;
}

/// The probability of a label, or nothing if that recording's model did not know it.
std::string probability_of(const Classification& result, const std::string& label) {
  const auto found = std::find(result.labels.begin(), result.labels.end(), label);
  if (found == result.labels.end()) return "";
  return number(result.probabilities[static_cast<std::size_t>(found - result.labels.begin())],
                "%.4f");
}

}  // namespace

std::string history_csv(std::span<const Recording> recordings,
                        const std::vector<std::string>& labels) {
  std::string csv = "id,device,received_at,class,confidence";
  for (const std::string& label : labels) csv += ",p_" + csv_field(label);
  csv += ",quality,reasons,heart_rate_bpm,duration_s,sample_rate_hz,label,note\n";
  for (const Recording& recording : recordings) {
    const Classification& result = recording.result;
    const Review review = recording.review.value_or(Review{});
    csv += recording.id + ',' + csv_text(recording.device) + ',' +
           format_timestamp(recording.received_at) + ',' + csv_field(result.class_name()) + ',' +
           number(result.confidence, "%.2f");
    for (const std::string& label : labels) csv += ',' + probability_of(result, label);
    csv += result.quality.verdict == Quality::Verdict::good ? ",good," : ",poor,";
    csv += csv_field(joined(result.quality.reasons)) + ',';
    if (result.heart_rate_bpm) csv += number(*result.heart_rate_bpm, "%.1f");
    csv += ',' + number(recording.source.duration_s, "%.3f") + ',' +
           std::to_string(recording.source.sample_rate_hz) + ',' +
           csv_field(review.label.value_or("")) + ',' + csv_text(review.note.value_or("")) + '\n';
  }
  return csv;
}

std::string training_manifest(std::span<const Recording> recordings) {
  std::string csv = "file,label,device,group,sample_rate_hz,duration_s,fold\n";
  for (const Recording& recording : recordings) {
    if (!recording.review || !recording.review->label) continue;
    const std::string day = format_timestamp(recording.received_at).substr(0, 10);
    const std::string group = recording.device + "/" + day;
    csv += recording.id + ".wav," + csv_field(*recording.review->label) + ',' +
           csv_text(recording.device) + ',' + csv_text(group) + ',' +
           std::to_string(recording.source.sample_rate_hz) + ',' +
           number(recording.source.duration_s, "%.3f") + ',' +
           std::to_string(hash_of(group) % kFolds) + '\n';
  }
  return csv;
}

}  // namespace auscult::service
