// The whole road with the real program and curl, as a device or a person would use it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "audio/decode.hpp"
#include "audio/resample.hpp"
#include "auscult/audio.hpp"
#include "core/environment.hpp"
#include "support/process.hpp"
#include "support/synthetic_heart.hpp"

namespace auscult {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::MatchesRegex;
using testing::ServerProcess;

std::string curl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--max-time", "30"});
  const auto finished = testing::run_program(arguments);
  EXPECT_EQ(finished.status, 0) << ::testing::PrintToString(arguments);
  return finished.out;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, std::span<const std::byte> bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

std::vector<std::byte> to_pcm(const audio::AudioClip& clip) {
  std::vector<std::byte> bytes;
  for (const float sample : clip.samples) {
    const auto value = static_cast<std::uint16_t>(
        static_cast<std::int16_t>(std::lround(std::clamp(sample, -1.0F, 0.9999F) * 32767)));
    bytes.push_back(static_cast<std::byte>(value & 0xFFU));
    bytes.push_back(static_cast<std::byte>(value >> 8U));
  }
  return bytes;
}

void write_flac(const fs::path& path, const audio::AudioClip& clip) {
  SF_INFO info{};
  info.samplerate = clip.sample_rate_hz;
  info.channels = 1;
  info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  ASSERT_NE(file, nullptr) << sf_strerror(nullptr);
  sf_write_float(file, clip.samples.data(), static_cast<sf_count_t>(clip.samples.size()));
  sf_close(file);
}

class ServiceTest : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path file(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] fs::path data() const { return folder_.path() / "data"; }

  // Posts a file as a device does and returns the class of the answer.
  static std::string upload(const ServerProcess& server, const fs::path& body,
                            const std::string& query = "",
                            const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments(flags);
    arguments.insert(arguments.end(), {"--data-binary", "@" + body.string(),
                                       server.url() + "/upload_audio" + query});
    const std::string answer = curl(arguments);
    EXPECT_THAT(answer, MatchesRegex("[A-Za-z]+\\|Conf: [0-9]+%"));
    return answer.substr(0, answer.find('|'));
  }

  // However the recording arrives, its class is one.
  void expect_one_class(const ServerProcess& server, const audio::AudioClip& clip) {
    std::map<std::string, std::string> classes;
    for (const int rate : {8000, 16000, 44100, 48000}) {
      const auto resampled = audio::resample(clip, rate);
      const std::string query = "?sample_rate=" + std::to_string(rate);
      write_file(file("a.pcm"), to_pcm(resampled));
      for (const char* gain : {"1", "10"}) {
        classes[query + " gain " + gain] = upload(server, file("a.pcm"), query + "&gain=" + gain);
      }
    }
    const auto pcm = to_pcm(audio::resample(clip, 16000));
    write_file(file("b.pcm"), pcm);
    write_file(file("b.wav"), *pcm_to_wav(pcm, 16000, 1, 2, 1.0));
    write_flac(file("b.flac"), audio::resample(clip, 16000));
    classes["raw"] = upload(server, file("b.pcm"));
    classes["wav"] = upload(server, file("b.wav"), "", {"-H", "Content-Type: audio/wav"});
    classes["wav as octets"] =
        upload(server, file("b.wav"), "", {"-H", "Content-Type: application/octet-stream"});
    classes["flac"] = upload(server, file("b.flac"), "", {"-H", "Content-Type: audio/flac"});
    classes["chunked"] = upload(server, file("b.pcm"), "", {"-H", "Transfer-Encoding: chunked"});
    classes["put"] = upload(server, file("b.pcm"), "", {"-X", "PUT"});
    const std::string multipart =
        curl({"-F", "file=@" + file("b.wav").string(), server.url() + "/upload_audio"});
    classes["multipart"] = multipart.substr(0, multipart.find('|'));

    std::set<std::string> distinct;
    for (const auto& [way, name] : classes) distinct.insert(name);
    EXPECT_EQ(distinct.size(), 1U) << ::testing::PrintToString(classes);
  }

  TemporaryFolder folder_;
};

