#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

#include "auscult/result.hpp"

namespace auscult::cli {

/// `auscult store`: brings a store up to date, moves one into another.
class StoreCommand {
 public:
  explicit StoreCommand(CLI::App& app);

  [[nodiscard]] bool chosen() const { return command_->parsed(); }
  /// As run() in cli.hpp.
  int run(std::ostream& out, std::ostream& err) const;

 private:
  Status migrate(std::ostream& out) const;
  Status copy(std::ostream& out) const;

  CLI::App* command_;
  CLI::App* migrate_ = nullptr;
  CLI::App* copy_ = nullptr;
  std::string store_;
  std::string from_;
  std::string to_;
  bool resume_ = false;
  bool replace_ = false;
};

}  // namespace auscult::cli
