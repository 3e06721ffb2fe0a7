#include "audio/pcm.hpp"

#include <bit>
#include <cassert>
#include <cmath>
#include <string>

#include "audio/bounds.hpp"

namespace auscult::audio {
namespace {

/// The first `kBytes` bytes at `from` as the high bytes of a word.
template <std::size_t kBytes, ByteOrder kOrder>
std::uint32_t load(const std::byte* from) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const std::byte next = from[kOrder == ByteOrder::big ? i : kBytes - 1 - i];
    word = (word << 8U) | std::to_integer<std::uint32_t>(next);
  }
  return word << (8U * (4 - kBytes));
}

template <std::size_t kBytes, ByteOrder kOrder>
struct SignedReader {
  static constexpr std::size_t kSampleBytes = kBytes;
  static std::int32_t word(const std::byte* from) {
    return static_cast<std::int32_t>(load<kBytes, kOrder>(from));
  }
  static float sample(const std::byte* from) { return static_cast<float>(word(from)) * 0x1p-31F; }
};

struct UnsignedByteReader {
  static constexpr std::size_t kSampleBytes = 1;
  static std::int32_t word(const std::byte* from) {
    return static_cast<std::int32_t>(load<1, ByteOrder::little>(from) ^ 0x8000'0000U);
  }
  static float sample(const std::byte* from) { return static_cast<float>(word(from)) * 0x1p-31F; }
};

template <ByteOrder kOrder>
struct FloatReader {
  static constexpr std::size_t kSampleBytes = 4;
  static float sample(const std::byte* from) { return std::bit_cast<float>(load<4, kOrder>(from)); }
};

template <ByteOrder kOrder, typename Visit>
auto with_integer_reader(SampleFormat format, Visit visit) {
  switch (format) {
    case SampleFormat::s16:
      return visit(SignedReader<2, kOrder>{});
    case SampleFormat::s24:
      return visit(SignedReader<3, kOrder>{});
    case SampleFormat::s32:
      return visit(SignedReader<4, kOrder>{});
    case SampleFormat::u8:
    case SampleFormat::f32:
      break;
  }
  assert(format == SampleFormat::u8);
  return visit(UnsignedByteReader{});
}

/// Calls `visit` with the reader of an integer format, chosen once and not per sample.
template <typename Visit>
auto with_integer_reader(PcmLayout layout, Visit visit) {
  return layout.byte_order == ByteOrder::little
             ? with_integer_reader<ByteOrder::little>(layout.format, visit)
             : with_integer_reader<ByteOrder::big>(layout.format, visit);
}

template <typename Visit>
auto with_float_reader(ByteOrder byte_order, Visit visit) {
  return byte_order == ByteOrder::little ? visit(FloatReader<ByteOrder::little>{})
                                         : visit(FloatReader<ByteOrder::big>{});
}

template <typename Reader>
void mean_of_channels(std::span<const std::byte> bytes, int channels, std::vector<float>& samples) {
  samples.resize(bytes.size() / Reader::kSampleBytes / static_cast<std::size_t>(channels));
  const std::byte* from = bytes.data();
  if (channels == 1) {
    for (float& sample : samples) {
      sample = Reader::sample(from);
      from += Reader::kSampleBytes;
    }
    return;
  }
  for (float& sample : samples) {
    // In double, where neither the sum of eight floats overflows nor that of integers rounds.
    double sum = 0;
    for (int channel = 0; channel < channels; ++channel) {
      sum += static_cast<double>(Reader::sample(from));
      from += Reader::kSampleBytes;
    }
    sample = static_cast<float>(sum / channels);
  }
}

template <typename Reader>
Status check_floats(std::span<const std::byte> bytes, std::size_t first_byte) {
  for (std::size_t at = 0; at < bytes.size(); at += Reader::kSampleBytes) {
    const float sample = Reader::sample(bytes.data() + at);
    // The comparison is false for NaN, too.
    if (std::abs(sample) <= kMaxFloatMagnitude) continue;
    return fail(ErrorCode::malformed_audio,
                "the f32 sample at byte " + std::to_string(first_byte + at) + " is " +
                    std::to_string(sample) +
                    ": not a sound pressure; check the declared format and byte order");
  }
  return Ok{};
}

}  // namespace

std::string_view to_string(SampleFormat format) {
  switch (format) {
    case SampleFormat::u8:
      return "u8";
    case SampleFormat::s16:
      return "s16";
    case SampleFormat::s24:
      return "s24";
    case SampleFormat::s32:
      return "s32";
    case SampleFormat::f32:
      return "f32";
  }
  return "";
}

std::size_t sample_bytes(SampleFormat format) {
  switch (format) {
    case SampleFormat::u8:
      return 1;
    case SampleFormat::s16:
      return 2;
    case SampleFormat::s24:
      return 3;
    case SampleFormat::s32:
    case SampleFormat::f32:
      return 4;
  }
  return 0;
}

Result<std::vector<float>> decode_pcm(std::span<const std::byte> bytes, PcmLayout layout) {
  std::vector<float> samples;
  const Status decoded = decode_pcm(bytes, layout, samples);
  if (!decoded) return decoded.error();
  return samples;
}

Status decode_pcm(std::span<const std::byte> bytes, PcmLayout layout, std::vector<float>& samples,
                  std::size_t first_byte) {
  if (Status channels = check_channels(layout.channels); !channels) return channels;

  const std::size_t excess = bytes.size() % layout.frame_bytes();
  if (excess != 0) {
    return fail(ErrorCode::malformed_audio, "the last frame is cut short at byte " +
                                                std::to_string(first_byte + bytes.size()) +
                                                ": it has " + std::to_string(excess) + " of " +
                                                std::to_string(layout.frame_bytes()) + " bytes");
  }
  const auto decode_with = [&](auto reader) -> Status {
    using Reader = decltype(reader);
    if (layout.format == SampleFormat::f32) {
      if (Status sound = check_floats<Reader>(bytes, first_byte); !sound) return sound;
    }
    mean_of_channels<Reader>(bytes, layout.channels, samples);
    return Ok{};
  };
  return layout.format == SampleFormat::f32 ? with_float_reader(layout.byte_order, decode_with)
                                            : with_integer_reader(layout, decode_with);
}

std::vector<std::int32_t> pcm_words(std::span<const std::byte> bytes, PcmLayout layout) {
  return with_integer_reader(layout, [bytes](auto reader) {
    std::vector<std::int32_t> words(bytes.size() / decltype(reader)::kSampleBytes);
    const std::byte* from = bytes.data();
    for (std::int32_t& word : words) {
      word = reader.word(from);
      from += decltype(reader)::kSampleBytes;
    }
    return words;
  });
}

std::vector<float> pcm_floats(std::span<const std::byte> bytes, ByteOrder byte_order) {
  return with_float_reader(byte_order, [bytes](auto reader) {
    std::vector<float> samples;
    mean_of_channels<decltype(reader)>(bytes, 1, samples);
    return samples;
  });
}

}  // namespace auscult::audio
