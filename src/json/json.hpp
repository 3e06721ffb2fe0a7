#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "auscult/result.hpp"
#include "core/recording.hpp"

/// The JSON of the API, the store and the command line: one place says what each value looks like.
/// Pure functions, any thread.
namespace auscult::json {

/// Keeps members in the order they are written, since people read them.
using Json = nlohmann::ordered_json;

/// "early systolic", "holosystolic", "late systolic" or "diastolic".
std::string_view to_string(Murmur::Timing timing);

/// class, class_index, confidence (percent), probabilities (object by label), quality {verdict,
/// reasons}, reliable, unreliable_reasons, heart_rate_bpm (number or null), rhythm (null or
/// {cycle_s, systole_s, diastole_s, irregularity, premature_beats [{time_s, prematurity}], pauses
/// [{start_s, end_s}]}), murmur (null or {timing (text or null), systole_db, diastole_db}),
/// extra_sounds [{start_s, end_s, phase}], beats [{start_s, end_s, sound: "S1" or "S2"}], windows
/// [{start_s, end_s, probabilities}], model {name, sha256}. Beats and windows have a member
/// evidence too, if it was asked for.
/// Expects different labels, and as many probabilities, in each window too.
Json to_json(const Classification& result);

/// id, device, received_at, the members of its classification, duration_s, sample_rate_hz,
/// channels, container, sample_format, body_bytes, dropped_bytes, sha256, gain, clipped_fraction,
/// level {rms_dbfs, peak_dbfs, clipped_fraction} or null, timings, review {note, label, updated_at}
/// or null, disclaimer ("not a medical device", in one sentence).
Json to_json(const Recording& recording);

Json to_json(const Review& review);

/// sample_rate, channels, format, gain: each its value or null.
Json to_json(const DeviceSettings& settings);

/// The text of `value` on one line. Unlike Json::dump() it does not throw: bytes that are not
/// UTF-8 become U+FFFD.
std::string dump(const Json& value);

/// Reads back what to_json(recording) wrote, equal in every member. Fails with storage_failure,
/// naming the first member that is missing, has another type or is out of its bounds. Members that
/// came with rhythm and reliability may all be missing, as in records of earlier versions: such a
/// result is not reliable, and says why.
Result<Recording> parse_recording(std::string_view text);

/// The content of data.json: {"class": "Normal", "confidence": 98.5}, these two members, spaced as
/// Python's json.dumps does. The confidence has at most two decimals, always a fraction (98.0), and
/// is never rounded up to the next whole percent, so that it agrees with the rounded-down percent
/// of the plain-text answer.
std::string data_json(const Classification& result);

}  // namespace auscult::json
