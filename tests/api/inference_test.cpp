// A client of the Open Inference Protocol, version 2, written from its specification
// (https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol and Triton's
// binary tensor data extension), against the server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <thread>

#include "json/json.hpp"
#include "service_under_test.hpp"

namespace auscult::api_test {
namespace {

using json::Json;
using testing::HasSubstr;

/// A tensor as a client sees it: its bytes, whichever way they came.
struct Tensor {
  std::string datatype;
  std::vector<std::int64_t> shape;
  Json data;          ///< Of one that came as JSON.
  std::string bytes;  ///< Of one that came in binary.
};

template <typename T>
std::vector<T> values_of(const Tensor& tensor) {
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(T));
  return values;
}

class InferenceClient {
 public:
  explicit InferenceClient(const ServiceUnderTest& service) : service_(service) {}

  [[nodiscard]] Json get(const std::string& path) const {
    const Reply reply = service_.exchange(request("GET", path));
    EXPECT_EQ(reply.status, 200) << path;
    return Json::parse(reply.body);
  }

  /// Sends samples in binary, and asks for all outputs in binary.
  [[nodiscard]] std::map<std::string, Tensor> infer_binary(const std::string& model,
                                                           const std::string& samples,
                                                           int rate_hz) const {
    const Json head = {{"id", "7"},
                       {"parameters", {{"sample_rate", rate_hz}, {"binary_data_output", true}}},
                       {"inputs",
                        {{{"name", "samples"},
                          {"shape", {1, samples.size() / 2}},
                          {"datatype", "INT16"},
                          {"parameters", {{"binary_data_size", samples.size()}}}}}}};
    const std::string text = head.dump();
    return read(service_.exchange(
        request("POST", "/v2/models/" + model + "/infer", text + samples,
                "Inference-Header-Content-Length: " + std::to_string(text.size()) + "\r\n")));
  }

  /// Sends and asks for JSON.
  [[nodiscard]] std::map<std::string, Tensor> infer_json(const std::string& model,
                                                         const std::string& samples,
                                                         int rate_hz) const {
    std::vector<std::int16_t> words(samples.size() / 2);
    std::memcpy(words.data(), samples.data(), words.size() * 2);
    const Json body = {{"parameters", {{"sample_rate", rate_hz}}},
                       {"inputs",
                        {{{"name", "samples"},
                          {"shape", {1, words.size()}},
                          {"datatype", "INT16"},
                          {"data", words}}}}};
    return read(service_.exchange(
        request("POST", "/v2/models/" + model + "/versions/" + version() + "/infer", body.dump())));
  }

  [[nodiscard]] std::string version() const { return get("/v2/models/auscult-1")["versions"][0]; }

 private:
  static std::map<std::string, Tensor> read(const Reply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    const auto header = reply.headers.find("inference-header-content-length");
    std::size_t json_bytes = reply.body.size();
    if (header != reply.headers.end()) json_bytes = std::stoul(header->second);
    const Json answer = Json::parse(reply.body.substr(0, json_bytes));
    EXPECT_EQ(answer.at("model_name"), "auscult-1");
    std::map<std::string, Tensor> tensors;
    std::size_t at = json_bytes;
    for (const Json& output : answer.at("outputs")) {
      Tensor tensor{output.at("datatype"), output.at("shape"), nullptr, ""};
      if (output.contains("data")) {
        tensor.data = output.at("data");
      } else {
        const std::size_t size = output.at("parameters").at("binary_data_size");
        tensor.bytes = reply.body.substr(at, size);
        at += size;
      }
      tensors.emplace(output.at("name"), tensor);
    }
    EXPECT_EQ(at, reply.body.size());
    return tensors;
  }

