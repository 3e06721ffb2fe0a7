#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/temporary_folder.hpp"

namespace auscult::postgres_test {

/// A PostgreSQL of this process's own: in a temporary folder, on a socket in it, as an unprivileged
/// user, ended with the process at the latest. Not synced to disk. Its language is not C, so that
/// whatever depends on that is seen.
class PostgresCluster {
 public:
  /// The one that the tests of a program share, started when it is first asked for; null where
  /// PostgreSQL is not installed. Throws std::runtime_error if it is, but does not start.
  static PostgresCluster* shared();
  /// What a test that is skipped for want of it says.
  static const char* missing() {
    return "PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/initdb): tools/setup.sh test";
  }

  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  /// A URL of a new and empty schema.
  std::string make_schema();
  /// Runs SQL in the schema of a URL, or in none, and returns the first column of its last result.
  std::string run(const std::string& sql, const std::string& url = "");

  /// Ends the server at once, as a crash would, and starts it again.
  void stop();
  void start();

 private:
  explicit PostgresCluster(std::filesystem::path programs);
  [[nodiscard]] std::string url() const;

  std::filesystem::path programs_;
  TemporaryFolder folder_;
  pid_t server_ = -1;
  int schemas_ = 0;
};

}  // namespace auscult::postgres_test
