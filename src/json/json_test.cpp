#include "json/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <random>
#include <string>
#include <vector>

namespace auscult::json {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Recording example() {
  Recording recording;
  recording.id = "019ab2c4-7d00-7000-8000-0123456789ab";
  recording.device = "ward-3";
  recording.received_at = *parse_timestamp("2026-11-22T09:30:00.125Z");
  recording.source = {"wav", "s16", 16000, 2, 1.5, 96044, 0, std::string(64, 'a')};
  recording.gain = 10;
  recording.clipped_fraction = 0.25;
  recording.result.labels = {"Artifact", "Murmur", "Normal", "Extrahls", "Extrastole"};
  recording.result.probabilities = {0, 0.015, 0.985, 0, 0};
  recording.result.class_index = 2;
  recording.result.confidence = 98.5;
  recording.result.quality = {Quality::Verdict::poor, {"too short"}};
  recording.result.heart_rate_bpm = 72.5;
  recording.result.unreliable_reasons = {"poor quality"};
  recording.result.rhythm = {.cycle_s = 0.8,
                             .systole_s = 0.3,
                             .diastole_s = 0.5,
                             .irregularity = 0.02,
                             .premature_beats = {{2.5, 0.6}},
                             .pauses = {{2.5, 3.75}}};
  recording.result.murmur = {
      .timing = Murmur::Timing::early_systolic, .systole_db = 12.5, .diastole_db = 0.5};
  recording.result.extra_sounds = {{0.6, 0.7, ExtraSound::Phase::diastole}};
  recording.result.beats = {{0.1, 0.2, HeartSound::Kind::s1}, {0.4, 0.5, HeartSound::Kind::s2}};
  recording.result.windows = {{0, 1.5, {0, 0.015, 0.985, 0, 0}}};
  recording.result.model = {"auscult-1", std::string(64, 'b')};
  recording.timings = {1.25, 2.5, 0.5};
  recording.level = Level{-32.5, -12.25, 0.125};
  recording.review = Review{"two\nlines", std::nullopt, recording.received_at};
  return recording;
}

class Random {
 public:
  double number(double most) { return std::uniform_real_distribution<double>(0, most)(engine_); }
  int integer(int most) { return std::uniform_int_distribution<int>(0, most)(engine_); }
  std::string text() {
    static const std::vector<std::string> kPieces = {"a",  "\"", "\\",     "\n",         "é",
                                                     "心", "{",  "\u0001", "\U0001F49A", "/"};
    std::string text;
    for (int i = integer(5); i > 0; --i) text += kPieces[static_cast<std::size_t>(integer(9))];
    return text;
  }
  std::vector<double> probabilities(std::size_t count) {
    std::vector<double> values(count);
    for (double& value : values) value = number(1);
    return values;
  }
  Recording recording() {
    Recording made = example();
    made.device = text();
    made.received_at = Timestamp{std::chrono::milliseconds{integer(2'000'000'000) * 1000LL + 7}};
    made.source.duration_s = number(3600);
    made.source.body_bytes = integer(2'000'000'000) * 1'000'000LL;
    made.gain = number(1000);
    made.clipped_fraction = number(1);
    Classification& result = made.result;
    result.labels.clear();
    for (int i = integer(5); i >= 0; --i) result.labels.push_back(std::to_string(i) + text());
    result.probabilities = probabilities(result.labels.size());
    result.class_index = integer(static_cast<int>(result.labels.size()) - 1);
    result.confidence = number(100);
    result.quality = {Quality::Verdict::good, {text(), text()}};
    if (integer(1) == 0) result.heart_rate_bpm.reset();
    if (integer(1) == 0) result.unreliable_reasons.clear();
    if (integer(1) == 0) result.rhythm.reset();
    if (integer(2) == 0) result.murmur.reset();
    if (result.murmur) {
      result.murmur->timing = static_cast<Murmur::Timing>(integer(3));
      if (integer(3) == 0) result.murmur->timing.reset();
    }
    result.extra_sounds.resize(static_cast<std::size_t>(integer(2)));
    for (ExtraSound& sound : result.extra_sounds) {
      sound.end_s = number(9);
      sound.phase = static_cast<ExtraSound::Phase>(integer(1));
    }
    if (integer(1) == 0) result.beats.front().evidence = number(9) - 5;
    for (int i = integer(3); i > 0; --i) {
      result.windows.push_back({number(10), number(10), {}});
      if (integer(1) == 0) result.windows.back().evidence = number(9) - 5;
    }
    for (Window& window : result.windows)
      window.probabilities = probabilities(result.labels.size());
    made.timings = {number(10), number(10), number(10)};
    return made;
  }

 private:
  std::mt19937 engine_{20261122};
};

TEST(ToJson, NamesTheMembersOfAClassification) {
  const Json json = to_json(example().result);
  std::vector<std::string> names;
  for (const auto& [name, unused] : json.items()) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("class", "class_index", "confidence", "probabilities", "quality",
                                 "reliable", "unreliable_reasons", "rate_suspect", "heart_rate_bpm",
                                 "rhythm", "murmur", "extra_sounds", "beats", "windows", "model"));
  EXPECT_EQ(dump(json["probabilities"]),
            R"({"Artifact":0.0,"Murmur":0.015,"Normal":0.985,"Extrahls":0.0,"Extrastole":0.0})");
  EXPECT_EQ(dump(json["quality"]), R"({"verdict":"poor","reasons":["too short"]})");
  EXPECT_EQ(dump(json["beats"][0]), R"({"start_s":0.1,"end_s":0.2,"sound":"S1"})");
  EXPECT_EQ(dump(json["rhythm"]),
            R"({"cycle_s":0.8,"systole_s":0.3,"diastole_s":0.5,"irregularity":0.02,)"
            R"("premature_beats":[{"time_s":2.5,"prematurity":0.6}],)"
            R"("pauses":[{"start_s":2.5,"end_s":3.75}]})");
  EXPECT_EQ(dump(json["murmur"]),
            R"({"timing":"early systolic","systole_db":12.5,"diastole_db":0.5})");
  EXPECT_EQ(dump(json["extra_sounds"]), R"([{"start_s":0.6,"end_s":0.7,"phase":"diastole"}])");
  EXPECT_EQ(json["reliable"], false);
}

TEST(ToJson, ShowsEvidenceOnlyWhereThereIsSome) {
  Classification result = example().result;
  EXPECT_FALSE(to_json(result)["windows"][0].contains("evidence"));
  result.windows[0].evidence = -1.5;
  result.beats[1].evidence = 2;
  EXPECT_EQ(to_json(result)["windows"][0]["evidence"], -1.5);
  EXPECT_EQ(dump(to_json(result)["beats"][1]),
            R"({"start_s":0.4,"end_s":0.5,"sound":"S2","evidence":2.0})");
}

TEST(ToJson, ShowsWhatCannotBeToldAsNull) {
  Classification result = example().result;
  result.rhythm.reset();
  result.murmur->timing.reset();
  EXPECT_TRUE(to_json(result)["rhythm"].is_null());
  EXPECT_TRUE(to_json(result)["murmur"]["timing"].is_null());
}

TEST(ToJson, ShowsAnUnknownHeartRateAsNull) {
  Classification result = example().result;
  result.heart_rate_bpm.reset();
  EXPECT_TRUE(to_json(result)["heart_rate_bpm"].is_null());
}

TEST(ToJson, SaysThatARecordingIsNoDiagnosis) {
  EXPECT_THAT(dump(to_json(example())["disclaimer"]), HasSubstr("Not a medical device"));
}

TEST(Dump, ReplacesBytesThatAreNoUtf8) { EXPECT_EQ(dump(Json("a\xFFz")), "\"a\uFFFDz\""); }

TEST(ParseRecording, ReadsBackWhatWasWritten) {
  Random random;
  for (int i = 0; i < 300; ++i) {
    const Recording recording = random.recording();
    const std::string text = dump(to_json(recording));
    const Result<Recording> read = parse_recording(text);
    ASSERT_TRUE(read) << read.error().message << '\n' << text;
    ASSERT_EQ(*read, recording) << text;
  }
}

TEST(ParseRecording, NamesEachMissingMember) {
  const Json whole = to_json(example());
  for (const auto& [name, unused] : whole.items()) {
    if (name == "class" || name == "disclaimer") continue;  // Both follow from the rest.
    if (name == "reliable") continue;                       // Its absence marks an old record.
    if (name == "level" || name == "review") continue;      // Older versions had neither.
    if (name == "rate_suspect") continue;                   // It follows from the reasons.
    Json partial = whole;
    partial.erase(name);
    const Result<Recording> read = parse_recording(dump(partial));
    ASSERT_FALSE(read) << name;
    EXPECT_EQ(read.error().code, ErrorCode::storage_failure);
    EXPECT_THAT(read.error().message, HasSubstr('"' + name));
  }
}

TEST(ParseRecording, ReadsWhatAVersionWithoutRhythmAndReliabilityWrote) {
  Recording expected = example();
  expected.result.rhythm.reset();
  expected.result.murmur.reset();
  expected.result.extra_sounds.clear();
  expected.result.unreliable_reasons = {"stored by a version that did not judge this"};
  Json old = to_json(example());
  for (const char* name : {"reliable", "unreliable_reasons", "rhythm", "murmur", "extra_sounds"}) {
    old.erase(name);
  }
  const Result<Recording> read = parse_recording(dump(old));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, expected);
}

TEST(ToJson, TellsASuspectRateAsAValue) {
  Recording recording = example();
  EXPECT_TRUE(to_json(recording.result)["rate_suspect"].is_null());
  recording.result.quality.reasons = {
      "rate suspect: this would be a heart at 44100 Hz instead of 16000 Hz"};
  EXPECT_EQ(dump(to_json(recording.result)["rate_suspect"]),
            R"({"likely_rate_hz":44100,)"
            R"("reason":"this would be a heart at 44100 Hz instead of 16000 Hz"})");
  const Result<Recording> read = parse_recording(dump(to_json(recording)));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, recording);
}

TEST(ParseRecording, RefusesAMurmurTimingThatItDoesNotKnow) {
  Json altered = to_json(example());
  altered["murmur"]["timing"] = "now and then";
  const Result<Recording> read = parse_recording(dump(altered));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("timing"));
}

TEST(ParseRecording, ReadsWhatVersionOneWrote) {
  Json old = to_json(example());
  old.erase("level");
  old.erase("review");
  const Result<Recording> read = parse_recording(dump(old));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->level);
  EXPECT_FALSE(read->review);
}

