#include "audio/declaration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "core/limits.hpp"

namespace auscult::audio {
namespace {

char to_lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                              : character;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char character) { return to_lower(character); });
  return lower;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Error refuse(std::string_view name, std::string_view value, std::string_view accepted) {
  // A value may be a whole body sent to the wrong place: the message quotes its beginning.
  constexpr std::size_t kQuoted = 40;
  return fail(ErrorCode::invalid_argument, std::string(name) + " is '" +
                                               std::string(value.substr(0, kQuoted)) +
                                               "', but must be " + std::string(accepted));
}

Result<int> parse_integer(std::string_view name, std::string_view value, int low, int high) {
  int number = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc{} || stop != end || number < low || number > high) {
    return refuse(name, value,
                  "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return number;
}

std::optional<SampleFormat> find_format(std::string_view text) {
  for (const SampleFormat format : {SampleFormat::u8, SampleFormat::s16, SampleFormat::s24,
                                    SampleFormat::s32, SampleFormat::f32}) {
    if (text == to_string(format)) return format;
  }
  return std::nullopt;
}

std::optional<ByteOrder> find_byte_order(std::string_view text) {
  if (text == "little" || text == "le") return ByteOrder::little;
  if (text == "big" || text == "be") return ByteOrder::big;
  return std::nullopt;
}

/// Sets the format, unless what was said before is of another width.
Result<bool> declare_format(Declaration& declaration, SampleFormat format, std::string_view name,
                            std::string_view value) {
  if (declaration.format && sample_bytes(*declaration.format) != sample_bytes(format)) {
    return fail(ErrorCode::invalid_argument,
                std::string(name) + " is '" + std::string(value) + "', but the format is already " +
                    std::string(to_string(*declaration.format)) + ": send one of them");
  }
  declaration.format = format;
  return true;
}

Result<bool> declare_width(Declaration& declaration, std::size_t bytes, std::string_view name,
                           std::string_view value) {
  constexpr std::array kFormatOfWidth = {SampleFormat::u8, SampleFormat::s16, SampleFormat::s24,
                                         SampleFormat::s32};
  // Four bytes are s32 unless f32 has been said.
  const bool known = declaration.format && sample_bytes(*declaration.format) == bytes;
  return declare_format(declaration, known ? *declaration.format : kFormatOfWidth[bytes - 1], name,
                        value);
}

}  // namespace

Declaration merge(const Declaration& first, const Declaration& second) {
  return {.sample_rate_hz = first.sample_rate_hz ? first.sample_rate_hz : second.sample_rate_hz,
          .channels = first.channels ? first.channels : second.channels,
          .format = first.format ? first.format : second.format,
          .byte_order = first.byte_order ? first.byte_order : second.byte_order};
}

RawFormat raw_format(const Declaration& declared) {
  RawFormat raw;
  raw.sample_rate_hz = declared.sample_rate_hz.value_or(raw.sample_rate_hz);
  raw.layout.format = declared.format.value_or(raw.layout.format);
  raw.layout.byte_order = declared.byte_order.value_or(raw.layout.byte_order);
  raw.layout.channels = declared.channels.value_or(raw.layout.channels);
  return raw;
}

Result<bool> declare(Declaration& declaration, std::string_view name, std::string_view value) {
  if (name == "sample_rate" || name == "rate") {
    const Result<int> rate =
        parse_integer(name, value, limits::kMinSampleRateHz, limits::kMaxSampleRateHz);
    if (!rate) return rate.error();
    declaration.sample_rate_hz = *rate;
    return true;
  }
  if (name == "channels") {
    const Result<int> channels = parse_integer(name, value, 1, limits::kMaxChannels);
    if (!channels) return channels.error();
    declaration.channels = *channels;
    return true;
  }
  if (name == "sample_width") {
    const Result<int> width = parse_integer(name, value, 1, 4);
    if (!width) return width.error();
    return declare_width(declaration, static_cast<std::size_t>(*width), name, value);
  }
  if (name == "bits") {
    const Result<int> bits = parse_integer(name, value, 8, 32);
    if (!bits) return bits.error();
    if (*bits % 8 != 0) return refuse(name, value, "8, 16, 24 or 32");
    return declare_width(declaration, static_cast<std::size_t>(*bits) / 8, name, value);
  }
  if (name == "format") {
    const std::string lower = to_lower(value);
    const std::size_t suffix = std::min<std::size_t>(3, lower.size());
    const std::optional<ByteOrder> order = find_byte_order(std::string_view(lower).substr(suffix));
    const std::optional<SampleFormat> format = find_format(order ? lower.substr(0, suffix) : lower);
    if (!format) return refuse(name, value, "u8, s16, s24, s32 or f32, with le or be if need be");
    if (order) declaration.byte_order = order;
    return declare_format(declaration, *format, name, value);
  }
  if (name == "byte_order" || name == "endian") {
    const std::optional<ByteOrder> order = find_byte_order(to_lower(value));
    if (!order) return refuse(name, value, "little or big");
    declaration.byte_order = order;
    return true;
  }
  return false;
}

Result<Declaration> parse_media_type(std::string_view content_type) {
  const std::size_t type_end = std::min(content_type.find(';'), content_type.size());
  std::string type = to_lower(trim(content_type.substr(0, type_end)));
  if (type.starts_with("audio/x-")) type.erase(6, 2);

  Declaration declaration;
  if (type == "audio/l8") {
    declaration.format = SampleFormat::u8;
  } else if (type == "audio/l16") {
    declaration.format = SampleFormat::s16;
    declaration.byte_order = ByteOrder::big;
  } else if (type == "audio/l24") {
    declaration.format = SampleFormat::s24;
    declaration.byte_order = ByteOrder::big;
  } else if (type != "audio/pcm") {
    return declaration;
  }

  std::string_view rest = content_type.substr(type_end);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view parameter = rest.substr(0, end);
    rest.remove_prefix(end);

    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view value = trim(parameter.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    const Result<bool> known =
        declare(declaration, to_lower(trim(parameter.substr(0, equals))), value);
    if (!known) return known.error();
  }
  return declaration;
}

}  // namespace auscult::audio
