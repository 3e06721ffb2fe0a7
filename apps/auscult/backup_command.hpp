#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

namespace auscult::cli {

/// `auscult backup`: a copy of a store, which may be in use.
class BackupCommand {
 public:
  explicit BackupCommand(CLI::App& app);
  /// 0 if there is a backup, 1 if not.
  [[nodiscard]] int run(std::ostream& out, std::ostream& err) const;
  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  CLI::App* command_;
  std::string data_dir_ = "data";
  std::string target_;
};

/// `auscult restore`: a backup back into a folder that no service uses.
class RestoreCommand {
 public:
  explicit RestoreCommand(CLI::App& app);
  /// 0 if the store is that of the backup, 1 if it is what it was.
  [[nodiscard]] int run(std::ostream& out, std::ostream& err) const;
  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  CLI::App* command_;
  std::string data_dir_ = "data";
  std::string backup_;
  bool replace_ = false;
};

}  // namespace auscult::cli
