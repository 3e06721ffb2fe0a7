#include "access/audit_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "access/access_test_data.hpp"
#include "access/audit_line.hpp"
#include "storage/store_test_data.hpp"

namespace auscult::access {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

AuditEntry entry(const std::string& target) {
  return {test_time(), "request", "key:0123456789ab",
          "192.0.2.7", "DELETE",  "/v1/recordings/{id}",
          target,      204,       ""};
}

class AuditLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<AuditLog> open(std::uintmax_t max_file_bytes = 1U << 20U) {
    Result<std::unique_ptr<AuditLog>> log = AuditLog::open(folder_.path(), max_file_bytes);
    EXPECT_TRUE(log) << log.error().message;
    return *std::move(log);
  }
  void write(int lines) {
    const auto log = open();
    for (int i = 0; i < lines; ++i) EXPECT_TRUE(log->append(entry(std::to_string(i))));
  }
  AuditVerdict verify() { return *verify_audit_log(folder_.path()); }
  [[nodiscard]] fs::path file() const { return folder_.path() / "audit.jsonl"; }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::ifstream in(file());
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  void replace(const std::vector<std::string>& lines) const {
    std::ofstream out(file());
    for (const std::string& line : lines) out << line << '\n';
  }

  TemporaryFolder folder_;
};

TEST_F(AuditLogTest, IsWholeAfterAppendsOfSeveralOwners) {
  write(3);
  const auto service = open();
  const auto command = open();
  EXPECT_TRUE(service->append(entry("a")));
  EXPECT_TRUE(command->append(entry("b")));
  EXPECT_TRUE(service->append(entry("c")));
  const AuditVerdict verdict = verify();
  EXPECT_EQ(verdict.problem, "");
  EXPECT_EQ(verdict.first_line, 1);
  EXPECT_EQ(verdict.head.lines, 6);
}

TEST_F(AuditLogTest, IsWholeAfterThreadsThatAppendAtOnce) {
  {
    const auto log = open(4'096);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) EXPECT_TRUE(log->append(entry("x")));
      });
    }
  }
  EXPECT_EQ(verify().problem, "");
  EXPECT_EQ(verify().head.lines, 200);
}

TEST_F(AuditLogTest, GoesOnInAnotherFileWhenOneIsFull) {
  {
    const auto log = open(1'000);
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(log->append(entry("x")));
  }
  const std::vector<fs::path> older = files_set_aside(folder_.path());
  EXPECT_GT(older.size(), 3U);
  EXPECT_EQ(verify().problem, "");
  EXPECT_EQ(verify().head.lines, 20);

  // The oldest may be taken away; what is left is still a chain. Not so one in the middle.
  fs::remove(older.at(0));
  EXPECT_EQ(verify().problem, "");
  EXPECT_GT(verify().first_line, 1);
  fs::remove(older.at(2));
  EXPECT_THAT(verify().problem, HasSubstr("follows line"));
}

TEST_F(AuditLogTest, CountsRefusalsBeyondSixtyAMinute) {
  {
    const auto log = open();
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(log->append_refused(entry("x")));
  }
  EXPECT_LT(verify().head.lines, 70);
}

TEST_F(AuditLogTest, ShowsALineThatWasChanged) {
  write(5);
  std::vector<std::string> all = lines();
  all[2].replace(all[2].find("DELETE"), 6, "GET   ");
  replace(all);
  EXPECT_THAT(verify().problem, HasSubstr("audit.jsonl:3: the line was changed"));
}

TEST_F(AuditLogTest, ShowsALineThatIsMissing) {
  write(5);
  std::vector<std::string> all = lines();
  all.erase(all.begin() + 2);
  replace(all);
  EXPECT_THAT(verify().problem, HasSubstr("audit.jsonl:3: line 4 follows line 2"));
}

TEST_F(AuditLogTest, ShowsThatItsEndIsMissing) {
  write(5);
  std::vector<std::string> all = lines();
  all.pop_back();
  replace(all);
  EXPECT_THAT(verify().problem, HasSubstr("the log has 4 lines, and the database remembers 5"));
  // Nor does going on from there hide it.
  write(3);
  EXPECT_THAT(verify().problem, HasSubstr("audit.jsonl:5: lines before this one were cut off"));
}

TEST_F(AuditLogTest, ShowsThatItIsMissingAltogether) {
  write(5);
  fs::remove(file());
  EXPECT_THAT(verify().problem, HasSubstr("the end is missing"));
}

TEST_F(AuditLogTest, TakesAwayALineThatALossOfPowerCutShort) {
  write(2);
  std::ofstream(file(), std::ios::app) << R"({"line":3,"ti)";
  write(1);
  EXPECT_EQ(verify().problem, "");
  EXPECT_EQ(verify().head.lines, 3);
}

TEST_F(AuditLogTest, SaysWhereItsLinesCameFrom) {
  write(1);
  EXPECT_THAT(lines().at(0),
              HasSubstr(R"({"line":1,"time":"2026-11-22T09:30:00.000Z","event":"request",)"
                        R"("who":"key:0123456789ab","from":"192.0.2.7","method":"DELETE",)"
                        R"("route":"/v1/recordings/{id}","target":"0","outcome":204,)"
                        R"("previous":"","hash":")"));
}

}  // namespace
}  // namespace auscult::access
