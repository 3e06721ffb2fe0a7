#pragma once

#include <optional>
#include <string_view>

#include "audio/pcm.hpp"
#include "auscult/result.hpp"

namespace auscult::audio {

/// What is said of an upload's format, by whoever says it: the query, a header, the device's
/// settings, the server's. Unset means that it says nothing.
struct Declaration {
  std::optional<int> sample_rate_hz = {};
  std::optional<int> channels = {};
  std::optional<SampleFormat> format = {};
  std::optional<ByteOrder> byte_order = {};
  bool operator==(const Declaration&) const = default;
};

/// `first` where it says something, `second` for the rest.
Declaration merge(const Declaration& first, const Declaration& second);

/// Raw PCM: nothing in its bytes says how they are to be read.
struct RawFormat {
  PcmLayout layout;
  int sample_rate_hz = 16'000;
};

/// What raw PCM is as declared, and by default: s16, little-endian, mono, 16 kHz. Any thread.
RawFormat raw_format(const Declaration& declared);

/// Sets one member of `declaration` from a parameter of a query, a header or a settings line.
/// Names: sample_rate or rate; channels; sample_width (bytes: 1 to 4) or bits (8, 16, 24, 32);
/// format (u8, s16, s24, s32, f32, or s16le, s16be, ...); byte_order or endian (little, big).
/// Fails with invalid_argument, naming the parameter, its value and what is accepted. Returns
/// whether the name is one of these.
Result<bool> declare(Declaration& declaration, std::string_view name, std::string_view value);

/// What a Content-Type says: "audio/pcm;rate=16000;channels=2;bits=32", "audio/L16;rate=8000"
/// (big-endian, RFC 2586; also L8, L24 of RFC 3190), their `x-` forms. Other types, and parameters
/// that are none of ours, say nothing. Fails with invalid_argument on a parameter out of bounds.
Result<Declaration> parse_media_type(std::string_view content_type);

}  // namespace auscult::audio
