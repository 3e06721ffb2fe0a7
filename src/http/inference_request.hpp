#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audio/clip.hpp"
#include "auscult/result.hpp"
#include "core/recording.hpp"
#include "http/response.hpp"
#include "json/json.hpp"

/// Tensors as the Open Inference Protocol, version 2, carries them, in JSON or, with its binary
/// tensor data extension, as bytes after the JSON. Pure functions, any thread.
namespace auscult::http {

/// Of the one input, `samples`: FP32 or INT16, shape [n] or [1, n].
inline constexpr const char* kInferenceInput = "samples";
/// Of samples whose `sample_rate` is not said, in Hz: that of the devices' contract.
inline constexpr int kInferenceSampleRateHz = 16'000;

/// What can be asked for, in the order in which all are given.
enum class InferenceOutput {
  probabilities,
  class_name,
  class_index,
  confidence,
  quality,
  reliable
};

struct InferenceRequest {
  struct Wanted {
    InferenceOutput output = InferenceOutput::probabilities;
    bool is_binary = false;
    bool operator==(const Wanted&) const = default;
  };
  std::optional<std::string> id;
  audio::AudioClip clip;
  std::vector<Wanted> outputs;
};

/// How many bytes of the body are JSON: what the header Inference-Header-Content-Length says, or
/// all if there is none (empty). Fails with invalid_argument if it is no number up to `body_bytes`.
Result<std::size_t> inference_json_bytes(std::string_view header, std::size_t body_bytes);

/// What reading a body may hold besides it, whatever it says: numbers in JSON take two characters
/// and become four bytes, in a vector that doubles; each two bytes of binary INT16 become four.
std::size_t inference_memory(std::size_t json_bytes, std::size_t body_bytes);

/// Reads an inference request whose first `json_bytes` are JSON. Parameters that are not known are
/// ignored, as are members. Fails with invalid_argument, naming what is wrong, and with too_large
/// on more samples than any recording may have.
Result<InferenceRequest> parse_inference(std::span<const std::byte> body, std::size_t json_bytes);

/// The answer, with those outputs that were asked for.
Response inference_response(const InferenceRequest& request, const Classification& result,
                            const std::string& model_version);

/// {name, versions, platform, inputs, outputs} of a model with `labels` labels.
json::Json inference_metadata(const std::string& name, const std::string& version,
                              std::size_t labels);

/// {"error": text}
Response inference_error(const Error& error);

}  // namespace auscult::http
