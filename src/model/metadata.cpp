#include "model/metadata.hpp"

#include <charconv>
#include <cmath>
#include <optional>

#include <nlohmann/json.hpp>

#include "core/limits.hpp"

namespace auscult::model {

namespace {

using Metadata = std::map<std::string, std::string>;

Error refuse_key(const std::string& key, const Metadata& metadata, const std::string& wanted) {
  const auto found = metadata.find(key);
  const std::string value =
      found == metadata.end() ? "is missing" : "is '" + found->second.substr(0, 80) + "'";
  return fail(ErrorCode::unsupported_model, "the metadata key " + key + " " + value +
                                                "; it must be " + wanted +
                                                " (docs/model-format.md)");
}

/// The number that the whole value is, if it is one.
template <typename Number>
std::optional<Number> read_number(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return std::nullopt;
  const std::string& text = found->second;
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

nlohmann::json read_json(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? nlohmann::json()
                                 : nlohmann::json::parse(found->second, nullptr, false);
}

Result<std::vector<std::string>> read_labels(const Metadata& metadata) {
  const std::string key = "auscult.labels";
  const Error wrong =
      refuse_key(key, metadata, R"(a JSON list of names, e.g. ["Normal", "Murmur"])");
  const nlohmann::json json = read_json(metadata, key);
  std::vector<std::string> labels;
  if (!json.is_array() || json.empty()) return wrong;
  for (const nlohmann::json& label : json) {
    if (!label.is_string() || label.get_ref<const std::string&>().empty()) return wrong;
    labels.push_back(label.get<std::string>());
  }
  return labels;
}

Result<std::vector<std::size_t>> read_lengths(const Metadata& metadata, const Shape& samples_dims) {
  const std::string key = "auscult.lengths";
  if (!metadata.contains(key) && samples_dims.back() > 0) {
    return std::vector<std::size_t>{static_cast<std::size_t>(samples_dims.back())};
  }
  const Error wrong =
      refuse_key(key, metadata,
                 "a JSON list of one to " + std::to_string(limits::kMaxModelLengths) +
                     " ascending numbers of samples, e.g. [10000, 20000], as the graph fixes none");
  const nlohmann::json json = read_json(metadata, key);
  if (!json.is_array() || json.empty() || json.size() > limits::kMaxModelLengths) return wrong;
  std::vector<std::size_t> lengths;
  for (const nlohmann::json& length : json) {
    if (!length.is_number_unsigned()) return wrong;
    const auto value = length.get<std::uint64_t>();
    if (value == 0 || value > limits::kMaxTensorElements) return wrong;
    if (!lengths.empty() && value <= lengths.back()) return wrong;
    lengths.push_back(value);
  }
  return lengths;
}

/// Seconds, 0 where the key is missing.
Result<double> read_seconds(const Metadata& metadata, const std::string& key) {
  if (!metadata.contains(key)) return 0.0;
  const std::optional<double> seconds = read_number<double>(metadata, key);
  if (!seconds || !(*seconds > 0) || !std::isfinite(*seconds)) {
    return refuse_key(key, metadata, "a number of seconds above 0");
  }
  return *seconds;
}

std::string text_or_empty(const Metadata& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string() : found->second;
}

}  // namespace

Result<ModelInfo> read_metadata(Metadata metadata, const Shape& samples_dims) {
  ModelInfo info;
  info.name = text_or_empty(metadata, "auscult.name");
  if (info.name.empty()) return refuse_key("auscult.name", metadata, "the model's name");
  info.version = text_or_empty(metadata, "auscult.version");

  Result<std::vector<std::string>> labels = read_labels(metadata);
  if (!labels) return labels.error();
  info.labels = *std::move(labels);

  const std::optional<int> rate = read_number<int>(metadata, "auscult.sample_rate_hz");
  if (!rate || *rate < 1 || *rate > limits::kMaxSampleRateHz) {
    return refuse_key("auscult.sample_rate_hz", metadata,
                      "a whole number from 1 to " + std::to_string(limits::kMaxSampleRateHz));
  }
  info.sample_rate_hz = *rate;

  Result<std::vector<std::size_t>> lengths = read_lengths(metadata, samples_dims);
  if (!lengths) return lengths.error();
  info.lengths = *std::move(lengths);

  const Result<double> window = read_seconds(metadata, "auscult.window_s");
  if (!window) return window.error();
  const Result<double> hop = read_seconds(metadata, "auscult.hop_s");
  if (!hop) return hop.error();
  info.window_s = *window;
  info.hop_s = *hop;
  info.metadata = std::move(metadata);
  return info;
}

}  // namespace auscult::model
