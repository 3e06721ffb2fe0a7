#include "layout_faults.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "audio/examine.hpp"
#include "audio/resample.hpp"

namespace auscult::cli {
namespace {

using audio::Declaration;
using Bytes = std::vector<std::byte>;
using Words = std::vector<std::int16_t>;

constexpr int kRateHz = 8'000;

void append(Bytes& bytes, std::uint32_t value, int width) {
  for (int i = 0; i < width; ++i) {
    bytes.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xFFU));
  }
}

/// Each sample as `width` bytes of what `convert` makes of it.
template <typename Convert>
Bytes encode(const Words& words, int width, const Convert& convert) {
  Bytes bytes;
  for (const std::int16_t word : words) append(bytes, convert(word), width);
  return bytes;
}

std::uint32_t upper(std::int16_t word) { return static_cast<std::uint16_t>(word); }

Bytes plain(const Words& words) { return encode(words, 2, upper); }

Bytes swapped(const Words& words) {
  return encode(words, 2, [](std::int16_t word) {
    return (upper(word) >> 8U) | ((upper(word) & 0xFFU) << 8U);
  });
}

Bytes shifted(const Words& words) {
  Bytes bytes = plain(words);
  bytes.insert(bytes.begin(), std::byte{0x0A});
  return bytes;
}

Bytes wide(const Words& words) {
  return encode(words, 4, [](std::int16_t word) { return upper(word) << 16U; });
}

Bytes packed(const Words& words) {
  return encode(words, 3, [](std::int16_t word) { return upper(word) << 8U; });
}

Bytes narrow(const Words& words) {
  return encode(words, 1,
                [](std::int16_t word) { return static_cast<std::uint32_t>(word / 256 + 128); });
}

Bytes doubled(const Words& words) {
  return encode(words, 4, [](std::int16_t word) { return upper(word) << 16U | upper(word); });
}

Bytes offset(const Words& words) {
  return encode(words, 2, [](std::int16_t word) { return upper(word) ^ 0x8000U; });
}

Bytes converter(const Words& words) {
  return encode(words, 2,
                [](std::int16_t word) { return static_cast<std::uint32_t>(2'048 + word / 16); });
}

struct Fault {
  std::string_view name;
  Bytes (*make)(const Words& words);
  Declaration declared;
};

const std::array<Fault, 11>& faults() {
  static const std::array<Fault, 11> kFaults = {{
      {"none", plain, {}},
      {"bytes swapped", swapped, {}},
      {"an odd byte first", shifted, {}},
      {"32-bit words", wide, {}},
      {"24-bit words", packed, {}},
      {"16 bit called 32", plain, {.format = audio::SampleFormat::s32}},
      {"two equal channels", doubled, {}},
      {"mono called stereo", plain, {.channels = 2}},
      {"8 bit", narrow, {}},
      {"unsigned", offset, {}},
      {"12-bit converter", converter, {}},
  }};
  return kFaults;
}

Words to_words(const audio::AudioClip& clip) {
  Words words;
  for (const float sample : audio::resample(clip, kRateHz).samples) {
    const double scaled =
        std::clamp(std::round(32'768 * static_cast<double>(sample)), -32'768.0, 32'767.0);
    words.push_back(static_cast<std::int16_t>(scaled));
  }
  return words;
}

}  // namespace

std::vector<std::string_view> layout_faults() {
  std::vector<std::string_view> names;
  for (const Fault& fault : faults()) names.push_back(fault.name);
  return names;
}

std::vector<std::vector<std::string>> examine_with_faults(const audio::AudioClip& clip) {
  const Words words = to_words(clip);
  std::vector<std::vector<std::string>> found;
  for (const Fault& fault : faults()) {
    Declaration declared = fault.declared;
    declared.sample_rate_hz = kRateHz;
    std::vector<std::string> codes;
    for (const audio::Finding& finding : audio::examine(fault.make(words), declared).findings) {
      codes.push_back(finding.code);
    }
    found.push_back(std::move(codes));
  }
  return found;
}

}  // namespace auscult::cli
