#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"
#include "core/recording.hpp"
#include "core/temporary_folder.hpp"
#include "storage/recording_store.hpp"

/// What the tests of a store share. Only for tests.
namespace auscult::storage {

inline std::vector<std::byte> bytes_of_text(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

/// A recording received `seconds` after 2026-11-22, with every member set.
inline Recording example_recording(int seconds, const std::string& device = "ward-3",
                                   int class_index = 2) {
  Recording recording;
  recording.received_at =
      *parse_timestamp("2026-11-22T00:00:00.125Z") + std::chrono::seconds(seconds);
  recording.id = new_id(recording.received_at);
  recording.device = device;
  recording.source = {"pcm", "s16", 16'000, 1, 10, 320'001, 1, std::string(64, 'a')};
  recording.gain = 10;
  recording.clipped_fraction = 0.125;
  recording.result.labels = {"Artifact", "Murmur", "Normal", "Extrahls", "Extrastole"};
  recording.result.probabilities = {0.1, 0.1, 0.1, 0.1, 0.1};
  recording.result.probabilities[static_cast<std::size_t>(class_index)] = 0.6;
  recording.result.class_index = class_index;
  recording.result.confidence = 60;
  recording.result.quality = {Quality::Verdict::poor, {"short"}};
  recording.result.heart_rate_bpm = 72.5;
  recording.result.beats = {{0.1, 0.25, HeartSound::Kind::s1}};
  recording.result.windows = {{0, 10, {0.1, 0.1, 0.6, 0.1, 0.1}}};
  recording.result.model = {"auscult-1", std::string(64, 'b')};
  recording.timings = {1.5, 2.5, 0.5};
  return recording;
}

/// Stands for the archived sound of `recording`; unlike that of any other.
inline StoredAudio example_audio(const Recording& recording) {
  return {"audio/flac", bytes_of_text("sound of " + recording.id)};
}

/// A sound that a store in a folder collects in a file, and does not have in memory as a whole.
inline StoredAudio large_example_audio(const Recording& recording) {
  StoredAudio audio = example_audio(recording);
  const std::size_t first = audio.bytes.size();
  audio.bytes.resize(first + 3 * Spool::kInMemoryBytes + 1);
  for (std::size_t i = first; i < audio.bytes.size(); ++i) {
    audio.bytes[i] = std::byte(i * i / 7 % 251);
  }
  return audio;
}

/// The listening copy that goes with example_audio().
inline Result<std::vector<std::byte>> example_listening_copy(const StoredAudio& audio,
                                                             double gain) {
  std::vector<std::byte> copy = bytes_of_text("gain " + std::to_string(gain) + " of ");
  copy.insert(copy.end(), audio.bytes.begin(), audio.bytes.end());
  return copy;
}

/// Inserts `recording` with its example audio.
inline Status insert_example(RecordingStore& store, const Recording& recording) {
  const StoredAudio audio = example_audio(recording);
  return store.insert(recording, audio, *example_listening_copy(audio, recording.gain));
}

}  // namespace auscult::storage
