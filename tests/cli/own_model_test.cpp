// A model of one's own, with other labels and another rate, at the command line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "audio/wav.hpp"
#include "cli.hpp"
#include "support/process.hpp"
#include "support/tone_model.hpp"

namespace auscult::cli {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class OwnModel : public ::testing::Test {
 protected:
  OwnModel() { testing::write_tone_model(folder_.path() / "model"); }

  void write_tone(const std::string& name, double pitch_hz, int sample_rate_hz) const {
    const auto wav = audio::encode_amplified_wav(testing::tone(pitch_hz, sample_rate_hz), 1.0);
    std::ofstream file(folder_.path() / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(wav.bytes.data()),
               static_cast<std::streamsize>(wav.bytes.size()));
  }

  // What a command wrote as JSON, with the model in the folder.
  [[nodiscard]] json answer(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--model", path("model"), "--format", "json"});
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(run(arguments, out, err), 0) << err.str();
    return json::parse(out.str(), nullptr, false);
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }

  TemporaryFolder folder_;
};

TEST_F(OwnModel, AnswersWithItsOwnLabels) {
  write_tone("a.wav", 150, 16000);
  write_tone("b.wav", 1500, 44100);
  const json low = answer({"classify", path("a.wav")})[0];
  EXPECT_EQ(low["class"], "low");
  EXPECT_EQ(low["probabilities"].size(), 3U);
  EXPECT_EQ(low["model"]["name"], "tones");
  // 1500 Hz can be told only at the model's own rate.
  EXPECT_EQ(answer({"classify", path("b.wav")})[0]["class"], "high");
}

TEST_F(OwnModel, IsEvaluatedOnItsOwnLabels) {
  write_tone("a.wav", 150, 16000);
  write_tone("b.wav", 600, 16000);
  write_tone("c.wav", 1500, 16000);
  std::ofstream(path("tones.csv")) << "file,label,group\n"
                                   << "a.wav,low,1\nb.wav,middle,2\nc.wav,middle,3\n";
  const json report = answer({"evaluate", "--manifest", path("tones.csv")});
  EXPECT_EQ(report["labels"], json::parse(R"(["low", "middle", "high"])"));
  const json& figures = report["sets"].begin().value()["all"];
  EXPECT_EQ(figures["recordings"], 3);
  EXPECT_NEAR(figures["decisions"]["natural"]["accuracy"]["value"].get<double>(), 2.0 / 3, 1e-4);
  EXPECT_EQ(figures["decisions"]["natural"]["confusion"],
            json::parse("[[1, 0, 0], [0, 1, 1], [0, 0, 0]]"));
}

}  // namespace
}  // namespace auscult::cli