TEST(ParseRecording, RefusesEachMemberOfAnotherType) {
  const Json whole = to_json(example());
  for (const auto& [name, value] : whole.items()) {
    if (name == "class" || name == "disclaimer" || name == "rate_suspect") continue;
    Json altered = whole;
    altered[name] = true;
    const Result<Recording> read = parse_recording(dump(altered));
    ASSERT_FALSE(read) << name;
    EXPECT_THAT(read.error().message, HasSubstr('"' + name));
  }
}

TEST(ParseRecording, RefusesNumbersOutOfBounds) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, Json>>{{"class_index", 5},
                                                 {"class_index", -1},
                                                 {"confidence", 100.5},
                                                 {"sample_rate_hz", 3'000'000'000},
                                                 {"body_bytes", 18'446'744'073'709'551'615U},
                                                 {"clipped_fraction", -0.5}}) {
    Json altered = to_json(example());
    altered[name] = value;
    const Result<Recording> read = parse_recording(dump(altered));
    ASSERT_FALSE(read) << name;
    EXPECT_THAT(read.error().message, HasSubstr('"' + name + "\" is out of bounds"));
  }
}

TEST(ParseRecording, RefusesAWindowWithOtherLabels) {
  Json altered = to_json(example());
  altered["windows"][0]["probabilities"].erase("Murmur");
  const Result<Recording> read = parse_recording(dump(altered));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("windows[].probabilities"));
}

