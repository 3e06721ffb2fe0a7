// The real program when its disk, its database or its model fails: it says what is wrong and what
// to do, and goes on with what it can still do, or does not start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "support/process.hpp"
#include "support/synthetic_heart.hpp"

namespace auscult {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using testing::ServerProcess;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

class Faults : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path file(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] fs::path data() const { return file("data"); }

  /// Ten seconds of sound in a file; `number` makes it another one.
  [[nodiscard]] fs::path sound(int number = 0) const {
    const auto clip = testing::synthesize({.rate_bpm = 60.0 + number}, 16'000);
    std::string bytes;
    for (const float sample : clip.samples) {
      const auto value = static_cast<std::uint16_t>(static_cast<int>(sample * 32'767));
      bytes += static_cast<char>(value & 0xFFU);
      bytes += static_cast<char>(value >> 8U);
    }
    write_file(file("sound.pcm"), bytes);
    return file("sound.pcm");
  }

  /// The answer and, on a line after it, its status.
  static std::string curl(const std::string& url, std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {"curl", "--silent", "--show-error", "--max-time", "30",
                                         "--write-out", "\n%{http_code}", url});
    return testing::run_program(arguments).out;
  }
  static std::string post(const ServerProcess& server, const fs::path& body) {
    return curl(server.url() + "/upload_audio", {"--data-binary", "@" + body.string()});
  }
  static std::size_t history(const ServerProcess& server) {
    const std::string reply = curl(server.url() + "/v1/recordings?limit=500");
    return json::parse(reply.substr(0, reply.rfind('\n')))["recordings"].size();
  }

  /// What `auscult` with these arguments prints, both outputs, and its status on the last line.
  static std::string auscult(const std::string& arguments) {
    const std::string command = std::string(AUSCULT_BINARY) + " " + arguments + " 2>&1";
    const auto finished = testing::run_program({"timeout", "60", "sh", "-c", command});
    return finished.out + std::to_string(finished.status);
  }
  [[nodiscard]] std::string serve(const std::string& more = "") const {
    return auscult("serve --port 0 --address 127.0.0.1 --model " AUSCULT_TEST_MODEL " --data-dir " +
                   data().string() + " " + more);
  }

  /// Sends different sounds until one is not stored any more; returns that answer.
  [[nodiscard]] std::string fill(const ServerProcess& server) const {
    std::string reply;
    for (int i = 0; i < 60; ++i) {
      reply = post(server, sound(i));
      if (!reply.ends_with("\n200")) return reply;
    }
    return reply;
  }

  TemporaryFolder folder_;
};

/// The largest file that this process and those it starts may write.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(Faults, AFileAtItsSizeLimitIsToldAndTheServiceGoesOn) {
  std::optional<ServerProcess> server;
  {
    const FileSizeLimit limit(4'000'000);
    server.emplace(data());
  }
  ASSERT_THAT(post(*server, sound()), HasSubstr("\n200"));
  const std::string refused = fill(*server);
  EXPECT_THAT(refused, HasSubstr("free some space"));
  EXPECT_THAT(refused, HasSubstr("\n500"));
  // What was stored can be read, and what was not is not there.
  const std::size_t stored = history(*server);
  EXPECT_GE(stored, 1U);
  EXPECT_THAT(curl(server->url() + "/"), HasSubstr("\"class\""));
  EXPECT_THAT(curl(server->url() + "/healthz"), HasSubstr("\n200"));
  EXPECT_EQ(server->end(SIGTERM), 0);
  // Without the limit it takes up where it was.
  server.emplace(data());
  EXPECT_EQ(history(*server), stored);
  EXPECT_THAT(post(*server, sound(99)), HasSubstr("\n200"));
}

/// A file system of its own in memory; empty if this may not be made here.
class SmallDisk {
 public:
  SmallDisk(fs::path folder, const char* size)
      : folder_(std::move(folder)), mounted_(mount(folder_, size)) {}
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool is_mounted() const { return mounted_; }
  [[nodiscard]] bool make_read_only() const {
    return ::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }

 private:
  static bool mount(const fs::path& folder, const char* size) {
    fs::create_directories(folder);
    return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, size) == 0;
  }

  fs::path folder_;
  bool mounted_;
};

TEST_F(Faults, AFullDiskIsToldAndTheServiceGoesOn) {
  const SmallDisk disk(data(), "size=6m");
  if (!disk.is_mounted()) GTEST_SKIP() << "no file system can be mounted here";
  const ServerProcess server(data());
  ASSERT_THAT(post(server, sound()), HasSubstr("\n200"));
  const std::string refused = fill(server);
  EXPECT_THAT(refused, HasSubstr("free some space"));
  EXPECT_THAT(refused, HasSubstr("\n500"));
  EXPECT_GE(history(server), 1U);
  EXPECT_THAT(curl(server.url() + "/readyz"), HasSubstr("\n503"));
  EXPECT_THAT(curl(server.url() + "/"), HasSubstr("\"class\""));
  const json shown = json::parse(read_file(data() / "data.json"));
  EXPECT_TRUE(shown.contains("class"));
}

