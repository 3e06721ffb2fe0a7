#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace auscult::audio {

/// What an upload's first bytes say it is. `pcm` is what has no header that we know; `other` is a
/// file that we know and do not read.
enum class Container { pcm, wav, flac, ogg, mp3, other };

std::string_view to_string(Container container);

/// Looks for a header that no recording of samples has by chance: the tags of RIFF, RIFX or RF64
/// with WAVE, of FLAC and of Ogg, an ID3v2 tag, or three MPEG layer III frames, each where the one
/// before says. (s16 samples near zero are often 0xFFEx or 0xFFFx, as an MPEG sync word is.) Other:
/// MP4, Matroska and WebM, AIFF, CAF, ASF (WMA), AMR. Any thread.
Container sniff_container(std::span<const std::byte> bytes);

/// The codec of a file if it is one that we do not read, as a person would name it; empty if the
/// file's codec is among ours or cannot be told. For WAV, Ogg and other. Any thread.
std::string_view foreign_codec(std::span<const std::byte> bytes, Container container);

/// Whether an Ogg file's first stream has three whole packets: the headers of Vorbis (Vorbis I,
/// section 4.2.1), and no codec has sound with fewer. libsndfile 1.2.0 leaks 6 kB on a Vorbis file
/// that has not. Any thread.
bool has_ogg_headers(std::span<const std::byte> bytes);

/// A WAV as a device streams it before the length is known, its data chunk of size 0 but not
/// empty: the same file with a data chunk to the end of the bytes. Empty if `bytes` is no such
/// file. (Sizes too large, 0xFFFFFFFF among them, need no mending: libsndfile bounds them.)
std::optional<std::vector<std::byte>> mend_streamed_wav(std::span<const std::byte> bytes);

/// A WAV with one more frame, of zeros, before the others, if its samples begin with the bytes
/// "OggS" or "wvpk": libsndfile would take them for a file in a file, and refuse it. Empty if not.
std::optional<std::vector<std::byte>> lead_in_wav(std::span<const std::byte> bytes);

}  // namespace auscult::audio
