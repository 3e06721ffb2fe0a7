// The command line, run as a library.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <vector>

#include "audio/wav.hpp"
#include "run_cli.hpp"
#include "serve_command.hpp"
#include "support/process.hpp"
#include "support/synthetic_heart.hpp"

namespace auscult::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) found.push_back(line);
  return found;
}

/// Sets a variable of the environment for the length of a test, which has no other threads.
// NOLINTBEGIN(concurrency-mt-unsafe)
class EnvironmentVariable {
 public:
  EnvironmentVariable(std::string name, const std::string& value) : name_(std::move(name)) {
    setenv(name_.c_str(), value.c_str(), 1);
  }
  ~EnvironmentVariable() { unsetenv(name_.c_str()); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  std::string name_;
};
// NOLINTEND(concurrency-mt-unsafe)

class CliTest : public ::testing::Test {
 protected:
  // Two hearts in a folder, one below the other, and something that is no sound.
  CliTest() {
    fs::create_directories(folder_.path() / "sounds" / "deeper");
    write_heart("sounds/a.wav", {.duration_s = 4});
    write_heart("sounds/deeper/b.wav", {.rate_bpm = 100, .duration_s = 4});
    std::ofstream(folder_.path() / "sounds" / "broken.wav") << "no sound at all";
    std::ofstream(folder_.path() / "sounds" / "notes.txt") << "left alone";
  }

  void write_heart(const std::string& name, const testing::SyntheticHeart& heart) const {
    const auto wav = audio::encode_amplified_wav(testing::synthesize(heart, 8000), 1.0);
    std::ofstream file(folder_.path() / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(wav.bytes.data()),
               static_cast<std::streamsize>(wav.bytes.size()));
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_.path() / name).string();
  }

  static Outcome classify(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"classify", "--model", AUSCULT_TEST_MODEL});
    return run_cli(arguments);
  }

  TemporaryFolder folder_;
};

TEST_F(CliTest, ShowsItsVersionAndAnExampleInEachHelp) {
  EXPECT_THAT(run_cli({"--version"}).out, StartsWith("auscult 0."));
  for (const char* command : {"serve", "classify", "stream", "evaluate"}) {
    const Outcome help = run_cli({command, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.out, HasSubstr("Example:\n  auscult " + std::string(command)));
  }
  EXPECT_THAT(run_cli({"model", "info", "--help"}).out,
              HasSubstr("Example:\n  auscult model info"));
}

TEST_F(CliTest, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(run_cli({}).status, 2);
  EXPECT_EQ(run_cli({"clasify"}).status, 2);
  const Outcome run = run_cli({"serve", "--sample-rate", "100", "--print-config"});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("100"));
}

TEST_F(CliTest, ClassifiesAFolderAndReportsWhatItCannotRead) {
  const Outcome run = classify({path("sounds"), "--format", "jsonl"});
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, AllOf(HasSubstr("broken.wav"), HasSubstr("1 of 3 files")));

  const auto found = lines(run.out);
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(json::parse(found[0])["file"], path("sounds/a.wav"));
  EXPECT_TRUE(json::parse(found[1]).contains("error"));
  EXPECT_EQ(json::parse(found[2])["file"], path("sounds/deeper/b.wav"));
}

TEST_F(CliTest, WritesEveryPromisedMemberOfAnAnswer) {
  const Outcome run = classify({path("sounds/a.wav"), "--format", "jsonl"});
  EXPECT_EQ(run.status, 0);
  const json answer = json::parse(run.out);
  for (const char* member :
       {"file", "class", "class_index", "confidence", "probabilities", "quality", "heart_rate_bpm",
        "beats", "duration_s", "sample_rate_hz", "clipped_fraction", "windows", "model", "reliable",
        "unreliable_reasons", "rhythm", "murmur", "extra_sounds"}) {
    EXPECT_TRUE(answer.contains(member)) << member;
  }
  double sum = 0;
  for (const char* name : {"Artifact", "Murmur", "Normal", "Extrahls", "Extrastole"}) {
    sum += answer["probabilities"].at(name).get<double>();
  }
  EXPECT_NEAR(sum, 1.0, 1e-6);
  EXPECT_NEAR(answer["confidence"].get<double>(),
              100 * answer["probabilities"][answer["class"]].get<double>(), 1e-6);
  EXPECT_EQ(answer["duration_s"], 4.0);
  EXPECT_EQ(answer["sample_rate_hz"], 8000);
  EXPECT_THAT(answer["model"]["sha256"].get<std::string>(), SizeIs(64));
}

TEST_F(CliTest, WritesTheSameAnswersInEachFormat) {
  const json answers = json::parse(classify({path("sounds/deeper"), "--format", "json"}).out);
  ASSERT_THAT(answers, SizeIs(1));
  const std::string name = answers[0]["class"];
  const auto csv = lines(classify({path("sounds/deeper"), "--format", "csv"}).out);
  ASSERT_THAT(csv, SizeIs(2));
  EXPECT_THAT(csv[0], StartsWith("file,class,class_index,confidence,p_Artifact,"));
  EXPECT_THAT(csv[1], StartsWith(path("sounds/deeper/b.wav") + "," + name + ","));
  EXPECT_THAT(classify({path("sounds/deeper")}).out, HasSubstr("b.wav: " + name + " "));
}

