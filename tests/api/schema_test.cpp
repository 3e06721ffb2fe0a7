#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "http/openapi.hpp"
#include "json/json.hpp"
#include "service_under_test.hpp"

// What is answered is what openapi.json says, from which others make their types: every member is
// described, every required one is there, of its type.
namespace auscult::api_test {
namespace {

using json::Json;
using testing::ElementsAre;
using testing::IsEmpty;

class Document {
 public:
  /// What is wrong with `value` as one of components/schemas.
  [[nodiscard]] std::vector<std::string> mismatches(const std::string& name,
                                                    const Json& value) const {
    std::vector<std::string> found;
    compare(document_.at("components").at("schemas").at(name), value, name, found);
    return found;
  }

 private:
  // NOLINTBEGIN(misc-no-recursion): as deep as our own document

  // A schema with what it refers to put in its place, and the parts of allOf put together.
  [[nodiscard]] Json flat(const Json& schema) const {
    if (schema.contains("$ref")) {
      return flat(document_.at(Json::json_pointer(schema.at("$ref").get<std::string>().substr(1))));
    }
    if (!schema.contains("allOf")) return schema;
    Json whole = {{"type", "object"}, {"required", Json::array()}, {"properties", Json::object()}};
    for (const Json& part : schema.at("allOf")) {
      const Json one = flat(part);
      whole["properties"].update(one.value("properties", Json::object()));
      for (const Json& member : one.value("required", Json::array())) {
        whole["required"].push_back(member);
      }
    }
    return whole;
  }

  static bool has_type(const std::string& type, const Json& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    return type == "null" && value.is_null();
  }

  static bool has_any_type(const Json& types, const Json& value) {
    if (types.is_string()) return has_type(types, value);
    return std::any_of(types.begin(), types.end(),
                       [&](const Json& type) { return has_type(type, value); });
  }

  void compare(const Json& described, const Json& value, const std::string& path,
               std::vector<std::string>& found) const {
    const Json schema = flat(described);
    if (schema.contains("oneOf")) {
      const Json& ways = schema.at("oneOf");
      const auto fits = std::find_if(ways.begin(), ways.end(), [&](const Json& way) {
        return has_any_type(flat(way).at("type"), value);
      });
      if (fits == ways.end()) return found.push_back(path + " is none of its ways");
      return compare(*fits, value, path, found);
    }
    if (schema.contains("type") && !has_any_type(schema.at("type"), value)) {
      return found.push_back(path + " is not " + schema.at("type").dump());
    }
    if (schema.contains("enum")) {
      const Json& values = schema.at("enum");
      if (std::find(values.begin(), values.end(), value) == values.end()) {
        found.push_back(path + " is " + value.dump());
      }
    }
    if (value.is_number() &&
        (value < schema.value("minimum", -INFINITY) || value > schema.value("maximum", INFINITY))) {
      found.push_back(path + " is out of its bounds");
    }
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        compare(schema.at("items"), value[i], path + "/" + std::to_string(i), found);
      }
    }
    if (value.is_object()) compare_members(schema, value, path, found);
  }

  void compare_members(const Json& schema, const Json& value, const std::string& path,
                       std::vector<std::string>& found) const {
    const std::string lacks = path + " has no ";
    for (const Json& member : schema.value("required", Json::array())) {
      if (!value.contains(member.get<std::string>())) {
        found.push_back(lacks + member.get<std::string>());
      }
    }
    // An object of which the document says nothing more may have anything.
    if (!schema.contains("properties") && !schema.contains("additionalProperties")) return;
    const Json properties = schema.value("properties", Json::object());
    const std::string below = path + "/";
    for (const auto& [name, member] : value.items()) {
      const std::string at = below + name;
      if (properties.contains(name)) {
        compare(properties.at(name), member, at, found);
      } else if (schema.contains("additionalProperties") &&
                 schema.at("additionalProperties").is_object()) {
        compare(schema.at("additionalProperties"), member, at, found);
      } else {
        found.push_back(at + " is not described");
      }
    }
  }
  // NOLINTEND(misc-no-recursion)

