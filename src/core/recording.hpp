#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

/// The values that travel between the modules: what was heard, and what was stored.
namespace auscult {

/// A first (S1) or second (S2) heart sound; times in seconds from the clip's first sample.
struct HeartSound {
  enum class Kind { s1, s2 };
  double start_s = 0;
  double end_s = 0;
  Kind kind = Kind::s1;
  /// How much the sound and its surroundings speak for the answer, as Window::evidence.
  std::optional<double> evidence = std::nullopt;
  bool operator==(const HeartSound&) const = default;
};

/// How regularly the heart beats; lengths are medians over the whole cycles that were found.
struct Rhythm {
  /// A beat that comes early: when its S1 begins, and the interval before it as a share of the
  /// intervals around it.
  struct PrematureBeat {
    double time_s = 0;
    double prematurity = 0;
    bool operator==(const PrematureBeat&) const = default;
  };
  /// A beat that comes late: from the S1 before it to its own.
  struct Pause {
    double start_s = 0;
    double end_s = 0;
    bool operator==(const Pause&) const = default;
  };
  double cycle_s = 0;       ///< From S1 to S1.
  double systole_s = 0;     ///< From the begin of S1 to the begin of S2.
  double diastole_s = 0;    ///< From the begin of S2 to the begin of S1.
  double irregularity = 0;  ///< Standard deviation of the cycles over their mean.
  std::vector<PrematureBeat> premature_beats;
  std::vector<Pause> pauses;
  bool operator==(const Rhythm&) const = default;
};

/// How loud it is between the heart sounds, where murmurs are (120 to 400 Hz), in decibels above
/// the quietest third of systole or diastole.
struct Murmur {
  enum class Timing { early_systolic, holosystolic, late_systolic, diastolic };
  std::optional<Timing> timing;  ///< Empty if nothing stands out, or it cannot be told.
  double systole_db = 0;
  double diastole_db = 0;
  bool operator==(const Murmur&) const = default;
};

/// A sound between the heart sounds, as S3, S4, a click or an early beat may be.
struct ExtraSound {
  enum class Phase { systole, diastole };
  double start_s = 0;
  double end_s = 0;
  Phase phase = Phase::systole;
  bool operator==(const ExtraSound&) const = default;
};

/// Whether a recording can be judged at all, and if not, why, in words for a person.
struct Quality {
  enum class Verdict { good, poor };
  Verdict verdict = Verdict::good;
  std::vector<std::string> reasons;
  bool operator==(const Quality&) const = default;
};

/// What the model says of one stretch of the clip.
struct Window {
  double start_s = 0;
  double end_s = 0;
  std::vector<double> probabilities;  ///< One for each label, sum 1.
  /// How much the stretch speaks for the answered class: the logarithm of the class's odds from
  /// the whole clip, minus that without the stretch. Empty if nobody asked for it.
  std::optional<double> evidence = std::nullopt;
  bool operator==(const Window&) const = default;
};

/// The model that gave an answer.
struct ModelIdentity {
  std::string name;
  std::string sha256;  ///< Of the model file.
  bool operator==(const ModelIdentity&) const = default;
};

/// The answer to one clip. A pure function of the clip and the model.
struct Classification {
  std::vector<std::string> labels;    ///< In the model's order.
  std::vector<double> probabilities;  ///< Calibrated, one for each label, sum 1.
  int class_index = 0;                ///< Into `labels`, by the decision rule.
  double confidence = 0;              ///< probabilities[class_index] in percent, 0 to 100.
  Quality quality;
  std::vector<std::string> unreliable_reasons;  ///< Why not to rely on the confidence.
  std::optional<double> heart_rate_bpm;         ///< Empty when it cannot be told.
  std::optional<Rhythm> rhythm;                 ///< Empty when no whole cycle was found.
  std::optional<Murmur> murmur;                 ///< Likewise.
  std::vector<ExtraSound> extra_sounds;
  std::vector<HeartSound> beats;  ///< Empty when they cannot be told.
  std::vector<Window> windows;
  ModelIdentity model;

  [[nodiscard]] const std::string& class_name() const {
    return labels[static_cast<std::size_t>(class_index)];
  }
  /// Whether the confidence is to be relied on.
  [[nodiscard]] bool reliable() const { return unreliable_reasons.empty(); }
  bool operator==(const Classification&) const = default;
};

/// What arrived, as it was read.
struct AudioSource {
  std::string container;      ///< "pcm", "wav", "flac", "ogg" or "mp3".
  std::string sample_format;  ///< "u8", "s16", "s24", "s32", "f32", or the codec's name.
  int sample_rate_hz = 0;
  int channels = 0;
  double duration_s = 0;
  std::int64_t body_bytes = 0;
  std::int64_t dropped_bytes = 0;  ///< At the end, too few for a whole frame.
  std::string sha256;              ///< Of the body.
  bool operator==(const AudioSource&) const = default;
};

/// How loud the sound was that arrived, before any gain.
struct Level {
  double rms_dbfs = 0;          ///< Root mean square in dB of full scale; silence is -120.
  double peak_dbfs = 0;         ///< The largest sample, likewise.
  double clipped_fraction = 0;  ///< Of the samples at full scale, 0 to 1.
  bool operator==(const Level&) const = default;
};

/// What a person says of a recording, kept apart from the model's answer.
struct Review {
  std::optional<std::string> note;
  std::optional<std::string> label;  ///< What it really is: one of the model's labels.
  Timestamp updated_at;
  bool operator==(const Review&) const = default;
};

/// What a person set for a device that does not say it in its requests; empty: the server's own.
struct DeviceSettings {
  std::optional<int> sample_rate_hz;
  std::optional<int> channels;
  std::optional<std::string> format;  ///< As in a request: "s16", "s16le", "s24be", ...
  std::optional<double> gain;         ///< Of the listening copy.
  bool operator==(const DeviceSettings&) const = default;
};

/// Where the time of one upload went, in milliseconds.
struct Timings {
  double decode_ms = 0;
  double classify_ms = 0;
  double encode_ms = 0;  ///< The kept copy and the amplified WAV.
  bool operator==(const Timings&) const = default;
};

/// One upload and its answer: what is stored and shown.
struct Recording {
  std::string id;      ///< core/id.hpp; sorts by received_at.
  std::string device;  ///< As the device names itself; "default" where it does not.
  Timestamp received_at;
  AudioSource source;
  double gain = 1;              ///< Of the listening copy, output_audio.wav.
  double clipped_fraction = 0;  ///< Of samples at the int16 limits after that gain, 0 to 1.
  Classification result;
  Timings timings;
  std::optional<Level> level = {};    ///< Empty where it was stored before this was measured.
  std::optional<Review> review = {};  ///< Empty where nobody has said anything.
  bool operator==(const Recording&) const = default;
};

}  // namespace auscult