TEST_F(CliTest, DrawsAFileAsWideAsTheTerminalAndInPlainTextElsewhere) {
  const EnvironmentVariable columns("COLUMNS", "60");
  const Outcome run = classify({path("sounds/a.wav"), "--plot"});
  EXPECT_EQ(run.status, 0);
  const auto found = lines(run.out);
  // The answer, eight rows of waveform, the heart sounds, five classes, the seconds.
  ASSERT_THAT(found, SizeIs(16));
  EXPECT_THAT(found[9], AllOf(StartsWith("S1, S2 "), HasSubstr("1"), HasSubstr("2")));
  EXPECT_THAT(found[12], AllOf(StartsWith("Normal "), ::testing::EndsWith(" %")));
  EXPECT_THAT(found[15], HasSubstr("0 s"));
  EXPECT_THAT(run.out, AllOf(HasSubstr("█"), ::testing::Not(HasSubstr("\033"))));
  for (const std::string& line : std::span(found).subspan(1)) {
    const auto width = std::ranges::count_if(
        line, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80; });
    EXPECT_LE(width, 60) << line;
  }
  EXPECT_EQ(classify({path("sounds/a.wav"), "--plot", "--format", "csv"}).status, 2);
}

TEST_F(CliTest, PrintsTheDescriptionOfItsInterface) {
  const Outcome run = run_cli({"openapi"});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(json::parse(run.out)["openapi"], "3.1.0");
}

TEST_F(CliTest, SaysWhyItCannotStream) {
  const Outcome nothing = run_cli({"stream", path("sounds/none.wav")});
  EXPECT_EQ(nothing.status, 2);
  EXPECT_THAT(nothing.err, HasSubstr("none.wav"));
  const Outcome nowhere = run_cli({"stream", path("sounds/a.wav"), "--url", "http://127.0.0.1"});
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("ws://"));
}

TEST_F(CliTest, ReadsRawPcmOnlyWhereItIsSaidToBe) {
  fs::copy_file(path("sounds/a.wav"), path("a.dat"));
  std::ofstream(folder_.path() / "raw.dat") << std::string(32'000, 'x');
  EXPECT_EQ(classify({path("a.dat")}).status, 0);
  EXPECT_THAT(classify({path("raw.dat")}).err, HasSubstr("--raw"));
  EXPECT_EQ(classify({path("raw.dat"), "--raw"}).status, 0);
}

TEST_F(CliTest, SaysWhenThereIsNoModelOrNothingToRead) {
  const Outcome no_model = run_cli({"classify", "--model", path("nowhere"), path("sounds/a.wav")});
  EXPECT_EQ(no_model.status, 1);
  EXPECT_THAT(no_model.err, HasSubstr("nowhere"));
  fs::create_directory(path("empty"));
  EXPECT_EQ(classify({path("empty")}).status, 2);
  EXPECT_EQ(classify({path("missing.wav")}).status, 1);
}

TEST_F(CliTest, TakesAFlagBeforeTheEnvironmentBeforeTheFile) {
  std::ofstream(path("auscult.toml")) << "[serve]\nport = 1001\naddress = \"10.0.0.1\"\n"
                                      << "sample-rate = 8000\n";
  const EnvironmentVariable port("AUSCULT_PORT", "1002");
  const EnvironmentVariable address("AUSCULT_ADDRESS", "10.0.0.2");
  const Outcome run = run_cli(
      {"serve", "--config", path("auscult.toml"), "--address", "10.0.0.3", "--print-config"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("address=\"10.0.0.3\""), HasSubstr("port=1002"),
                             HasSubstr("sample-rate=8000")));
}

TEST_F(CliTest, PrintsAConfigurationThatItReadsBack) {
  const Outcome first =
      run_cli({"serve", "--gain", "3", "--device-defaults", "a:gain=2", "--device-defaults",
               "b:sample_rate=8000,channels=2", "--print-config"});
  std::ofstream(path("printed.toml")) << first.out;
  const Outcome second = run_cli({"serve", "--config", path("printed.toml"), "--print-config"});
  EXPECT_EQ(second.status, 0) << second.err;
  EXPECT_EQ(second.out, first.out);
}

TEST_F(CliTest, RefusesASettingThatIsNone) {
  std::ofstream(path("auscult.toml")) << "[serve]\nprot = 1001\n";
  const Outcome run = run_cli({"serve", "--config", path("auscult.toml"), "--print-config"});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("prot"));
}

TEST(AddDeviceDefaults, ReadsTheSettingsOfADevice) {
  service::ServiceConfig config;
  ASSERT_TRUE(add_device_defaults("ward-3:sample_rate=8000,sample_width=4,gain=20", config));
  const auto& defaults = config.devices.at("ward-3");
  EXPECT_EQ(defaults.format.sample_rate_hz, 8000);
  EXPECT_EQ(defaults.format.format, audio::SampleFormat::s32);
  EXPECT_EQ(defaults.gain, 20.0);
}

TEST(AddDeviceDefaults, NamesWhatItDoesNotUnderstand) {
  service::ServiceConfig config;
  struct Case {
    const char* text;
    const char* complaint;
  };
  const std::vector<Case> cases = {
      {"ward-3", "NAME:setting=value"}, {":gain=1", "NAME:setting=value"},
      {"a:loudness=3", "loudness"},     {"a:gain=loud", "loud"},
      {"a:sample_rate=100", "100"},     {"a:gain=-1", "-1"},
      {"a:", "no setting is called ''"}};
  for (const auto& [text, complaint] : cases) {
    const Status added = add_device_defaults(text, config);
    ASSERT_FALSE(added) << text;
    EXPECT_THAT(added.error().message, HasSubstr(complaint));
  }
}

}  // namespace
}  // namespace auscult::cli
