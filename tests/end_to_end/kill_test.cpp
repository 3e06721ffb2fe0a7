// Kills the real server with SIGKILL at random moments while uploads come, starts it again, and
// holds it to its promise: what was acknowledged is there, once, with the same answer and sound.
//
// kill_test [--uploads 300] [--every-ms 700] [--seed 1]
#include <sqlite3.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "../api/client.hpp"
#include "core/hash.hpp"
#include "support/process.hpp"

namespace auscult {
namespace {

namespace fs = std::filesystem;
using api_test::Client;
using api_test::Reply;
using nlohmann::json;
using std::chrono::milliseconds;
using testing::ServerProcess;

constexpr int kRateHz = 4'000;
constexpr int kDevices = 40;
constexpr int kUploaders = 2;
// One upload in so many comes in pieces.
constexpr int kInPieces = 10;
constexpr std::size_t kPieces = 3;

struct Options {
  int uploads = 300;
  int every_ms = 700;  ///< Between a start and the kill, on average.
  unsigned seed = 1;
};

/// A second of something like heart sounds in noise; no two alike.
std::string sound_of(unsigned seed, int index) {
  std::mt19937 random(seed * 1'000'003U + static_cast<unsigned>(index));
  std::string pcm;
  const double rate = 0.6 + 0.4 * static_cast<double>(random() % 1'000) / 1'000;
  for (int i = 0; i < kRateHz; ++i) {
    const double since = std::fmod(static_cast<double>(i) / kRateHz, rate);
    const double beat = 9'000 * std::exp(-since / 0.03) * std::sin(380 * since);
    const auto value =
        static_cast<std::uint16_t>(static_cast<int>(beat) + static_cast<int>(random() % 400) - 200);
    pcm += static_cast<char>(value & 0xFFU);
    pcm += static_cast<char>(value >> 8U);
  }
  return pcm;
}

std::string sha256_of(const std::string& text) {
  return sha256_hex(std::as_bytes(std::span(text)));
}

/// "Normal|Conf: 98%" of a recording, as a device sees it.
std::string line_of(const json& recording) {
  const int percent = static_cast<int>(std::floor(recording["confidence"].get<double>()));
  return recording["class"].get<std::string>() + "|Conf: " + std::to_string(percent) + "%";
}

class KillTest {
 public:
  explicit KillTest(const Options& options) : options_(options), random_(options.seed) {}

  /// Returns whether every promise was kept.
  bool run() {
    const auto started = std::chrono::steady_clock::now();
    std::vector<std::thread> uploaders;
    for (int i = 0; i < kUploaders; ++i) uploaders.emplace_back([this] { upload_all(); });
    while (done_ < options_.uploads) live_and_die();
    for (std::thread& uploader : uploaders) uploader.join();
    verify();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    std::printf(
        "kill_test: seed %u: %d uploads acknowledged, %d kills (%d while starting), %d tries "
        "without an answer, %d answers given again, %d integrity checks; "
        "%d lost, %d stored twice, %d with another answer, %d with another sound, "
        "%d times data.json not whole; %.0f s\n",
        options_.seed, static_cast<int>(answers_.size()), kills_, kills_at_start_, tries_.load(),
        replays_.load(), checks_, lost_, twice_, other_answer_, other_sound_, torn_, took.count());
    return failures_ == 0 && lost_ + twice_ + other_answer_ + other_sound_ + torn_ == 0;
  }

 private:
  void fail(const std::string& what) {
    std::printf("kill_test: %s\n", what.c_str());
    ++failures_;
  }

  [[nodiscard]] fs::path data() const { return folder_.path() / "data"; }

  std::unique_ptr<ServerProcess> start() {
    // All unanswered uploads are sent again, however long this machine takes to start the server.
    return std::make_unique<ServerProcess>(
        data(), std::vector<std::string>{"--retry-window-s", "3600", "--workers", "2"});
  }

  void live_and_die() {
    std::unique_ptr<ServerProcess> server = start();
    const std::string& url = server->url();
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    const auto life = std::chrono::steady_clock::now() +
                      milliseconds(random_() % static_cast<unsigned>(2 * options_.every_ms));
    while (std::chrono::steady_clock::now() < life && done_ < options_.uploads) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    port_ = 0;
    server->end(SIGKILL);
    ++kills_;
    look_at_data_json();
    // Once in a while all of a growing database.
    if (kills_ <= 10 || kills_ % 10 == 0) check_integrity();
    if (random_() % 4 == 0) die_at_start();
  }

  /// Killed while it opens the store, or soon after.
  void die_at_start() {
    const std::string seconds = "0." + std::to_string(100 + random_() % 800);
    testing::run_program({"timeout", "--signal=KILL", seconds, AUSCULT_BINARY, "serve", "--address",
                          "127.0.0.1", "--port", "0", "--log-level", "error", "--data-dir",
                          data().string(), "--model", AUSCULT_TEST_MODEL});
    ++kills_;
    ++kills_at_start_;
    look_at_data_json();
  }

  /// As another program sees it, before anything is mended.
  void look_at_data_json() {
    std::ifstream file(data() / "data.json");
    if (!file) return;
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const json answer = json::parse(text, nullptr, false);
    if (answer.is_object() && answer.size() == 2 && answer.contains("class") &&
        answer.contains("confidence")) {
      return;
    }
    std::printf("kill_test: data.json is: %s\n", text.c_str());
    ++torn_;
  }

  /// Of a copy, so that the server itself recovers what it finds.
  void check_integrity() {
    const fs::path copy = folder_.path() / "copy";
    fs::create_directories(copy);
    for (const char* name : {"auscult.db", "auscult.db-wal"}) {
      fs::remove(copy / name);
      if (fs::exists(data() / name)) fs::copy_file(data() / name, copy / name);
    }
    fs::remove(copy / "auscult.db-shm");
    sqlite3* database = nullptr;
    std::string verdict = "cannot be opened";
    if (sqlite3_open((copy / "auscult.db").c_str(), &database) == SQLITE_OK) {
      sqlite3_exec(
          database, "PRAGMA integrity_check",
          [](void* text, int, char** values, char**) {
            *static_cast<std::string*>(text) = values[0];
            return 0;
          },
          &verdict, nullptr);
    }
    sqlite3_close(database);
    ++checks_;
    if (verdict != "ok") fail("the database's integrity: " + verdict);
  }

  /// One request; status 0 if there was no answer.
  Reply ask(const std::string& request) {
    const std::uint16_t port = port_;
    if (port != 0) {
      try {
        Client client(port);
        Reply reply = client.exchange(request);
        if (reply.headers.contains("idempotency-replayed")) ++replays_;
        if (reply.status != 0 && reply.status != 503) return reply;
      } catch (const std::exception&) {
        // It is just being killed.
      }
      ++tries_;
    }
    std::this_thread::sleep_for(milliseconds(10));
    return {};
  }

  /// Asks until there is an answer, which must have one of two statuses; null: the other.
  std::string insist(const std::string& request, int status, int other_status = 0) {
    for (;;) {
      const Reply reply = ask(request);
      if (reply.status == 0) continue;
      if (reply.status != status && reply.status != other_status) {
        fail("answered " + std::to_string(reply.status) + ": " + reply.body);
      }
      return reply.body;
    }
  }

  void upload_all() {
    for (int index = next_++; index < options_.uploads; index = next_++) {
      const std::string sound = sound_of(options_.seed, index);
      const std::string query = "?sample_rate=4000&device=d" + std::to_string(index % kDevices);
      const std::string line =
          index % kInPieces == 0
              ? line_of(json::parse(send_in_pieces(query, sound), nullptr, false))
              : insist(api_test::request("POST", "/upload_audio" + query, sound), 200);
      const std::lock_guard lock(mutex_);
      answers_[sha256_of(sound)] = {line, index};
      ++done_;
    }
  }

  std::string send_in_pieces(const std::string& query, const std::string& sound) {
    const json session =
        json::parse(insist(api_test::request("POST", "/v1/sessions" + query), 201));
    const std::string path = "/v1/sessions/" + session["id"].get<std::string>();
    const std::size_t size = sound.size() / kPieces + 1;
    for (std::size_t i = 0; i < kPieces; ++i) {
      insist(api_test::request("PUT", path + "/chunks/" + std::to_string(i),
                               sound.substr(i * size, size)),
             201, 204);
    }
    return insist(api_test::request("POST", path + "/finish"), 201);
  }

  void verify() {
    const std::unique_ptr<ServerProcess> server = start();
    const std::string& url = server->url();
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    std::map<std::string, int> found;
    std::string cursor;
    do {
      const std::string query = cursor.empty() ? "" : "&cursor=" + cursor;
      const json page =
          json::parse(insist(api_test::request("GET", "/v1/recordings?limit=500" + query), 200));
      for (const json& recording : page["recordings"]) verify(recording, found);
      cursor = page["next_cursor"].is_null() ? "" : page["next_cursor"].get<std::string>();
    } while (!cursor.empty());
    for (const auto& [sha256, answer] : answers_) {
      if (found[sha256] == 0) ++lost_;
      if (found[sha256] > 1) ++twice_;
    }
    const json latest = json::parse(insist(api_test::request("GET", "/v1/latest"), 200));
    const json shown = json::parse(insist(api_test::request("GET", "/"), 200));
    if (shown["class"] != latest["class"]) fail("data.json is not of the latest recording");
    port_ = 0;
    server->end(SIGKILL);
    look_at_data_json();
    check_integrity();
  }

  void verify(const json& recording, std::map<std::string, int>& found) {
    const std::string sha256 = recording["sha256"];
    ++found[sha256];
    const auto answer = answers_.find(sha256);
    if (answer == answers_.end()) return fail("a recording that was never sent: " + sha256);
    if (answer->second.line != line_of(recording)) ++other_answer_;
    const std::string wav = insist(
        api_test::request("GET", "/v1/recordings/" + recording["id"].get<std::string>() + "/audio"),
        200);
    if (!wav.ends_with(sound_of(options_.seed, answer->second.index))) ++other_sound_;
  }

  struct Answer {
    std::string line;
    int index = 0;
  };

  const Options options_;
  std::mt19937 random_;
  TemporaryFolder folder_;
  std::atomic<std::uint16_t> port_ = 0;  ///< 0: it does not run.
  std::atomic<int> next_ = 0;
  std::atomic<int> done_ = 0;
  std::atomic<int> tries_ = 0;
  std::atomic<int> replays_ = 0;
  std::atomic<int> failures_ = 0;
  std::mutex mutex_;
  std::map<std::string, Answer> answers_;  // By the sound's SHA-256; guarded by mutex_.
  int kills_ = 0;
  int kills_at_start_ = 0;
  int checks_ = 0;
  int lost_ = 0;
  int twice_ = 0;
  int other_answer_ = 0;
  int other_sound_ = 0;
  int torn_ = 0;
};

}  // namespace
}  // namespace auscult

int main(int argc, char** argv) try {
  (void)std::signal(SIGPIPE, SIG_IGN);
  auscult::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const int value = std::stoi(argv[i + 1]);
    if (name == "--uploads") options.uploads = value;
    if (name == "--every-ms") options.every_ms = value;
    if (name == "--seed") options.seed = static_cast<unsigned>(value);
  }
  return auscult::KillTest(options).run() ? 0 : 1;
} catch (const std::exception& error) {
  (void)std::fprintf(stderr, "kill_test: %s\n", error.what());
  return 1;
}