  Json document_ = Json::parse(http::openapi_document());
};

/// Everything there is to say, said.
Recording full_recording() {
  Recording recording;
  recording.id = "019ab2c4-7d00-7000-8000-0123456789ab";
  Classification& result = recording.result;
  result.labels = {"Artifact", "Murmur", "Normal"};
  result.probabilities = {0.1, 0.2, 0.7};
  result.class_index = 2;
  result.confidence = 70;
  result.quality = {Quality::Verdict::poor, {"too quiet"}};
  result.unreliable_reasons = {"the recording is poor"};
  result.heart_rate_bpm = 72;
  result.rhythm = Rhythm{0.83, 0.3, 0.53, 0.02, {{3.1, 0.7}}, {{3.1, 4.4}}};
  result.murmur = Murmur{Murmur::Timing::late_systolic, 12, 3};
  result.extra_sounds = {{1.5, 1.55, ExtraSound::Phase::diastole}};
  result.beats = {{1, 1.1, HeartSound::Kind::s1, 0.5}, {1.3, 1.4, HeartSound::Kind::s2, {}}};
  result.windows = {{0, 5, {0.1, 0.2, 0.7}, -0.1}};
  recording.source.container = "pcm";
  recording.level = Level{-30, -12, 0.1};
  recording.review = Review{"a note", "Murmur", {}};
  return recording;
}

TEST(Schema, DescribesAllThatARecordingMayHave) {
  const Document document;
  Recording recording = full_recording();
  EXPECT_THAT(document.mismatches("Recording", json::to_json(recording)), IsEmpty());
  for (const auto timing :
       {Murmur::Timing::early_systolic, Murmur::Timing::holosystolic, Murmur::Timing::diastolic}) {
    recording.result.murmur->timing = timing;
    EXPECT_THAT(document.mismatches("Recording", json::to_json(recording)), IsEmpty());
  }
}

TEST(Schema, DescribesARecordingOfWhichLittleIsKnown) {
  Recording recording = full_recording();
  recording.result.heart_rate_bpm.reset();
  recording.result.rhythm.reset();
  recording.result.murmur.reset();
  recording.result.beats.clear();
  recording.level.reset();
  recording.review.reset();
  EXPECT_THAT(Document().mismatches("Recording", json::to_json(recording)), IsEmpty());
}

TEST(Schema, IsComparedInDepth) {
  Json recording = json::to_json(full_recording());
  recording["beats"][0]["sound"] = "S3";
  recording["rhythm"].erase("pauses");
  recording["murmur"]["loudness"] = 6;
  EXPECT_THAT(
      Document().mismatches("Recording", recording),
      ElementsAre("Recording/rhythm has no pauses", "Recording/murmur/loudness is not described",
                  "Recording/beats/0/sound is \"S3\""));
}

TEST(Schema, HoldsForWhatTheServerAnswers) {
  ServiceUnderTest service;
  const Document document;
  const auto get = [&service](const std::string& target) {
    const Reply reply = service.exchange(request("GET", target));
    EXPECT_EQ(reply.status, 200) << target;
    return Json::parse(reply.body);
  };
  const Json stored = Json::parse(
      service.exchange(request("POST", "/v1/recordings?evidence=true", heart_sounds())).body);
  EXPECT_THAT(document.mismatches("Recording", stored), IsEmpty());
  const std::string path = "/v1/recordings/" + stored.at("id").get<std::string>();
  EXPECT_THAT(document.mismatches("Recording", get(path)), IsEmpty());
  EXPECT_THAT(document.mismatches("Evidence", get(path + "/evidence")), IsEmpty());
  EXPECT_THAT(document.mismatches("Model", get("/v1/model")), IsEmpty());
  const Json devices = get("/v1/devices").at("devices");
  ASSERT_EQ(devices.size(), 1U);
  EXPECT_THAT(document.mismatches("Device", devices[0]), IsEmpty());
  EXPECT_THAT(
      document.mismatches("Problem", Json::parse(service.exchange(request("GET", "/v1/x")).body)),
      IsEmpty());
}

}  // namespace
}  // namespace auscult::api_test
