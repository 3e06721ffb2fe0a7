#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/decode.hpp"
#include "audio/dropouts.hpp"
#include "core/recording.hpp"

namespace auscult::audio {

/// One thing that is wrong with what a device sends.
struct Finding {
  std::string code;    ///< For programs: "byte_order", "dc_offset", ...
  std::string what;    ///< What was seen, with its value, in a sentence for a person.
  std::string advice;  ///< What to change in the firmware, likewise.
  bool operator==(const Finding&) const = default;
};

/// The layout that an upload seems to have, where as declared it is no sound.
struct LikelyLayout {
  std::string sample_format;  ///< "s16", ...
  std::string byte_order;     ///< "little" or "big".
  int channels = 1;
};

/// What bytes are that were sent as a recording.
struct Examination {
  std::size_t bytes = 0;
  std::string container;  ///< "pcm", "wav", "flac", "ogg", "mp3", "other"; or "text", "empty".
  std::optional<DecodedAudio> decoded;  ///< Empty if it cannot be read as it is declared.
  std::optional<Error> failure;         ///< Then: of decode().
  std::string byte_order;               ///< Of raw PCM, as declared: "little" or "big".
  std::optional<LikelyLayout> likely;
  std::optional<Level> level;  ///< Of what was decoded, as the next ones.
  double dc_offset = 0;        ///< The mean, of full scale.
  double silent_fraction = 0;  ///< Of the samples, those that do not move by one step.
  Dropouts dropouts;
  std::vector<Finding> findings;  ///< The gravest first; empty if nothing speaks against it.
};

/// Reads an upload as decode() does, with its `memory`, and says what is odd about it, whatever the
/// bytes are: no input fails. Codes of findings: empty, text, http, form, chunk_sizes, compressed,
/// late_header, unreadable, wav_size, header_wins, odd_bytes, layout, offset_binary, adc, silent,
/// quiet, clipped, dc_offset, gaps, repeats, looped, short. A pure function of both; any thread.
Examination examine(std::span<const std::byte> bytes, const Declaration& declared,
                    MemoryBudget::Lease* memory = nullptr);

}  // namespace auscult::audio
