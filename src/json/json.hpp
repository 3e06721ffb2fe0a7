#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "auscult/result.hpp"
#include "core/recording.hpp"

/// The JSON of the API, the store and the command line: one place says what each value looks like.
namespace auscult::json {

/// Keeps members in the order they are written, since people read them.
using Json = nlohmann::ordered_json;

/// class, class_index, confidence (percent), probabilities (object by label), quality {verdict,
/// reasons}, heart_rate_bpm (number or null), beats [{start_s, end_s, sound}], windows [{start_s,
/// end_s, probabilities}], model {name, sha256}.
Json to_json(const Classification& result);

/// id, device, received_at, the members of its classification, duration_s, sample_rate_hz,
/// channels, container, sample_format, body_bytes, dropped_bytes, sha256, gain, clipped_fraction,
/// timings, disclaimer ("not a medical device", in one sentence).
Json to_json(const Recording& recording);

/// Reads back what to_json(recording) wrote. Fails with storage_failure, naming the member, on text
/// that is no JSON or lacks one.
Result<Recording> parse_recording(std::string_view text);

/// The content of data.json: {"class": "Normal", "confidence": 98.5}, these two members, as the
/// prototype wrote it.
std::string data_json(const Classification& result);

}  // namespace auscult::json
