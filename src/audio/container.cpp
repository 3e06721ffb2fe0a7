#include "audio/container.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace auscult::audio {
namespace {

using Bytes = std::span<const std::byte>;

bool has_tag(Bytes bytes, std::size_t offset, std::string_view tag) {
  return bytes.size() >= offset + tag.size() &&
         std::ranges::equal(bytes.subspan(offset, tag.size()), std::as_bytes(std::span(tag)));
}

std::uint32_t byte_at(Bytes bytes, std::size_t offset) {
  return std::to_integer<std::uint32_t>(bytes[offset]);
}

std::uint32_t little_endian(Bytes bytes, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i > 0; --i) value = (value << 8U) | byte_at(bytes, offset + i - 1);
  return value;
}

/// Where a chunk's content begins in a RIFF file, behind its tag and size.
std::optional<std::size_t> find_chunk(Bytes bytes, std::string_view tag) {
  std::size_t offset = 12;
  while (offset + 8 <= bytes.size()) {
    if (has_tag(bytes, offset, tag)) return offset + 8;
    const std::size_t size = little_endian(bytes, offset + 4, 4);
    offset += 8 + size + size % 2;
  }
  return std::nullopt;
}

/// An MPEG layer III frame header (ISO/IEC 11172-3, 2.4.1.3; 13818-3 for the lower rates).
struct Mp3Frame {
  std::uint32_t kind = 0;  ///< What all frames of a stream share: version and sample rate.
  std::size_t size = 0;    ///< Bytes to the next header.
};