TEST(ParseRecording, RefusesARecordingWithoutLabels) {
  Json altered = to_json(example());
  altered["probabilities"] = Json::object();
  EXPECT_FALSE(parse_recording(dump(altered)));
}

TEST(ParseRecording, RefusesEveryCutShortText) {
  const std::string text = dump(to_json(example()));
  for (std::size_t size = 0; size < text.size(); ++size) {
    ASSERT_FALSE(parse_recording(std::string_view(text).substr(0, size))) << size;
  }
}

TEST(ParseRecording, RefusesDeepNestingWithoutRecursion) {
  EXPECT_FALSE(parse_recording(std::string(2'000'000, '[') + std::string(2'000'000, ']')));
}

std::string data_json_of(double confidence) {
  Classification result = example().result;
  result.confidence = confidence;
  return data_json(result);
}

TEST(DataJson, LooksLikeThePrototypes) {
  EXPECT_EQ(data_json_of(98.5), R"({"class": "Normal", "confidence": 98.5})");
  EXPECT_EQ(data_json_of(98), R"({"class": "Normal", "confidence": 98.0})");
  EXPECT_EQ(data_json_of(100), R"({"class": "Normal", "confidence": 100.0})");
  EXPECT_EQ(data_json_of(0), R"({"class": "Normal", "confidence": 0.0})");
}

TEST(DataJson, RoundsToTwoDecimals) {
  EXPECT_EQ(data_json_of(61.23456), R"({"class": "Normal", "confidence": 61.23})");
  EXPECT_EQ(data_json_of(61.23556), R"({"class": "Normal", "confidence": 61.24})");
}

TEST(DataJson, NeverRoundsUpToTheNextWholePercent) {
  EXPECT_EQ(data_json_of(99.999), R"({"class": "Normal", "confidence": 99.99})");
}

TEST(DataJson, WritesEveryHundredthInItsShortestForm) {
  for (int hundredths = 0; hundredths <= 10'000; ++hundredths) {
    std::array<char, 32> digits{};
    const double confidence = hundredths / 100.0;
    char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), confidence).ptr;
    std::string expected(digits.data(), end);
    if (hundredths % 100 == 0) expected += ".0";
    ASSERT_EQ(data_json_of(confidence), R"({"class": "Normal", "confidence": )" + expected + "}");
  }
}

TEST(DataJson, EscapesLikePython) {
  Classification result = example().result;
  result.labels[2] = "Normal \"é\"";
  EXPECT_THAT(data_json(result), HasSubstr(R"("class": "Normal \"\u00e9\"",)"));
}

}  // namespace
}  // namespace auscult::json
