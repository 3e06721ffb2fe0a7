#include "audio/examine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "audio/container.hpp"
#include "audio/layout_guess.hpp"
#include "audio/level.hpp"
#include "audio/wrapping.hpp"

namespace auscult::audio {
namespace {

constexpr double kStep = 1.0 / 32768;

// Three beats at 60 bpm.
constexpr double kShortS = 3;
// Below this a 16-bit converter gives the sound some six bits.
constexpr double kQuietPeakDbfs = -54;
constexpr double kClippedFraction = 0.005;
// An offset takes away range, and what is filtered out later clicks at the begin.
constexpr double kOffset = 0.05;
constexpr double kOffsetOverRms = 3;
constexpr double kLeastOffset = 0.01;
constexpr int kFewGaps = 2;
constexpr int kFewRepeats = 2;
constexpr double kLooped = 0.6;

// printf into a string; the formats here are ours and short.
template <typename... Values>
std::string text(const char* format, Values... values) {
  std::array<char, 200> buffer{};
  (void)std::snprintf(buffer.data(), buffer.size(), format, values...);
  return buffer.data();
}

struct Spread {
  double mean = 0;
  double rms = 0;  // without the mean
  double least = 0;
  double most = 0;
  double silent_fraction = 0;
};

Spread spread_of(const AudioClip& clip) {
  Spread spread{.least = 1e30, .most = -1e30};
  double sum = 0;
  double squares = 0;
  std::size_t still = 0;
  float before = clip.samples.front();
  for (const float sample : clip.samples) {
    const auto value = static_cast<double>(sample);
    sum += value;
    squares += value * value;
    spread.least = std::min(spread.least, value);
    spread.most = std::max(spread.most, value);
    still += std::abs(sample - before) < static_cast<float>(kStep) ? 1U : 0U;
    before = sample;
  }
  const auto count = static_cast<double>(clip.samples.size());
  spread.mean = sum / count;
  spread.rms = std::sqrt(std::max(0.0, squares / count - spread.mean * spread.mean));
  spread.silent_fraction = static_cast<double>(still) / count;
  return spread;
}

/// A converter's counts, 0 to 2^bits - 1, sent as s16: 0 if it is none.
int converter_bits(const Spread& spread) {
  for (const int bits : {10, 12}) {
    const double full = std::exp2(bits) * kStep;
    if (spread.least >= 0 && spread.most < full && spread.mean > 0.2 * full &&
        spread.mean < 0.8 * full && spread.most > 0.3 * full) {
      return bits;
    }
  }
  return 0;
}

void judge_layout(std::span<const std::byte> bytes, const RawFormat& raw, Examination& found) {
  const std::optional<LayoutGuess> guess = guess_layout(bytes, raw.layout);
  if (!guess) return;
  const bool is_big = guess->layout.byte_order == ByteOrder::big;
  found.likely = {.sample_format = std::string(to_string(guess->layout.format)),
                  .byte_order = is_big ? "big" : "little",
                  .channels = guess->layout.channels};
  found.findings.push_back({guess->is_offset_binary ? "offset_binary" : "layout",
                            "read as declared (" + std::string(to_string(raw.layout.format)) +
                                ", " +
                                (raw.layout.byte_order == ByteOrder::big ? "big" : "little") +
                                "-endian, " + std::to_string(raw.layout.channels) +
                                " channels) it is no sound, or not this one; " + guess->found,
                            guess->advice});
}

void judge_level(const AudioClip& clip, const Spread& spread, Examination& found) {
  std::vector<Finding>& findings = found.findings;
  if (spread.most - spread.least <= kStep) {
    findings.push_back({"silent", "the samples do not move",
                        "check the microphone's power, its data pin and its channel select"});
    return;
  }
  if (const int bits = converter_bits(spread); bits > 0 && !found.likely) {
    const int half = 1 << (bits - 1);
    findings.push_back(
        {"adc",
         text("the samples lie between %.0f and %.0f around %.0f: counts of a %d-bit converter",
              spread.least / kStep, spread.most / kStep, spread.mean / kStep, bits),
         text("subtract %d from each and multiply by %d before sending", half, 1 << (16 - bits))});
  } else if (std::abs(spread.mean) > kOffset ||
             std::abs(spread.mean) > std::max(kLeastOffset, kOffsetOverRms * spread.rms)) {
    if (!found.likely) {
      findings.push_back(
          {"dc_offset", text("silence is at %.1f %% of full scale instead of 0", 100 * spread.mean),
           "subtract the mean, or put a high-pass of 5 to 20 Hz before the buffer"});
    }
  }
  if (found.level->clipped_fraction > kClippedFraction) {
    findings.push_back(
        {"clipped",
         text("%.1f %% of the samples are at full scale", 100 * found.level->clipped_fraction),
         "lower the gain, or shift 32-bit words further to the right"});
  }
  if (20 * std::log10(std::max(spread.most - spread.mean, spread.mean - spread.least)) <
      kQuietPeakDbfs) {
    findings.push_back(
        {"quiet",
         text("the loudest sample is %.0f dB below full scale",
              -20 * std::log10(std::max(spread.most - spread.mean, spread.mean - spread.least))),
         "raise the gain, or shift 32-bit words less far to the right"});
  }
  if (clip.duration_s() < kShortS) {
    findings.push_back({"short",
                        text("at %d Hz it lasts %.2f s, too little for a rhythm",
                             clip.sample_rate_hz, clip.duration_s()),
                        "send 5 s or more in one request: pieces are judged by themselves"});
  }
}

void judge_dropouts(const AudioClip& clip, Examination& found) {
  found.dropouts = find_dropouts(clip);
  const Dropouts& dropouts = found.dropouts;
  if (dropouts.gaps >= kFewGaps) {
    found.findings.push_back(
        {"gaps", text("%d gaps of one value, %.0f ms in all", dropouts.gaps, 1e3 * dropouts.gap_s),
         "buffers were sent before they were filled: wait for each, or use more of them"});
  }
  if (dropouts.repeated > kLooped) {
    found.findings.push_back(
        {"looped",
         text("the sound repeats itself exactly every %d samples", dropouts.repeat_frames),
         "it is a synthetic tone, or one buffer that is never filled anew"});
  } else if (dropouts.repeats >= kFewRepeats) {
    found.findings.push_back(
        {"repeats",
         text("%d blocks are exact copies of what was %d samples before, %.1f %% of the sound",
              dropouts.repeats, dropouts.repeat_frames, 100 * dropouts.repeated),
         "buffers are sent twice: read I2S in one place, and send what it returned as read"});
  }
}

}  // namespace

Examination examine(std::span<const std::byte> bytes, const Declaration& declared,
                    MemoryBudget::Lease* memory) {
  Examination found;
  found.bytes = bytes.size();
  const Container container = sniff_container(bytes);
  const RawFormat raw = raw_format(declared);
  const bool is_raw = container == Container::pcm;
  found.container = std::string(to_string(container));
  if (is_raw) found.byte_order = raw.layout.byte_order == ByteOrder::big ? "big" : "little";

  std::optional<Finding> wrapping = find_wrapping(bytes);
  const bool is_wrapped = wrapping.has_value();
  if (wrapping) {
    if (wrapping->code == "empty" || wrapping->code == "text") found.container = wrapping->code;
    found.findings.push_back(*std::move(wrapping));
  }
  if (auto size = find_wav_size(bytes)) found.findings.push_back(*std::move(size));
  if (bytes.empty()) return found;

  Result<DecodedAudio> decoded = decode(bytes, declared, memory);
  if (is_raw && !is_wrapped) judge_layout(bytes, raw, found);
  if (!decoded) {
    found.failure = decoded.error();
    found.findings.push_back(
        {"unreadable", "it cannot be read: " + decoded.error().message,
         is_raw ? "send whole samples in the format that is declared"
                : "send a WAV of PCM, FLAC, OGG or MP3, or raw PCM without a header"});
    return found;
  }
  found.decoded = *std::move(decoded);
  const AudioClip& clip = found.decoded->clip;
  if (!is_raw && declared.sample_rate_hz && *declared.sample_rate_hz != clip.sample_rate_hz) {
    found.findings.push_back({"header_wins",
                              text("the request says %d Hz, the file's header %d Hz, and counts",
                                   *declared.sample_rate_hz, clip.sample_rate_hz),
                              "write the true rate into the header"});
  }
  if (found.decoded->format.dropped_bytes > 0) {
    found.findings.push_back(
        {"odd_bytes",
         text("%d bytes at the end are less than a sample and are left out",
              static_cast<int>(found.decoded->format.dropped_bytes)),
         "send whole samples: the buffer's size must be a multiple of their size"});
  }
  const Spread spread = spread_of(clip);
  found.level = measure_level(clip);
  found.dc_offset = spread.mean;
  found.silent_fraction = spread.silent_fraction;
  judge_level(clip, spread, found);
  // Wrongly read, it has gaps and copies of its own.
  if (!found.likely && !is_wrapped) judge_dropouts(clip, found);
  return found;
}

}  // namespace auscult::audio