TEST_F(ServiceTest, AnswersAnUploadAndShowsItAtTheRoot) {
  const ServerProcess server(data());
  write_file(file("a.pcm"), to_pcm(testing::synthesize({}, 16000)));
  const std::string answer =
      curl({"--data-binary", "@" + file("a.pcm").string(), server.url() + "/upload_audio"});
  EXPECT_THAT(answer, MatchesRegex("[A-Za-z]+\\|Conf: [0-9]+%"));

  const json latest = json::parse(curl({server.url() + "/"}));
  ASSERT_EQ(latest.size(), 2U);
  const std::string name = latest["class"];
  const int percent = static_cast<int>(std::floor(latest["confidence"].get<double>()));
  EXPECT_EQ(answer, name + "|Conf: " + std::to_string(percent) + "%");
  EXPECT_EQ(read_file(data() / "data.json"), curl({server.url() + "/"}));
  EXPECT_EQ(audio::decode_file((data() / "output_audio.wav").string(), {})->clip.samples.size(),
            160'000U);
}

TEST_F(ServiceTest, GivesOneClassHoweverASyntheticRecordingArrives) {
  const ServerProcess server(data());
  expect_one_class(server, testing::synthesize({}, 48000));
  expect_one_class(server, testing::synthesize({.murmur_level = 0.5}, 48000));
}

TEST_F(ServiceTest, GivesOneClassHoweverARealRecordingArrives) {
  const std::optional<std::string> datasets = environment("AUSCULT_DATA");
  if (!datasets) GTEST_SKIP() << "AUSCULT_DATA names no folder of recordings";
  const ServerProcess server(data());
  // One recording of each class whose answer, right or wrong, is not a toss-up.
  for (const char* name :
       {"A_artifact__201012172012.flac", "A_extrahls__201101070953.flac",
        "B_murmur__112_1306243000964_A.flac", "B_normal__103_1305031931979_B.flac",
        "B_extrastole__130_1306347376079_D.flac"}) {
    const auto decoded = audio::decode_file((fs::path(*datasets) / "pascal" / name).string(), {});
    ASSERT_TRUE(decoded) << name << ": " << decoded.error().message;
    expect_one_class(server, decoded->clip);
  }
}

TEST_F(ServiceTest, StreamsAFileToTheRecordingThatItsUploadGives) {
  const ServerProcess server(data());
  const audio::AudioClip clip = testing::synthesize({.duration_s = 5}, 8000);
  write_file(file("a.pcm"), to_pcm(clip));
  write_file(file("a.wav"), *pcm_to_wav(to_pcm(clip), 8000, 1, 2, 1.0));
  const auto streamed =
      testing::run_program({AUSCULT_BINARY, "stream", file("a.wav").string(), "--url",
                            "ws" + server.url().substr(4), "--format", "jsonl"});
  EXPECT_EQ(streamed.status, 0);
  const std::string last =
      streamed.out.substr(streamed.out.rfind('\n', streamed.out.size() - 2) + 1);
  json from_stream = json::parse(last)["recording"];
  json from_upload = json::parse(curl({"--data-binary", "@" + file("a.pcm").string(),
                                       server.url() + "/v1/recordings?sample_rate=8000"}));
  for (const char* member : {"id", "received_at", "timings"}) {
    from_stream.erase(member);
    from_upload.erase(member);
  }
  EXPECT_EQ(from_stream, from_upload);
}

TEST_F(ServiceTest, KeepsEveryAcknowledgedUploadThroughKill9) {
  write_file(file("a.pcm"), to_pcm(testing::synthesize({.duration_s = 2}, 16000)));
  std::string latest;
  std::size_t acknowledged = 0;
  {
    ServerProcess server(data(), {"--retry-window-s", "0"});
    for (; acknowledged < 5; ++acknowledged) upload(server, file("a.pcm"));
    latest = curl({server.url() + "/"});
    // Killed while more of them are under way.
    std::thread more([&] {
      for (int i = 0; i < 50; ++i) {
        const auto finished =
            testing::run_program({"curl", "--silent", "--max-time", "10", "--data-binary",
                                  "@" + file("a.pcm").string(), server.url() + "/upload_audio"});
        if (finished.status != 0) return;
        if (finished.out.find("|Conf: ") != std::string::npos) ++acknowledged;
      }
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    EXPECT_EQ(server.end(SIGKILL), 128 + SIGKILL);
    more.join();
  }
  const ServerProcess server(data());
  EXPECT_EQ(json::parse(curl({server.url() + "/"})), json::parse(latest));
  const json history = json::parse(curl({server.url() + "/v1/recordings?limit=500"}));
  EXPECT_GE(history["recordings"].size(), acknowledged);
}

TEST_F(ServiceTest, EndsCleanlyOnSigterm) {
  ServerProcess server(data());
  EXPECT_EQ(curl({server.url() + "/healthz"}).empty(), false);
  EXPECT_EQ(server.end(SIGTERM), 0);
}

}  // namespace
}  // namespace auscult
