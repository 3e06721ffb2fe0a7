#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

namespace auscult::cli {

/// `auscult stream`: a file, or what comes on standard input, to a running service as it is played.
class StreamCommand {
 public:
  explicit StreamCommand(CLI::App& app);

  /// 0 when the service has stored the recording, 1 if it has not, 2 if there was nothing to read.
  [[nodiscard]] int run(std::ostream& out, std::ostream& err) const;

  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  CLI::App* command_;
  std::string input_;
  std::string url_ = "ws://127.0.0.1:8000";
  std::string ca_file_;
  std::string device_;
  std::string format_ = "text";
  int sample_rate_ = 16'000;
  bool realtime_ = false;
};

}  // namespace auscult::cli
