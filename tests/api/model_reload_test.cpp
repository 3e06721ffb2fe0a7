#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <latch>
#include <thread>

#include "json/json.hpp"
#include "service_under_test.hpp"
#include "support/tone_model.hpp"

// POST /v1/model/reload: another model takes the place of the present one while it serves.
namespace auscult::api_test {
namespace {

using json::Json;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// A folder with the shipped model, which tests change.
class ModelReload : public ::testing::Test {
 public:
  ModelReload() {
    put_shipped();
    Configuration configuration;
    configuration.load_model = [folder = folder_]() -> Result<service::ServingModel> {
      auto classifier = classify::Classifier::load(folder, {});
      if (!classifier) return classifier.error();
      return service::ServingModel{*std::move(classifier), ""};
    };
    service_.emplace(configuration);
  }
  ~ModelReload() override { fs::remove_all(folder_); }

 protected:
  void put_shipped() {
    for (const auto& file : fs::directory_iterator(shipped_model())) {
      if (file.path().extension() == ".onnx") {
        fs::copy_file(file, folder_ / file.path().filename(), fs::copy_options::overwrite_existing);
      }
    }
  }
  void put_tones() {
    fs::remove(folder_ / "beats.onnx");
    fs::remove(folder_ / "forest.onnx");
    testing::write_tone_model(folder_);
  }
  void put_rubbish() { std::ofstream(folder_ / "model.onnx") << "rubbish"; }

  Reply reload() { return service_->exchange(request("POST", "/v1/model/reload")); }
  Json model() { return Json::parse(service_->exchange(request("GET", "/v1/model")).body); }
  Json create() {
    const Reply reply = service_->exchange(request("POST", "/v1/recordings", heart_sounds()));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return Json::parse(reply.body);
  }

  fs::path folder_ = temporary_folder("model");
  std::optional<ServiceUnderTest> service_;
};

TEST_F(ModelReload, PutsTheNewModelInAndSaysWhichItIs) {
  const Json before = model();
  const Json old = create();
  put_tones();
  const Reply reply = reload();
  ASSERT_EQ(reply.status, 200) << reply.body;
  const Json after = model();
  EXPECT_EQ(Json::parse(reply.body), after);
  EXPECT_NE(after.at("sha256"), before.at("sha256"));
  EXPECT_EQ(after.at("labels"), Json({"low", "middle", "high"}));

  const Json recording = create();
  EXPECT_EQ(recording.at("model").at("sha256"), after.at("sha256"));
  EXPECT_EQ(recording.at("probabilities").size(), 3U);
  const std::string path = "/v1/recordings/" + old.at("id").get<std::string>();
  EXPECT_EQ(Json::parse(service_->exchange(request("GET", path)).body), old)
      << "what was answered before stays as it was";
}

TEST_F(ModelReload, KeepsTheOldModelWhereTheNewOneIsBroken) {
  const Json before = model();
  put_rubbish();
  const Reply reply = reload();
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.headers.at("content-type"), "application/problem+json");
  EXPECT_EQ(Json::parse(reply.body).at("code"), "unsupported_model");
  EXPECT_THAT(reply.body, HasSubstr("model.onnx"));
  EXPECT_EQ(model(), before);
  EXPECT_EQ(create().at("model").at("sha256"), before.at("sha256"));
  put_shipped();
  EXPECT_EQ(reload().status, 200);
}

TEST_F(ModelReload, KeepsTheOldModelWhereThereIsNone) {
  fs::remove(folder_ / "model.onnx");
  EXPECT_EQ(reload().status, 500);
  EXPECT_EQ(create().at("model").at("sha256"), model().at("sha256"));
}

TEST_F(ModelReload, GoesOnUnderUploads) {
  std::atomic<bool> ended = false;
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 2; ++i) {
    clients.emplace_back([&] {
      while (!ended) {
        const Reply reply = service_->exchange(request("POST", "/v1/recordings", heart_sounds()));
        ASSERT_EQ(reply.status, 201) << reply.body;
        const Json recording = Json::parse(reply.body);
        const std::size_t labels = recording.at("model").at("name") == "tones" ? 3 : 5;
        EXPECT_EQ(recording.at("probabilities").size(), labels);
        for (const Json& window : recording.at("windows")) {
          EXPECT_EQ(window.at("probabilities").size(), labels);
        }
        ++answered;
      }
    });
  }
  for (int i = 0; i < 2; ++i) {
    put_tones();
    EXPECT_EQ(reload().status, 200);
    put_shipped();
    EXPECT_EQ(reload().status, 200);
  }
  ended = true;
  for (std::thread& client : clients) client.join();
  EXPECT_GT(answered, 0);
}

}  // namespace
}  // namespace auscult::api_test
