// A model of one's own in the real server, by putting a file in place (docs/bring-your-own.md).

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "audio/wav.hpp"
#include "support/process.hpp"
#include "support/tone_model.hpp"

namespace auscult {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::ServerProcess;

std::string curl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--max-time", "30"});
  const auto finished = testing::run_program(arguments);
  EXPECT_EQ(finished.status, 0) << ::testing::PrintToString(arguments);
  return finished.out;
}

TEST(OwnModelInTheServer, AnswersStoresAndDescribesWithItsOwnLabels) {
  const TemporaryFolder folder;
  const fs::path model = folder.path() / "models" / "tones";
  testing::write_tone_model(model);
  const ServerProcess server(folder.path() / "data", {"--model", model.string()});

  const auto wav = audio::encode_amplified_wav(testing::tone(1500, 16000), 1.0);
  const fs::path sound = folder.path() / "tone.wav";
  std::ofstream(sound, std::ios::binary)
      .write(reinterpret_cast<const char*>(wav.bytes.data()),
             static_cast<std::streamsize>(wav.bytes.size()));
  const std::string answer =
      curl({"--data-binary", "@" + sound.string(), server.url() + "/upload_audio"});
  EXPECT_EQ(answer.substr(0, answer.find('|')), "high");
  EXPECT_EQ(json::parse(curl({server.url() + "/"}))["class"], "high");

  const json stored =
      json::parse(curl({server.url() + "/v1/recordings?class=high"}))["recordings"][0];
  EXPECT_EQ(stored["class"], "high");
  EXPECT_EQ(stored["probabilities"].size(), 3U);
  EXPECT_EQ(stored["model"]["name"], "tones");

  const json described = json::parse(curl({server.url() + "/v1/model"}));
  EXPECT_EQ(described["labels"], json::parse(R"(["low", "middle", "high"])"));
  EXPECT_EQ(described["name"], "tones");
}

TEST(OwnModelInTheServer, TakesThePlaceOfAnotherOnASignal) {
  const TemporaryFolder folder;
  const fs::path model = folder.path() / "model";
  fs::copy(AUSCULT_TEST_MODEL, model);
  const ServerProcess server(folder.path() / "data", {"--model", model.string()});
  const auto name = [&] { return json::parse(curl({server.url() + "/v1/model"}))["name"]; };
  EXPECT_NE(name(), "tones");

  fs::remove(model / "SHA256");  // It is of the files that were there.
  std::ofstream(model / "model.onnx") << "cut short";
  server.tell(SIGHUP);
  EXPECT_EQ(curl({"-o", "/dev/null", "-w", "%{http_code}", server.url() + "/healthz"}), "200");
  EXPECT_NE(name(), "tones") << "a broken file changes nothing";

  testing::write_tone_model(model);
  // The signal before may still be answered with this file, or this one be lost in its answer.
  for (int i = 0; i < 100 && name() != "tones"; ++i) {
    server.tell(SIGHUP);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(name(), "tones");
}

}  // namespace
}  // namespace auscult
