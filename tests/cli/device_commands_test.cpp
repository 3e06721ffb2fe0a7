// `auscult diagnose` and `auscult devices check`, run as a library.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <nlohmann/json.hpp>

#include "run_cli.hpp"
#include "support/process.hpp"
#include "support/synthetic_heart.hpp"

namespace auscult::cli {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class DiagnoseFile : public ::testing::Test {
 protected:
  /// A heart as s16, its bytes in this order.
  [[nodiscard]] std::string write(const char* name, int rate_hz, bool big) const {
    std::string path = (folder_.path() / name).string();
    std::ofstream file(path, std::ios::binary);
    const audio::AudioClip clip = testing::synthesize({.duration_s = 6}, rate_hz);
    for (const float sample : clip.samples) {
      const auto word = static_cast<std::uint16_t>(static_cast<std::int16_t>(32'000 * sample));
      const char low = static_cast<char>(word & 0xFFU);
      const char high = static_cast<char>(word >> 8U);
      file << (big ? high : low) << (big ? low : high);
    }
    return path;
  }

  static Outcome diagnose(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "diagnose");
    arguments.insert(arguments.end(), {"--model", AUSCULT_TEST_MODEL});
    return run_cli(arguments);
  }

  TemporaryFolder folder_;
};

TEST_F(DiagnoseFile, SaysThatNothingIsWrong) {
  const Outcome outcome = diagnose({write("a.pcm", 16'000, false)});
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("96000 frames of s16, 1 channel, at 16000 Hz: 6000 ms of sound"),
                    HasSubstr("sample rate: 16000 (default)")));
}

TEST_F(DiagnoseFile, SaysWhatIsWrongAndWhatToDo) {
  const Outcome outcome = diagnose({write("a.pcm", 16'000, true), "--format", "json"});
  EXPECT_EQ(outcome.status, 1);
  const json diagnosis = json::parse(outcome.out);
  EXPECT_EQ(diagnosis["findings"][0]["code"], "layout");
  EXPECT_EQ(diagnosis["likely"]["byte_order"], "big");
  EXPECT_TRUE(diagnosis["framing"].is_null());
  const Outcome told = diagnose({write("b.pcm", 16'000, true), "--byte-order", "big"});
  EXPECT_EQ(told.status, 0) << told.out;
}

TEST_F(DiagnoseFile, RefusesWhatItCannotUse) {
  EXPECT_EQ(diagnose({(folder_.path() / "nowhere").string()}).status, 2);
  EXPECT_EQ(diagnose({folder_.path().string()}).status, 2);
  const Outcome outcome = diagnose({write("a.pcm", 8'000, false), "--sample-rate", "ten"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("ten"));
}

TEST(DevicesCheck, ListsItsCases) {
  const Outcome outcome = run_cli({"devices", "check", "--list"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("rate-44100\n"), HasSubstr("must see: ")));
  const json one =
      json::parse(run_cli({"devices", "check", "--list", "--only", "put", "--format", "json"}).out);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]["name"], "put");
}

TEST(DevicesCheck, ChecksARunningServer) {
  const TemporaryFolder folder;
  const testing::ServerProcess server(folder.path());
  const Outcome outcome = run_cli({"devices", "check", server.url() + "/upload_audio", "--only",
                                   "rate-8000", "--only", "wav-44100", "--device", "mine"});
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("PASS  rate-8000"), HasSubstr("2 passed, 0 failed")));
  const Outcome wrong = run_cli(
      {"devices", "check", server.url() + "/not/here", "--only", "put", "--format", "json"});
  EXPECT_EQ(wrong.status, 1);
  const json report = json::parse(wrong.out);
  EXPECT_EQ(report["failed"], 1);
  EXPECT_EQ(report["cases"][0]["verdict"], "failed");
  EXPECT_EQ(report["cases"][0]["exchanges"][0]["status"], 404);
}

TEST(DevicesCheck, SaysWhatItNeeds) {
  EXPECT_EQ(run_cli({"devices"}).status, 2);
  EXPECT_THAT(run_cli({"devices", "check"}).err, HasSubstr("wanted is http://HOST:PORT"));
  EXPECT_THAT(run_cli({"devices", "check", "http://h", "--only", "no-such"}).err,
              HasSubstr("no case is called \"no-such\""));
  const Outcome nobody = run_cli({"devices", "check", "http://127.0.0.1:1"});
  EXPECT_EQ(nobody.status, 2);
  EXPECT_THAT(nobody.err, HasSubstr("no connection to 127.0.0.1:1"));
}

}  // namespace
}  // namespace auscult::cli