std::optional<Mp3Frame> parse_mp3_frame(Bytes bytes, std::size_t offset) {
  if (bytes.size() < offset + 4) return std::nullopt;
  const std::uint32_t second = byte_at(bytes, offset + 1);
  const std::uint32_t third = byte_at(bytes, offset + 2);
  if (byte_at(bytes, offset) != 0xFF || (second & 0xE0U) != 0xE0) return std::nullopt;

  const std::uint32_t version = (second >> 3U) & 3U;  // 0: MPEG 2.5, 2: MPEG 2, 3: MPEG 1
  const std::uint32_t layer = (second >> 1U) & 3U;    // 1: layer III
  const std::uint32_t bitrate_index = third >> 4U;
  const std::uint32_t rate_index = (third >> 2U) & 3U;
  if (version == 1 || layer != 1 || bitrate_index == 0 || bitrate_index == 15 || rate_index == 3) {
    return std::nullopt;
  }
  constexpr std::array<std::size_t, 15> kKbpsOfMpeg1 = {0,   32,  40,  48,  56,  64,  80, 96,
                                                        112, 128, 160, 192, 224, 256, 320};
  constexpr std::array<std::size_t, 15> kKbpsOfMpeg2 = {0,  8,  16, 24,  32,  40,  48, 56,
                                                        64, 80, 96, 112, 128, 144, 160};
  constexpr std::array<std::size_t, 3> kRateOfMpeg1 = {44'100, 48'000, 32'000};
  const bool mpeg1 = version == 3;
  const std::size_t rate = kRateOfMpeg1[rate_index] >> (mpeg1 ? 0U : version == 2 ? 1U : 2U);
  const std::size_t kbps = mpeg1 ? kKbpsOfMpeg1[bitrate_index] : kKbpsOfMpeg2[bitrate_index];
  const std::size_t padding = (third >> 1U) & 1U;
  return Mp3Frame{.kind = version << 2U | rate_index,
                  .size = (mpeg1 ? 144'000U : 72'000U) * kbps / rate + padding};
}

bool is_mp3_stream(Bytes bytes) {
  constexpr int kFramesToBelieve = 3;
  std::size_t offset = 0;
  std::optional<Mp3Frame> previous;
  for (int i = 0; i < kFramesToBelieve; ++i) {
    const std::optional<Mp3Frame> frame = parse_mp3_frame(bytes, offset);
    if (!frame || (previous && frame->kind != previous->kind)) return false;
    offset += frame->size;
    previous = frame;
  }
  return true;
}

/// An ID3v2 header: a version of 2 to 4 and a size of seven bits a byte (id3.org, 3.1).
bool has_id3_tag(Bytes bytes) {
  if (bytes.size() < 10 || !has_tag(bytes, 0, "ID3")) return false;
  const std::uint32_t version = byte_at(bytes, 3);
  return version >= 2 && version <= 4 &&
         std::ranges::all_of(bytes.subspan(6, 4),
                             [](std::byte byte) { return byte < std::byte{128}; });
}

struct Signature {
  std::size_t offset;
  std::string_view tag;
  std::string_view name;
};

constexpr std::array kForeignFiles = {Signature{4, "ftyp", "MP4 (M4A)"},
                                      Signature{0, "\x1A\x45\xDF\xA3", "Matroska or WebM"},
                                      Signature{8, "AIFF", "AIFF"},
                                      Signature{8, "AIFC", "AIFF"},
                                      Signature{0, "caff", "CAF"},
                                      Signature{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", "ASF (WMA)"},
                                      Signature{0, "#!AMR", "AMR"}};

std::string_view foreign_file(Bytes bytes) {
  for (const Signature& signature : kForeignFiles) {
    if (has_tag(bytes, signature.offset, signature.tag)) return signature.name;
  }
  return {};
}

}  // namespace

std::string_view to_string(Container container) {
  switch (container) {
    case Container::pcm:
      return "pcm";
    case Container::wav:
      return "wav";
    case Container::flac:
      return "flac";
    case Container::ogg:
      return "ogg";
    case Container::mp3:
      return "mp3";
    case Container::other:
      return "other";
  }
  return "";
}

Container sniff_container(Bytes bytes) {
  if (has_tag(bytes, 8, "WAVE") &&
      (has_tag(bytes, 0, "RIFF") || has_tag(bytes, 0, "RIFX") || has_tag(bytes, 0, "RF64"))) {
    return Container::wav;
  }
  if (has_tag(bytes, 0, "fLaC")) return Container::flac;
  if (has_tag(bytes, 0, "OggS")) return Container::ogg;
  if (has_id3_tag(bytes) || is_mp3_stream(bytes)) return Container::mp3;
  return foreign_file(bytes).empty() ? Container::pcm : Container::other;
}

std::string_view foreign_codec(Bytes bytes, Container container) {
  if (container == Container::other) return foreign_file(bytes);
  if (container == Container::ogg) {
    // The first page holds the first packet, which names the codec (RFC 3533, section 4).
    const Bytes page = bytes.first(std::min<std::size_t>(bytes.size(), 64));
    for (const std::string_view tag : {"vorbis", "OpusHead", "FLAC"}) {
      const Bytes wanted = std::as_bytes(std::span(tag));
      if (std::search(page.begin(), page.end(), wanted.begin(), wanted.end()) != page.end()) {
        return {};
      }
    }
    return "Ogg with neither Vorbis, Opus nor FLAC";
  }
  if (container == Container::wav && has_tag(bytes, 0, "RIFF")) {
    const std::optional<std::size_t> format = find_chunk(bytes, "fmt ");
    if (!format || bytes.size() < *format + 2) return {};
    // PCM, MS ADPCM, float, A-law, u-law, IMA ADPCM, GSM 6.10, extensible (by GUID).
    constexpr std::array<std::uint32_t, 8> kOurs = {1, 2, 3, 6, 7, 0x11, 0x31, 0xFFFE};
    const std::uint32_t tag = little_endian(bytes, *format, 2);
    if (std::ranges::find(kOurs, tag) == kOurs.end()) return "WAV with a compressed codec";
  }
  return {};
}

std::optional<std::vector<std::byte>> mend_streamed_wav(Bytes bytes) {
  if (!has_tag(bytes, 0, "RIFF") || !has_tag(bytes, 8, "WAVE")) return std::nullopt;
  const std::optional<std::size_t> data = find_chunk(bytes, "data");
  if (!data || little_endian(bytes, *data - 4, 4) != 0 || *data == bytes.size()) {
    return std::nullopt;
  }
  // A file that knows its own length means it when it says that it holds no samples.
  if (std::size_t{8} + little_endian(bytes, 4, 4) == bytes.size()) return std::nullopt;

  std::vector<std::byte> mended(bytes.begin(), bytes.end());
  std::fill_n(mended.begin() + static_cast<std::ptrdiff_t>(*data) - 4, 4, std::byte{0xFF});
  return mended;
}

std::optional<std::vector<std::byte>> lead_in_wav(Bytes bytes) {
  if (!has_tag(bytes, 0, "RIFF") || !has_tag(bytes, 8, "WAVE")) return std::nullopt;
  const std::optional<std::size_t> data = find_chunk(bytes, "data");
  if (!data || !(has_tag(bytes, *data, "OggS") || has_tag(bytes, *data, "wvpk"))) {
    return std::nullopt;
  }
  const std::optional<std::size_t> fmt = find_chunk(bytes, "fmt ");
  if (!fmt || *fmt + 14 > bytes.size()) return std::nullopt;
  const std::size_t frame_bytes = little_endian(bytes, *fmt + 12, 2);
  std::vector<std::byte> longer(bytes.begin(), bytes.end());
  longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(*data), frame_bytes, std::byte{0});
  // The file's length and the sound's; what is written while it grows says neither.
  for (const std::size_t at : {std::size_t{4}, *data - 4}) {
    const std::uint64_t length = little_endian(bytes, at, 4) + frame_bytes;
    if (length >= 0xFFFF'FFFFU) continue;
    for (std::size_t i = 0; i < 4; ++i) longer[at + i] = static_cast<std::byte>(length >> (8 * i));
  }
  return longer;
}

}  // namespace auscult::audio