TEST_F(Faults, AReadOnlyDiskStopsTheStartWithTheReason) {
  const SmallDisk disk(data(), "size=16m");
  if (!disk.is_mounted()) GTEST_SKIP() << "no file system can be mounted here";
  {
    ServerProcess server(data());
    ASSERT_THAT(post(server, sound()), HasSubstr("\n200"));
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  if (!disk.make_read_only()) GTEST_SKIP() << "the file system cannot be made read-only here";
  const std::string said = serve();
  EXPECT_THAT(said, HasSubstr("Read-only file system"));
  EXPECT_THAT(said, HasSubstr("can be written"));
  EXPECT_TRUE(said.ends_with("1")) << said;
}

TEST_F(Faults, ADamagedDatabaseStopsTheStartWithTheReasonAndIsLeftAlone) {
  {
    ServerProcess server(data());
    for (int i = 0; i < 3; ++i) ASSERT_THAT(post(server, sound(i)), HasSubstr("\n200"));
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  const fs::path database = data() / "auscult.db";
  const std::string whole = read_file(database);
  std::string overwritten = whole;
  for (std::size_t i = 4'096; i < 60'000; ++i) overwritten[i] = static_cast<char>(i * i % 251);
  std::string header = whole;
  header.replace(0, 16, 16, 'x');
  for (const std::string& damaged : {std::string(), overwritten, header, whole.substr(0, 9'000)}) {
    write_file(database, damaged);
    const std::string said = serve();
    EXPECT_THAT(said, HasSubstr(database.string()));
    EXPECT_THAT(said, HasSubstr("restore a backup"));
    EXPECT_TRUE(said.ends_with("1")) << said;
    EXPECT_EQ(read_file(database), damaged);
  }
}

TEST_F(Faults, ADamagedModelStopsTheStartWithTheReason) {
  const fs::path model = file("model");
  fs::copy(AUSCULT_TEST_MODEL, model, fs::copy_options::recursive);
  const std::string whole = read_file(model / "model.onnx");
  // One bit of a weight, which makes wrong answers and no error; half a file; none of its kind.
  std::string one_bit = whole;
  one_bit[whole.size() / 2] = static_cast<char>(one_bit[whole.size() / 2] ^ 1);
  for (const std::string& damaged :
       {one_bit, whole.substr(0, whole.size() / 2), std::string("nonsense"), std::string()}) {
    write_file(model / "model.onnx", damaged);
    const std::string said = auscult("serve --port 0 --address 127.0.0.1 --model " +
                                     model.string() + " --data-dir " + data().string());
    EXPECT_THAT(said, HasSubstr("model.onnx"));
    EXPECT_TRUE(said.ends_with("1")) << said;
  }
}

TEST_F(Faults, ABackupOfALiveStoreGivesTheSameAnswersWhenItIsRestored) {
  ServerProcess server(data(), {"--retry-window-s", "0"});
  for (int i = 0; i < 4; ++i) ASSERT_THAT(post(server, sound(i)), HasSubstr("\n200"));
  std::atomic<bool> done = false;
  const fs::path body = sound(50);
  std::thread uploads([&] {
    while (!done) post(server, body);
  });
  const std::string said =
      auscult("backup --data-dir " + data().string() + " " + file("copy.db").string());
  done = true;
  uploads.join();
  EXPECT_TRUE(said.ends_with("\n0")) << said;
  EXPECT_THAT(said, HasSubstr("checked"));

  // Not under a running server, and not over recordings without saying so.
  EXPECT_THAT(
      auscult("restore --data-dir " + data().string() + " --replace " + file("copy.db").string()),
      HasSubstr("in use"));
  const std::string restored =
      auscult("restore --data-dir " + file("other").string() + " " + file("copy.db").string());
  EXPECT_TRUE(restored.ends_with("\n0")) << restored;
  EXPECT_THAT(
      auscult("restore --data-dir " + file("other").string() + " " + file("copy.db").string()),
      HasSubstr("--replace"));

  const ServerProcess other(file("other"));
  const std::string reply = curl(other.url() + "/v1/recordings?limit=500");
  const json recordings = json::parse(reply.substr(0, reply.rfind('\n')))["recordings"];
  ASSERT_GE(recordings.size(), 4U);
  for (const json& recording : recordings) {
    const std::string path = "/v1/recordings/" + recording["id"].get<std::string>();
    EXPECT_EQ(curl(other.url() + path), curl(server.url() + path));
    EXPECT_EQ(curl(other.url() + path + "/audio"), curl(server.url() + path + "/audio"));
  }
}

}  // namespace
}  // namespace auscult
