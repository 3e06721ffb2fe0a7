#include "http/inference_request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/limits.hpp"

namespace auscult::http {
namespace {

using json::Json;

// A request of ours has some thirty values besides its data.
constexpr std::size_t kMaxValues = 1'000;
// data: [[...]] in an input in inputs in the request.
constexpr int kMaxDepth = 6;
// An id is a UUID or the like.
constexpr std::size_t kMaxIdBytes = 200;
constexpr float kInt16Scale = 32'768;

struct OutputType {
  InferenceOutput output;
  const char* name;
  const char* datatype;
};
constexpr std::array kOutputs = {
    OutputType{InferenceOutput::probabilities, "probabilities", "FP32"},
    OutputType{InferenceOutput::class_name, "class", "BYTES"},
    OutputType{InferenceOutput::class_index, "class_index", "INT32"},
    OutputType{InferenceOutput::confidence, "confidence", "FP32"},
    OutputType{InferenceOutput::quality, "quality", "BYTES"},
    OutputType{InferenceOutput::reliable, "reliable", "BOOL"},
};

const OutputType& type_of(InferenceOutput output) {
  return kOutputs[static_cast<std::size_t>(output)];
}

Error wrong(std::string message) { return fail(ErrorCode::invalid_argument, std::move(message)); }

/// Reads the JSON of a request. The numbers of `data` go where they are wanted at once: as JSON
/// values they would take eight times the memory.
class Reader {
 public:
  Json read(std::string_view text) {
    const auto keep = [this](int depth, Json::parse_event_t event, Json& value) {
      return this->keep(depth, event, value);
    };
    return Json::parse(text.begin(), text.end(), keep, /*allow_exceptions=*/false);
  }
  [[nodiscard]] const std::vector<double>& data() const { return data_; }
  [[nodiscard]] bool has_other_data() const { return has_other_data_; }
  [[nodiscard]] bool is_too_much() const { return values_ > kMaxValues; }

 private:
  bool keep(int depth, Json::parse_event_t event, const Json& value) {
    using Event = Json::parse_event_t;
    if (event == Event::key) {
      if (depth == 1) member_ = value.get<std::string>();
      if (depth == 3) input_member_ = value.get<std::string>();
    }
    const bool in_data = depth > 3 && member_ == "inputs" && input_member_ == "data";
    if (event == Event::value && in_data) {
      if (value.is_number()) {
        data_.push_back(value.get<double>());
      } else {
        has_other_data_ = true;
      }
      return false;
    }
    const bool begins =
        event == Event::value || event == Event::array_start || event == Event::object_start;
    if (begins) ++values_;
    return depth <= kMaxDepth && values_ <= kMaxValues;
  }

