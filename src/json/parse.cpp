#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/id.hpp"
#include "json/json.hpp"

namespace auscult::json {
namespace {

constexpr double kAnyNumber = std::numeric_limits<double>::max();

/// Reads the members of one object. The first that does not fit is kept in `problem`, shared by
/// the readers of nested objects; from then on every read gives an empty value.
class Reader {
 public:
  Reader(const Json& object, std::string path, std::optional<std::string>& problem)
      : object_(object), path_(std::move(path)), problem_(problem) {
    if (!object.is_object() && !problem) problem = "\"" + path_ + "\" is no object";
  }

  std::string text(const char* name) const {
    const Json* member = find(name, &Json::is_string, "is no text");
    return member == nullptr ? "" : *member->get_ptr<const std::string*>();
  }

  double number(const char* name, double least = 0, double most = kAnyNumber) const {
    const Json* member = find(name, &Json::is_number, "is no number");
    const double value = member == nullptr ? least : member->get<double>();
    if (!(value >= least && value <= most)) report(name, "is out of bounds");
    return value;
  }

  std::int64_t integer(const char* name, std::int64_t most) const {
    const Json* member = find(name, &Json::is_number_integer, "is no integer");
    // A value above INT64_MAX wraps to a negative one, which is out of bounds too.
    const std::int64_t value = member == nullptr ? 0 : member->get<std::int64_t>();
    if (value < 0 || value > most) report(name, "is out of bounds");
    return value;
  }

  int small_integer(const char* name) const {
    return static_cast<int>(integer(name, std::numeric_limits<int>::max()));
  }

  bool boolean(const char* name) const {
    const Json* member = find(name, &Json::is_boolean, "is neither true nor false");
    return member != nullptr && member->get<bool>();
  }

  /// A number that may be missing, of either sign.
  std::optional<double> optional_number(const char* name) const {
    if (!has(name)) return std::nullopt;
    return number(name, -kAnyNumber);
  }

  /// Whether the text is `yes`; anything but `yes` or `no` is a problem.
  bool either(const char* name, std::string_view yes, std::string_view no) const {
    const std::string value = text(name);
    if (value != yes && value != no) report(name, "is none of its two values");
    return value == yes;
  }

  const Json& array(const char* name) const {
    static const Json kEmpty = Json::array();
    const Json* member = find(name, &Json::is_array, "is no array");
    return member == nullptr ? kEmpty : *member;
  }

  Reader object(const char* name) const {
    static const Json kEmpty = Json::object();
    const Json* member = find(name, &Json::is_object, "is no object");
    return {member == nullptr ? kEmpty : *member, path_ + name + ".", problem_};
  }

  Reader element(const char* name, const Json& value) const {
    return {value, path_ + name + "[].", problem_};
  }

  bool is_null(const char* name) const {
    const auto member = object_.find(name);
    return member != object_.end() && member->is_null();
  }

  /// Whether the member is there and not null: what older versions did not write.
  bool has(const char* name) const {
    return object_.is_object() && object_.contains(name) && !is_null(name);
  }

  [[nodiscard]] const Json& json() const { return object_; }

  void report(const std::string& name, const std::string& what) const {
    if (!problem_) problem_ = "\"" + path_ + name + "\" " + what;
  }

 private:
  using Is = bool (Json::*)() const noexcept;

  const Json* find(const char* name, Is is, const char* otherwise) const {
    if (problem_) return nullptr;
    const auto member = object_.find(name);
    if (member != object_.end() && ((*member).*is)()) return &*member;
    report(name, member == object_.end() ? "is missing" : otherwise);
    return nullptr;
  }

