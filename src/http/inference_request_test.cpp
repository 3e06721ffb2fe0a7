#include "http/inference_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace auscult::http {
namespace {

using json::Json;
using testing::ElementsAre;
using testing::HasSubstr;

Result<InferenceRequest> parse(const std::string& text, const std::string& binary = "") {
  const std::string body = text + binary;
  return parse_inference(std::as_bytes(std::span(body)), text.size());
}

Json request_of(const Json& data, const char* datatype = "FP32") {
  return {{"inputs",
           {{{"name", "samples"},
             {"shape", {1, data.size()}},
             {"datatype", datatype},
             {"data", data}}}}};
}

Json binary_request(std::size_t count, std::size_t bytes, const char* datatype) {
  return {{"inputs",
           {{{"name", "samples"},
             {"shape", {1, count}},
             {"datatype", datatype},
             {"parameters", {{"binary_data_size", bytes}}}}}}};
}

template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TEST(ParseInference, ReadsSamplesInJson) {
  const auto request = parse(request_of({0.5, -1, 0.25}).dump());
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->clip.samples, ElementsAre(0.5F, -1.0F, 0.25F));
  EXPECT_EQ(request->clip.sample_rate_hz, 16'000);
  EXPECT_EQ(request->outputs.size(), 6U);
  EXPECT_EQ(request->id, std::nullopt);
}

TEST(ParseInference, ReadsNestedDataAsRowsOfATensor) {
  Json asked = request_of({0.5, 0.25});
  asked["inputs"][0]["data"] = {{0.5, 0.25}};
  const auto request = parse(asked.dump());
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->clip.samples, ElementsAre(0.5F, 0.25F));
}

