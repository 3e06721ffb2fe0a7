#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>
#include <vector>

namespace auscult::cli {

/// `auscult devices check`: sends to a service what public firmware sends, and judges the answers.
class DevicesCommand {
 public:
  explicit DevicesCommand(CLI::App& app);

  /// 0 if every device gets what it needs, 1 if one does not, 2 if it was not said whom to ask, or
  /// nobody is there.
  [[nodiscard]] int run(std::ostream& out, std::ostream& err) const;

  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  CLI::App* command_;
  std::string url_;
  std::vector<std::string> only_;
  std::string device_ = "device-check";
  std::string key_;
  std::string format_ = "text";
  bool list_ = false;
  bool full_ = false;
};

}  // namespace auscult::cli