  const Json& object_;
  std::string path_;
  std::optional<std::string>& problem_;
};

std::vector<std::string> read_labels(const Reader& probabilities) {
  std::vector<std::string> labels;
  for (const auto& [label, unused] : probabilities.json().items()) labels.push_back(label);
  return labels;
}

std::vector<double> read_probabilities(const Reader& probabilities,
                                       const std::vector<std::string>& labels) {
  if (read_labels(probabilities) != labels) probabilities.report("", "has other labels");
  std::vector<double> values;
  values.reserve(labels.size());
  for (const std::string& label : labels)
    values.push_back(probabilities.number(label.c_str(), 0, 1));
  return values;
}

std::vector<std::string> read_texts(const Reader& reader, const char* name) {
  std::vector<std::string> texts;
  for (const Json& value : reader.array(name)) {
    if (const auto* text = value.get_ptr<const std::string*>()) {
      texts.push_back(*text);
    } else {
      reader.report(name, "holds something that is no text");
    }
  }
  return texts;
}

Quality read_quality(const Reader& reader) {
  const bool good = reader.either("verdict", "good", "poor");
  return {.verdict = good ? Quality::Verdict::good : Quality::Verdict::poor,
          .reasons = read_texts(reader, "reasons")};
}

Rhythm read_rhythm(const Reader& reader) {
  Rhythm rhythm{.cycle_s = reader.number("cycle_s"),
                .systole_s = reader.number("systole_s"),
                .diastole_s = reader.number("diastole_s"),
                .irregularity = reader.number("irregularity"),
                .premature_beats = {},
                .pauses = {}};
  for (const Json& value : reader.array("premature_beats")) {
    const Reader beat = reader.element("premature_beats", value);
    rhythm.premature_beats.push_back({beat.number("time_s"), beat.number("prematurity")});
  }
  for (const Json& value : reader.array("pauses")) {
    const Reader pause = reader.element("pauses", value);
    rhythm.pauses.push_back({pause.number("start_s"), pause.number("end_s")});
  }
  return rhythm;
}

Murmur read_murmur(const Reader& reader) {
  Murmur murmur{.timing = {},
                .systole_db = reader.number("systole_db"),
                .diastole_db = reader.number("diastole_db")};
  if (reader.is_null("timing")) return murmur;
  const std::string name = reader.text("timing");
  for (const Murmur::Timing timing : {Murmur::Timing::early_systolic, Murmur::Timing::holosystolic,
                                      Murmur::Timing::late_systolic, Murmur::Timing::diastolic}) {
    if (name == to_string(timing)) murmur.timing = timing;
  }
  if (!murmur.timing) reader.report("timing", "is no such timing");
  return murmur;
}

// What came with rhythm and reliability. They came together: one shows that all are there.
void read_measures(const Reader& reader, Classification& result) {
  if (!reader.has("reliable")) {
    result.unreliable_reasons = {"stored by a version that did not judge this"};
    return;
  }
  result.unreliable_reasons = read_texts(reader, "unreliable_reasons");
  if (reader.boolean("reliable") != result.reliable()) {
    reader.report("reliable", "contradicts its reasons");
  }
  if (!reader.is_null("rhythm")) result.rhythm = read_rhythm(reader.object("rhythm"));
  if (!reader.is_null("murmur")) result.murmur = read_murmur(reader.object("murmur"));
  for (const Json& value : reader.array("extra_sounds")) {
    const Reader sound = reader.element("extra_sounds", value);
    result.extra_sounds.push_back({.start_s = sound.number("start_s"),
                                   .end_s = sound.number("end_s"),
                                   .phase = sound.either("phase", "systole", "diastole")
                                                ? ExtraSound::Phase::systole
                                                : ExtraSound::Phase::diastole});
  }
}

Classification read_classification(const Reader& reader) {
  Classification result;
  const Reader probabilities = reader.object("probabilities");
  result.labels = read_labels(probabilities);
  result.probabilities = read_probabilities(probabilities, result.labels);
  result.class_index = static_cast<int>(
      reader.integer("class_index", static_cast<std::int64_t>(result.labels.size()) - 1));
  result.confidence = reader.number("confidence", 0, 100);
  result.quality = read_quality(reader.object("quality"));
  read_measures(reader, result);
  if (!reader.is_null("heart_rate_bpm")) result.heart_rate_bpm = reader.number("heart_rate_bpm");
  for (const Json& value : reader.array("beats")) {
    const Reader beat = reader.element("beats", value);
    result.beats.push_back(
        {beat.number("start_s"), beat.number("end_s"),
         beat.either("sound", "S1", "S2") ? HeartSound::Kind::s1 : HeartSound::Kind::s2,
         beat.optional_number("evidence")});
  }
  for (const Json& value : reader.array("windows")) {
    const Reader window = reader.element("windows", value);
    result.windows.push_back({window.number("start_s"), window.number("end_s"),
                              read_probabilities(window.object("probabilities"), result.labels),
                              window.optional_number("evidence")});
  }
  const Reader model = reader.object("model");
  result.model = {model.text("name"), model.text("sha256")};
  return result;
}

AudioSource read_source(const Reader& reader) {
  constexpr auto kAny = std::numeric_limits<std::int64_t>::max();
  AudioSource source;
  source.container = reader.text("container");
  source.sample_format = reader.text("sample_format");
  source.sample_rate_hz = reader.small_integer("sample_rate_hz");
  source.channels = reader.small_integer("channels");
  source.duration_s = reader.number("duration_s");
  source.body_bytes = reader.integer("body_bytes", kAny);
  source.dropped_bytes = reader.integer("dropped_bytes", kAny);
  source.sha256 = reader.text("sha256");
  return source;
}

Level read_level(const Reader& reader) {
  return {reader.number("rms_dbfs", -kAnyNumber), reader.number("peak_dbfs", -kAnyNumber),
          reader.number("clipped_fraction", 0, 1)};
}

Timestamp read_time(const Reader& reader, const char* name) {
  const auto time = parse_timestamp(reader.text(name));
  if (!time) reader.report(name, "is no time");
  return time ? *time : Timestamp{};
}

Review read_review(const Reader& reader) {
  Review review;
  if (reader.has("note")) review.note = reader.text("note");
  if (reader.has("label")) review.label = reader.text("label");
  review.updated_at = read_time(reader, "updated_at");
  return review;
}

}  // namespace

Result<Recording> parse_recording(std::string_view text) {
  const Json root = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) {
    return fail(ErrorCode::storage_failure, "a stored recording is no JSON");
  }
  std::optional<std::string> problem;
  const Reader reader(root, "", problem);

  Recording recording;
  recording.id = reader.text("id");
  recording.device = reader.text("device");
  recording.received_at = read_time(reader, "received_at");
  recording.source = read_source(reader);
  recording.gain = reader.number("gain");
  recording.clipped_fraction = reader.number("clipped_fraction", 0, 1);
  recording.result = read_classification(reader);
  const Reader timings = reader.object("timings");
  recording.timings = {timings.number("decode_ms"), timings.number("classify_ms"),
                       timings.number("encode_ms")};
  if (reader.has("level")) recording.level = read_level(reader.object("level"));
  if (reader.has("review")) recording.review = read_review(reader.object("review"));
  if (problem) {
    const std::string which = is_id(recording.id) ? "recording " + recording.id : "a recording";
    return fail(ErrorCode::storage_failure, "the stored JSON of " + which + ": " + *problem);
  }
  return recording;
}

}  // namespace auscult::json
