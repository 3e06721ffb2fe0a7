#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

#include "auscult/result.hpp"

namespace auscult::cli {

/// The manual page, in section 1, of the command `app` whose whole name is `name` ("auscult
/// model"): what its help says, its subcommands' among it, in the macros of man(7).
std::string manual_page(const CLI::App& app, const std::string& name);

/// A completion script for bash: commands, subcommands and flags of `app`, files elsewhere.
std::string bash_completion(const CLI::App& app);

/// `auscult manual`: writes these, made of the very commands that run, for a package or a person.
class ManualCommand {
 public:
  explicit ManualCommand(CLI::App& app);
  int run(std::ostream& out, std::ostream& err) const;
  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  [[nodiscard]] Status write_all() const;

  const CLI::App& app_;
  CLI::App* command_;
  std::string folder_;
  bool completion_ = false;
};

}  // namespace auscult::cli