TEST(ParseInference, ScalesInt16) {
  const auto request = parse(request_of({16'384, -32'768, 32'767}, "INT16").dump());
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->clip.samples, ElementsAre(0.5F, -1.0F, 32'767.0F / 32'768));
}

TEST(ParseInference, ReadsBinaryAfterTheJson) {
  const std::vector<float> floats{0.5F, -0.25F};
  const auto fp32 = parse(binary_request(2, 8, "FP32").dump(), bytes_of(floats));
  ASSERT_TRUE(fp32) << fp32.error().message;
  EXPECT_THAT(fp32->clip.samples, ElementsAre(0.5F, -0.25F));
  const std::vector<std::int16_t> words{16'384, -16'384};
  const auto int16 = parse(binary_request(2, 4, "INT16").dump(), bytes_of(words));
  ASSERT_TRUE(int16) << int16.error().message;
  EXPECT_THAT(int16->clip.samples, ElementsAre(0.5F, -0.5F));
}

TEST(ParseInference, TakesTheRateOfTheInputOverThatOfTheRequest) {
  Json asked = request_of({0.5});
  asked["parameters"] = {{"sample_rate", 8'000}};
  EXPECT_EQ(parse(asked.dump())->clip.sample_rate_hz, 8'000);
  asked["inputs"][0]["parameters"] = {{"sample_rate", 44'100}};
  EXPECT_EQ(parse(asked.dump())->clip.sample_rate_hz, 44'100);
}

TEST(ParseInference, GivesTheOutputsThatAreAskedForInTheirOrder) {
  Json asked = request_of({0.5});
  asked["id"] = "42";
  asked["parameters"] = {{"binary_data_output", true}};
  asked["outputs"] = {{{"name", "class"}, {"parameters", {{"binary_data", false}}}},
                      {{"name", "probabilities"}}};
  const auto request = parse(asked.dump());
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->id, "42");
  using Wanted = InferenceRequest::Wanted;
  EXPECT_THAT(request->outputs, ElementsAre(Wanted{InferenceOutput::class_name, false},
                                            Wanted{InferenceOutput::probabilities, true}));
}

struct Refused {
  const char* why;
  Json request;
  std::string binary = {};
};

TEST(ParseInference, SaysWhatIsWrong) {
  const auto with = [](const char* name, const Json& value) {
    Json asked = request_of({0.5, 0.25});
    asked["inputs"][0][name] = value;
    return asked;
  };
  Json rate = request_of({0.5});
  rate["parameters"] = {{"sample_rate", 100}};
  Json output = request_of({0.5});
  output["outputs"] = {{{"name", "mood"}}};
  Json twice = request_of({0.5});
  twice["outputs"] = {{{"name", "class"}}, {{"name", "class"}}};
  Json two = request_of({0.5});
  two["inputs"].push_back(two["inputs"][0]);
  Json both = binary_request(1, 4, "FP32");
  both["inputs"][0]["data"] = {0.5};
  const std::vector<Refused> cases = {
      {"JSON object", Json::array()},
      {"one tensor", Json::object()},
      {"one tensor", two},
      {"named \"samples\"", with("name", "audio")},
      {"shape", with("shape", {2, 1})},
      {"shape", with("shape", {1, 1, 2})},
      {"shape", with("shape", {1, -2})},
      {"says 3 values, there are 2", with("shape", {1, 3})},
      {"more than", with("shape", {1, 1'000'000'000'000})},
      {"FP32", with("datatype", "FP64")},
      {"must be numbers", with("data", {0.5, "x"})},
      {"empty", with("shape", {1, 0})},
      {"from -32768", request_of({1.5}, "INT16")},
      {"from -32768", request_of({40'000}, "INT16")},
      {"100", rate},
      {"mood", output},
      {"twice", twice},
      {"exclude", both, "abcd"},
      {"12 bytes follow", binary_request(1, 4, "FP32"), std::string(12, 'a')},
      {"says 3 values, there are 2", binary_request(3, 8, "FP32"), std::string(8, 'a')},
      {"no input has", request_of({0.5}), "abcd"},
  };
  for (const Refused& one : cases) {
    Json asked = one.request;
    if (std::string(one.why) == "empty") asked["inputs"][0]["data"] = Json::array();
    const auto request = parse(asked.dump(), one.binary);
    ASSERT_FALSE(request) << asked;
    EXPECT_THAT(request.error().message, HasSubstr(one.why)) << asked;
  }
}

TEST(ParseInference, RefusesSamplesThatAreNotFinite) {
  const std::vector<float> floats{0.5F, std::numeric_limits<float>::infinity()};
  EXPECT_FALSE(parse(binary_request(2, 8, "FP32").dump(), bytes_of(floats)));
  std::string text = request_of({0.5, 7}).dump();
  text.replace(text.find('7'), 1, "1e300");
  EXPECT_FALSE(parse(text));
}

TEST(ParseInference, KeepsLittleOfARequestThatIsAllMembers) {
  std::string text = R"({"outputs":[)";
  for (int i = 0; i < 100'000; ++i) text += "[],";
  const auto request = parse(text + "[]]}");
  ASSERT_FALSE(request);
  EXPECT_THAT(request.error().message, HasSubstr("too many members"));
  EXPECT_FALSE(parse(std::string(100'000, '[')));
}

TEST(InferenceJsonBytes, AreThoseOfTheHeaderOrAll) {
  EXPECT_EQ(*inference_json_bytes("", 10), 10U);
  EXPECT_EQ(*inference_json_bytes("4", 10), 4U);
  for (const char* header : {"11", "-1", "4 ", "x", "99999999999999999999"}) {
    EXPECT_FALSE(inference_json_bytes(header, 10)) << header;
  }
}

Classification some_result() {
  Classification result;
  result.labels = {"Artifact", "Murmur", "Normal"};
  result.probabilities = {0.125, 0.25, 0.625};
  result.class_index = 2;
  result.confidence = 62.5;
  result.model.name = "auscult-1";
  return result;
}

TEST(InferenceResponse, IsJsonAsSpecified) {
  Json asked = request_of({0.5});
  asked["id"] = "x";
  const Response response = inference_response(*parse(asked.dump()), some_result(), "7");
  EXPECT_EQ(response.content_type, "application/json");
  const Json answer = Json::parse(std::get<std::string>(response.content));
  EXPECT_EQ(answer["model_name"], "auscult-1");
  EXPECT_EQ(answer["model_version"], "7");
  EXPECT_EQ(answer["id"], "x");
  EXPECT_EQ(answer["outputs"][0], Json({{"name", "probabilities"},
                                        {"datatype", "FP32"},
                                        {"shape", {1, 3}},
                                        {"data", {0.125, 0.25, 0.625}}}));
  EXPECT_EQ(answer["outputs"][1]["data"], Json({"Normal"}));
  EXPECT_EQ(answer["outputs"][2]["data"], Json({2}));
  EXPECT_EQ(answer["outputs"][3]["data"], Json({62.5}));
  EXPECT_EQ(answer["outputs"][4]["data"], Json({"good"}));
  EXPECT_EQ(answer["outputs"][5]["data"], Json({true}));
}

TEST(InferenceResponse, PutsBinaryOutputsAfterTheJsonInTheirOrder) {
  Json asked = request_of({0.5});
  asked["parameters"] = {{"binary_data_output", true}};
  asked["outputs"] = {{{"name", "class"}}, {{"name", "class_index"}}, {{"name", "reliable"}}};
  const Response response = inference_response(*parse(asked.dump()), some_result(), "7");
  EXPECT_EQ(response.content_type, "application/octet-stream");
  const auto header =
      std::find_if(response.headers.begin(), response.headers.end(),
                   [](const auto& one) { return one.first == "Inference-Header-Content-Length"; });
  ASSERT_NE(header, response.headers.end());
  const auto& content = std::get<std::string>(response.content);
  const std::size_t json_bytes = std::stoul(header->second);
  const Json answer = Json::parse(content.substr(0, json_bytes));
  EXPECT_EQ(answer["outputs"][0]["parameters"]["binary_data_size"], 10);
  EXPECT_FALSE(answer["outputs"][0].contains("data"));
  const std::string expected("\x06\0\0\0Normal\x02\0\0\0\x01", 15);
  EXPECT_EQ(content.substr(json_bytes), expected);
}

}  // namespace
}  // namespace auscult::http