  std::string member_;
  std::string input_member_;
  std::vector<double> data_;
  bool has_other_data_ = false;
  std::size_t values_ = 0;
};

/// A member of an object, or null.
const Json& member(const Json& object, const char* name) {
  static const Json kNull = nullptr;
  if (!object.is_object()) return kNull;
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

Result<std::optional<std::int64_t>> whole_number(const Json& parameters, const char* name) {
  const Json& value = member(parameters, name);
  if (value.is_null()) return std::optional<std::int64_t>();
  // A uint64 beyond int64 would be read as negative.
  if (!value.is_number_integer() || value < 0 || value > std::numeric_limits<std::int64_t>::max()) {
    return wrong("parameter \"" + std::string(name) + "\" must be a whole number, not " +
                 json::dump(value));
  }
  return std::optional(value.get<std::int64_t>());
}

Result<bool> flag(const Json& parameters, const char* name, bool otherwise) {
  const Json& value = member(parameters, name);
  if (value.is_null()) return otherwise;
  if (!value.is_boolean()) {
    return wrong("parameter \"" + std::string(name) + "\" must be true or false");
  }
  return value.get<bool>();
}

Result<int> sample_rate(const Json& request, const Json& input) {
  std::int64_t rate_hz = kInferenceSampleRateHz;
  for (const Json* object : {&request, &input}) {
    const auto said = whole_number(member(*object, "parameters"), "sample_rate");
    if (!said) return said.error();
    if (*said) rate_hz = **said;
  }
  if (rate_hz < limits::kMinSampleRateHz || rate_hz > limits::kMaxSampleRateHz) {
    return wrong("sample_rate is " + std::to_string(rate_hz) + ", it must be from " +
                 std::to_string(limits::kMinSampleRateHz) + " to " +
                 std::to_string(limits::kMaxSampleRateHz) + " Hz");
  }
  return static_cast<int>(rate_hz);
}

/// n of the shape [n] or [1, n].
Result<std::size_t> length_of(const Json& input) {
  const Json& shape = member(input, "shape");
  const auto fits = [](const Json& size) { return size.is_number_integer() && size >= 0; };
  const bool is_shape = shape.is_array() && (shape.size() == 1 || shape.size() == 2) &&
                        std::all_of(shape.begin(), shape.end(), fits) &&
                        (shape.size() == 1 || shape.front() == 1);
  if (!is_shape) return wrong("the shape of \"samples\" must be [1, n] or [n]: one recording");
  if (shape.back() > limits::kMaxDecodedSamples) {
    return fail(ErrorCode::too_large,
                "more than " + std::to_string(limits::kMaxDecodedSamples) + " samples");
  }
  return shape.back().get<std::size_t>();
}

enum class Datatype { fp32, int16 };

Result<Datatype> datatype_of(const Json& input) {
  const Json& type = member(input, "datatype");
  if (type == "FP32") return Datatype::fp32;
  if (type == "INT16") return Datatype::int16;
  return wrong("the datatype of \"samples\" must be FP32 (full scale 1) or INT16");
}

Error wrong_count(std::size_t wanted, std::size_t found) {
  return wrong("the shape of \"samples\" says " + std::to_string(wanted) + " values, there are " +
               std::to_string(found));
}

Result<std::vector<float>> from_json(const Reader& reader, Datatype type) {
  if (reader.has_other_data()) return wrong(R"("data" of "samples" must be numbers)");
  std::vector<float> samples;
  samples.reserve(reader.data().size());
  for (const double value : reader.data()) {
    if (type == Datatype::fp32) {
      samples.push_back(static_cast<float>(value));
      continue;
    }
    if (value < -32'768 || value > 32'767 || value != std::floor(value)) {
      return wrong("\"data\" of type INT16 must be whole numbers from -32768 to 32767");
    }
    samples.push_back(static_cast<float>(value) / kInt16Scale);
  }
  return samples;
}

/// Little-endian, as every machine is that this runs on.
std::vector<float> from_bytes(std::span<const std::byte> bytes, Datatype type) {
  if (type == Datatype::fp32) {
    std::vector<float> samples(bytes.size() / sizeof(float));
    if (!samples.empty()) std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
    return samples;
  }
  std::vector<float> samples;
  samples.reserve(bytes.size() / sizeof(std::int16_t));
  for (std::size_t i = 0; i + 1 < bytes.size(); i += sizeof(std::int16_t)) {
    std::int16_t value = 0;
    std::memcpy(&value, bytes.data() + i, sizeof(value));
    samples.push_back(static_cast<float>(value) / kInt16Scale);
  }
  return samples;
}

Result<std::vector<float>> read_samples(const Reader& reader, const Json& input,
                                        std::span<const std::byte> binary) {
  const Result<Datatype> type = datatype_of(input);
  if (!type) return type.error();
  const Result<std::size_t> length = length_of(input);
  if (!length) return length.error();
  const auto size = whole_number(member(input, "parameters"), "binary_data_size");
  if (!size) return size.error();
  Result<std::vector<float>> samples = std::vector<float>();
  if (*size) {
    const std::size_t width = *type == Datatype::fp32 ? sizeof(float) : sizeof(std::int16_t);
    if (static_cast<std::size_t>(**size) != binary.size()) {
      return wrong("binary_data_size is " + std::to_string(**size) + ", but " +
                   std::to_string(binary.size()) + " bytes follow the JSON");
    }
    if (!reader.data().empty()) return wrong(R"("data" and "binary_data_size" exclude each other)");
    if (binary.size() != width * *length) return wrong_count(*length, binary.size() / width);
    samples = from_bytes(binary, *type);
  } else {
    if (!binary.empty()) {
      return wrong(std::to_string(binary.size()) +
                   " bytes follow the JSON, but no input has a binary_data_size");
    }
    samples = from_json(reader, *type);
  }
  if (!samples) return samples.error();
  if (samples->size() != *length) return wrong_count(*length, samples->size());
  if (samples->empty()) return wrong("\"samples\" is empty: no audio data received");
  const bool is_finite =
      std::ranges::all_of(*samples, [](float sample) { return std::isfinite(sample); });
  if (!is_finite) return wrong("a sample is not finite");
  return samples;
}

Result<std::vector<InferenceRequest::Wanted>> read_outputs(const Json& request) {
  const Result<bool> all_binary = flag(member(request, "parameters"), "binary_data_output", false);
  if (!all_binary) return all_binary.error();
  std::vector<InferenceRequest::Wanted> wanted;
  const Json& outputs = member(request, "outputs");
  if (outputs.is_null()) {
    for (const OutputType& type : kOutputs) wanted.push_back({type.output, *all_binary});
    return wanted;
  }
  if (!outputs.is_array()) return wrong("\"outputs\" must be an array");
  for (const Json& output : outputs) {
    const Json& name = member(output, "name");
    const auto* const found = std::ranges::find_if(
        kOutputs, [&name](const OutputType& type) { return name == type.name; });
    if (found == kOutputs.end()) {
      return wrong("no output is called " + json::dump(name) +
                   "; there are probabilities, class, class_index, confidence, quality, reliable");
    }
    const Result<bool> binary = flag(member(output, "parameters"), "binary_data", *all_binary);
    if (!binary) return binary.error();
    const bool is_repeated = std::ranges::any_of(
        wanted, [&](const auto& earlier) { return earlier.output == found->output; });
    if (is_repeated) return wrong("the output " + json::dump(name) + " is asked for twice");
    wanted.push_back({found->output, *binary});
  }
  return wanted;
}

template <typename T>
void append(std::string& bytes, const T& value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

/// Each text after its length in four bytes.
void append_text(std::string& bytes, const std::string& text) {
  append(bytes, static_cast<std::uint32_t>(text.size()));
  bytes += text;
}

std::string verdict_of(const Classification& result) {
  return result.quality.verdict == Quality::Verdict::good ? "good" : "poor";
}

/// The values of an output as JSON and as bytes.
struct Values {
  Json json = Json::array();
  std::string bytes;
};

Values values_of(InferenceOutput output, const Classification& result) {
  Values values;
  switch (output) {
    case InferenceOutput::probabilities:
      for (const double probability : result.probabilities) {
        values.json.push_back(probability);
        append(values.bytes, static_cast<float>(probability));
      }
      break;
    case InferenceOutput::class_name:
      values.json.push_back(result.class_name());
      append_text(values.bytes, result.class_name());
      break;
    case InferenceOutput::class_index:
      values.json.push_back(result.class_index);
      append(values.bytes, static_cast<std::int32_t>(result.class_index));
      break;
    case InferenceOutput::confidence:
      values.json.push_back(result.confidence);
      append(values.bytes, static_cast<float>(result.confidence));
      break;
    case InferenceOutput::quality:
      values.json.push_back(verdict_of(result));
      append_text(values.bytes, verdict_of(result));
      break;
    case InferenceOutput::reliable:
      values.json.push_back(result.reliable());
      values.bytes += result.reliable() ? '\1' : '\0';
      break;
  }
  return values;
}

std::vector<std::size_t> shape_of(InferenceOutput output, std::size_t labels) {
  if (output == InferenceOutput::probabilities) return {1, labels};
  return {1};
}

}  // namespace

Result<std::size_t> inference_json_bytes(std::string_view header, std::size_t body_bytes) {
  if (header.empty()) return body_bytes;
  std::size_t bytes = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), bytes);
  if (error != std::errc{} || end != header.data() + header.size() || bytes > body_bytes) {
    return wrong("Inference-Header-Content-Length is \"" + std::string(header) +
                 "\", it must be a number up to the body's " + std::to_string(body_bytes) +
                 " bytes");
  }
  return bytes;
}

std::size_t inference_memory(std::size_t json_bytes, std::size_t body_bytes) {
  // A number in JSON is first a double (twice its bytes while the vector grows), then a float.
  return 10 * json_bytes + 2 * (body_bytes - json_bytes);
}

Result<InferenceRequest> parse_inference(std::span<const std::byte> body, std::size_t json_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(body.data()), json_bytes);
  Reader reader;
  const Json request = reader.read(text);
  if (reader.is_too_much()) return wrong("the request has too many members");
  if (!request.is_object()) return wrong("the body must be a JSON object");
  InferenceRequest parsed;
  const Json& id = member(request, "id");
  if (id.is_string() && id.get_ref<const std::string&>().size() <= kMaxIdBytes) {
    parsed.id = id.get<std::string>();
  } else if (!id.is_null()) {
    return wrong("\"id\" must be text of at most " + std::to_string(kMaxIdBytes) + " bytes");
  }
  const Json& inputs = member(request, "inputs");
  const bool has_input =
      inputs.is_array() && inputs.size() == 1 && member(inputs.front(), "name") == kInferenceInput;
  if (!has_input) return wrong(R"("inputs" must be one tensor, named "samples")");
  const Result<int> rate_hz = sample_rate(request, inputs.front());
  if (!rate_hz) return rate_hz.error();
  auto outputs = read_outputs(request);
  if (!outputs) return outputs.error();
  parsed.outputs = *std::move(outputs);
  auto samples = read_samples(reader, inputs.front(), body.subspan(json_bytes));
  if (!samples) return samples.error();
  parsed.clip = {*std::move(samples), *rate_hz};
  if (parsed.clip.duration_s() > limits::kMaxDurationS) {
    return fail(ErrorCode::too_large, "the recording is longer than an hour");
  }
  return parsed;
}

