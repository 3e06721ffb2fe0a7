// `auscult keys` and `auscult audit`, run as a library, and beside a service that runs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "cli.hpp"
#include "support/certificate.hpp"
#include "support/process.hpp"

namespace auscult::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class Keys : public ::testing::Test {
 protected:
  struct Outcome {
    int status = 0;
    std::string out;
    std::string err;
  };
  static Outcome run_cli(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    const int status = run(arguments, out, err);
    return {status, out.str(), err.str()};
  }
  [[nodiscard]] Outcome keys(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "keys");
    arguments.insert(arguments.end(), {"--data-dir", folder_.path()});
    return run_cli(arguments);
  }
  [[nodiscard]] std::string make(const std::string& scopes) const {
    const Outcome made = keys({"create", "--name", "ward-3", "--scopes", scopes});
    EXPECT_EQ(made.status, 0) << made.err;
    return made.out.substr(0, made.out.find('\n'));
  }
  [[nodiscard]] Outcome verify() const { return run_cli({"audit", "verify", folder_.path()}); }
  /// Every file of the folder, one after the other.
  [[nodiscard]] std::string everything() const {
    std::string all;
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(file), {});
    }
    return all;
  }
  static std::string id_of(const std::string& key) { return key.substr(5, 12); }

  TemporaryFolder folder_;
};

TEST_F(Keys, AreShownOnceAndKeptByTheirHash) {
  const std::string key = make("upload,read");
  EXPECT_THAT(key, MatchesRegex("ausc_[0-9a-f]{12}_[0-9a-f]{64}"));
  const Outcome list = keys({"list"});
  EXPECT_THAT(list.out, StartsWith(id_of(key) + "  in use "));
  EXPECT_THAT(list.out, HasSubstr("upload read"));
  EXPECT_THAT(list.out, HasSubstr("ward-3"));
  EXPECT_THAT(everything(), HasSubstr(id_of(key)));
  EXPECT_THAT(list.out + everything(), Not(HasSubstr(key.substr(18))));
}

TEST_F(Keys, AreRenewedAndRevoked) {
  const std::string key = make("upload");
  const Outcome renewed = keys({"rotate", id_of(key), "--overlap-h", "24"});
  EXPECT_EQ(renewed.status, 0) << renewed.err;
  EXPECT_THAT(renewed.out, StartsWith("ausc_" + id_of(key) + "_"));
  EXPECT_THAT(renewed.out, Not(HasSubstr(key)));
  EXPECT_EQ(keys({"revoke", id_of(key)}).status, 0);
  EXPECT_THAT(keys({"list"}).out, HasSubstr("revoked"));
  const Outcome again = keys({"revoke", id_of(key)});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr(id_of(key)));
}

TEST_F(Keys, SayWhatTheyCannotTake) {
  EXPECT_THAT(keys({"create", "--name", "x", "--scopes", "write"}).err, HasSubstr("\"write\""));
  EXPECT_EQ(keys({"create", "--name", "x", "--expires", "soon"}).status, 1);
  EXPECT_THAT(keys({"list"}).err, HasSubstr("auscult.db"));
  EXPECT_EQ(keys({}).status, 2);
}

TEST_F(Keys, ChangesOfThemAreInTheAuditLog) {
  EXPECT_THAT(verify().out, HasSubstr("empty"));
  const std::string key = make("upload");
  static_cast<void>(keys({"revoke", id_of(key)}));
  const Outcome whole = verify();
  EXPECT_EQ(whole.status, 0);
  EXPECT_THAT(whole.out, StartsWith("OK: 2 lines, 1 to 2, which ends in "));
  EXPECT_EQ(run_cli({"audit", "verify", "--data-dir", folder_.path()}).out, whole.out);

  const fs::path log = folder_.path() / "audit.jsonl";
  std::ifstream in(log);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(text, HasSubstr(R"("event":"key.create","who":"command")"));
  text.replace(text.find("key.create"), 10, "key.nothing");
  std::ofstream(log) << text;
  const Outcome broken = verify();
  EXPECT_EQ(broken.status, 1);
  EXPECT_THAT(broken.out, StartsWith("BROKEN: audit.jsonl:1: "));
}

std::string status_of(const std::string& url, std::vector<std::string> flags) {
  std::vector<std::string> command{"curl",      "--silent",    "--max-time",   "30", "--output",
                                   "/dev/null", "--write-out", "%{http_code}", url};
  command.insert(command.end(), flags.begin(), flags.end());
  return auscult::testing::run_program(command).out;
}

TEST_F(Keys, HoldAtOnceForAServiceThatRunsUnderTls) {
  const TemporaryFolder tls;
  const auto files = auscult::testing::write_certificate(tls.path(), "test");
  auscult::testing::ServerProcess server(
      folder_.path(), {"--require-keys", "--tls-cert", files.certificate, "--tls-key", files.key});
  ASSERT_THAT(server.url(), StartsWith("https://"));
  const auto status = [&](const std::string& path, const std::string& key) {
    return status_of(server.url() + path,
                     {"--cacert", files.certificate, "-H", "X-Api-Key: " + key});
  };
  EXPECT_EQ(status("/healthz", ""), "200");
  EXPECT_EQ(status("/v1/recordings", ""), "401");
  const std::string key = make("read");
  EXPECT_EQ(status("/v1/recordings", key), "200");
  EXPECT_EQ(status("/v1/recordings/x/audio", key), "403");
  EXPECT_EQ(keys({"revoke", id_of(key)}).status, 0);
  EXPECT_EQ(status("/v1/recordings", key), "401");
  // Service and command have written into one log.
  const Outcome whole = verify();
  EXPECT_EQ(whole.status, 0) << whole.out;
  EXPECT_EQ(server.end(SIGTERM), 0);
  EXPECT_EQ(verify().status, 0);
}

TEST_F(Keys, AServiceOnTheNetworkWarnsThatItIsOpen) {
  const std::string log = (folder_.path() / "log").string();
  const std::string script = std::string(AUSCULT_BINARY) +
                             " serve --address 0.0.0.0 --port 0 --data-dir " +
                             folder_.path().string() + " --model " + AUSCULT_TEST_MODEL + " > " +
                             log + " 2>&1 & pid=$!; for i in $(seq 200); do grep -q 'listens on' " +
                             log + " && break; sleep 0.1; done; kill $pid; wait $pid; cat " + log;
  EXPECT_THAT(auscult::testing::run_program({"sh", "-c", script}).out,
              HasSubstr("anyone on the network may upload"));
}

}  // namespace
}  // namespace auscult::cli
