#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

namespace auscult::cli {

/// `auscult audit verify`: whether the log of accesses and changes is whole.
class AuditCommand {
 public:
  explicit AuditCommand(CLI::App& app);

  /// 0 if the log is whole, 1 if not, 2 if it cannot be read.
  int run(std::ostream& out, std::ostream& err) const;

  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  CLI::App* command_;
  std::string folder_ = "data";
};

}  // namespace auscult::cli
