#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/temporary_folder.hpp"

namespace auscult::testing {

/// What a finished program left: its exit status (128 + signal if one ended it) and its output.
struct Finished {
  int status = 0;
  std::string out;
};

/// Runs a program from PATH to its end, standard error going to ours.
Finished run_program(const std::vector<std::string>& command);

/// A running `auscult serve` on a free loopback port; ended with the object if still running.
class ServerProcess {
 public:
  /// Starts it on `data_folder`, with the shipped model unless a flag names another, and waits
  /// until it says where it listens. Throws std::runtime_error if it ends before that.
  explicit ServerProcess(const std::filesystem::path& data_folder,
                         const std::vector<std::string>& more_flags = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// "http://127.0.0.1:PORT"
  [[nodiscard]] const std::string& url() const { return url_; }

  /// Sends `signal`, which it survives.
  void tell(int signal) const;

  /// Sends `signal` and waits for the end; returns the exit status, or 128 + the ending signal.
  int end(int signal);

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string url_;
};

}  // namespace auscult::testing