  const ServiceUnderTest& service_;
};

class Inference : public testing::Test {
 protected:
  ServiceUnderTest service_;
  InferenceClient client_{service_};
};

TEST_F(Inference, DescribesServerAndModel) {
  const Json server = client_.get("/v2");
  EXPECT_EQ(server["name"], "auscult");
  EXPECT_EQ(server["extensions"], Json({"binary_tensor_data"}));
  EXPECT_EQ(client_.get("/v2/health/live")["live"], true);
  EXPECT_EQ(client_.get("/v2/health/ready")["ready"], true);
  EXPECT_EQ(client_.get("/v2/models/auscult-1/ready")["ready"], true);
  const Json model = client_.get("/v2/models/auscult-1/versions/" + client_.version());
  EXPECT_EQ(model["inputs"][0]["name"], "samples");
  EXPECT_EQ(model["inputs"][0]["shape"], Json({1, -1}));
  EXPECT_EQ(model["outputs"][0]["shape"], Json({1, 5}));
}

TEST_F(Inference, AnswersAsAnUploadDoesInJsonAndInBinaryAndStoresNothing) {
  const std::string samples = heart_sounds(3, 8'000);
  const auto in_json = client_.infer_json("auscult-1", samples, 8'000);
  const auto in_binary = client_.infer_binary("auscult-1", samples, 8'000);
  EXPECT_EQ(service_.exchange(request("GET", "/v1/latest")).status, 404);
  const Reply upload =
      service_.exchange(request("POST", "/v1/recordings?sample_rate=8000", samples));
  const Json recording = Json::parse(upload.body);

  EXPECT_EQ(in_json.at("class").data, Json({recording["class"]}));
  EXPECT_EQ(in_json.at("class_index").data, Json({recording["class_index"]}));
  EXPECT_EQ(in_json.at("confidence").data, Json({recording["confidence"]}));
  EXPECT_EQ(in_json.at("quality").data, Json({recording["quality"]["verdict"]}));
  EXPECT_EQ(in_json.at("reliable").data, Json({recording["reliable"]}));
  const auto probabilities = values_of<float>(in_binary.at("probabilities"));
  ASSERT_EQ(probabilities.size(), 5U);
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    EXPECT_FLOAT_EQ(probabilities[i], in_json.at("probabilities").data[i].get<float>());
  }
  EXPECT_EQ(in_binary.at("class_index").datatype, "INT32");
  EXPECT_EQ(values_of<std::int32_t>(in_binary.at("class_index")).at(0), recording["class_index"]);
  const std::string name = recording["class"];
  EXPECT_EQ(in_binary.at("class").bytes.substr(4), name);
  EXPECT_EQ(static_cast<std::size_t>(in_binary.at("class").bytes[0]), name.size());
}

TEST_F(Inference, SaysWhatIsWrongInItsOwnWords) {
  const auto error = [&](const std::string& sent, int status) {
    const Reply reply = service_.exchange(sent);
    EXPECT_EQ(reply.status, status) << reply.body;
    const Json body = Json::parse(reply.body);
    EXPECT_EQ(body.size(), 1U);
    return body.at("error").get<std::string>();
  };
  const std::string infer = "/v2/models/auscult-1/infer";
  EXPECT_THAT(error(request("POST", infer, "{"), 400), HasSubstr("JSON object"));
  EXPECT_THAT(error(request("POST", "/v2/models/other/infer", "{}"), 404), HasSubstr("other"));
  EXPECT_THAT(error(request("GET", "/v2/models/auscult-1/versions/99"), 404), HasSubstr("99"));
  EXPECT_THAT(error(request("GET", "/v2/nothing"), 404), HasSubstr("/v2/nothing"));
  EXPECT_THAT(error(request("GET", infer), 405), HasSubstr("POST"));
  EXPECT_THAT(error(request("POST", infer, "{}", "Inference-Header-Content-Length: 3\r\n"), 400),
              HasSubstr("\"3\""));
}

TEST(InferenceLimits, AreThoseOfUploads) {
  Configuration configuration;
  configuration.queue = 1;
  configuration.server.max_body_bytes = 100'000;
  ServiceUnderTest service(configuration);
  const std::string infer = "/v2/models/auscult-1/infer";
  const Reply large = service.exchange(request("POST", infer, std::string(100'001, ' ')));
  EXPECT_EQ(large.status, 413);
  EXPECT_TRUE(Json::parse(large.body).contains("error"));
  BusyWorker busy(service.workers());
  Client waiting = service.connect();
  waiting.send(request("POST", infer, "{}"));
  while (service.workers().waiting() == 0) std::this_thread::yield();
  const Reply refused = service.exchange(request("POST", infer, "{}"));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.count("retry-after"), 1U);
  busy.release();
  EXPECT_EQ(waiting.receive().status, 400);
}

TEST(InferenceLimits, CountTheSamplesAgainstTheMemoryOfAllRequests) {
  Configuration configuration;
  configuration.server.memory_budget_bytes = 1U << 20U;
  ServiceUnderTest service(configuration);
  const std::string infer = "/v2/models/auscult-1/infer";
  const std::string body = "{\"inputs\": [" + std::string(300'000, ' ') + "]}";
  EXPECT_EQ(service.exchange(request("POST", infer, body)).status, 413);
  EXPECT_EQ(service.exchange(request("POST", infer, "{}")).status, 400);
}

}  // namespace
}  // namespace auscult::api_test