Response inference_response(const InferenceRequest& request, const Classification& result,
                            const std::string& model_version) {
  Json outputs = Json::array();
  std::string binary;
  for (const InferenceRequest::Wanted& wanted : request.outputs) {
    const OutputType& type = type_of(wanted.output);
    Values values = values_of(wanted.output, result);
    Json output = {{"name", type.name},
                   {"datatype", type.datatype},
                   {"shape", shape_of(wanted.output, result.labels.size())}};
    if (wanted.is_binary) {
      output["parameters"] = {{"binary_data_size", values.bytes.size()}};
      binary += values.bytes;
    } else {
      output["data"] = std::move(values.json);
    }
    outputs.push_back(std::move(output));
  }
  Json answer = {{"model_name", result.model.name}, {"model_version", model_version}};
  if (request.id) answer["id"] = *request.id;
  answer["parameters"] = {{"sample_rate", request.clip.sample_rate_hz}};
  answer["outputs"] = std::move(outputs);
  std::string text = json::dump(answer);
  const std::size_t json_bytes = text.size();
  Response response = json_response(200, text + binary);
  const bool is_binary =
      std::ranges::any_of(request.outputs, [](const auto& wanted) { return wanted.is_binary; });
  if (is_binary) {
    response.content_type = "application/octet-stream";
    response.headers.emplace_back("Inference-Header-Content-Length", std::to_string(json_bytes));
  }
  return response;
}

Json inference_metadata(const std::string& name, const std::string& version, std::size_t labels) {
  Json outputs = Json::array();
  for (const OutputType& type : kOutputs) {
    outputs.push_back({{"name", type.name},
                       {"datatype", type.datatype},
                       {"shape", shape_of(type.output, labels)}});
  }
  return {{"name", name},
          {"versions", {version}},
          {"platform", "auscult"},
          {"inputs", {{{"name", kInferenceInput}, {"datatype", "FP32"}, {"shape", {1, -1}}}}},
          {"outputs", std::move(outputs)}};
}

Response inference_error(const Error& error) { return to_response(to_problem(error), "/v2"); }

}  // namespace auscult::http
