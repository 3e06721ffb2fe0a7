#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

#include "auscult/result.hpp"
#include "model_options.hpp"
#include "serving.hpp"
#include "store_options.hpp"

namespace auscult::cli {

/// `auscult reclassify`: has a history judged anew by another model, shows how far it is, and
/// compares the answers.
class ReclassifyCommand {
 public:
  explicit ReclassifyCommand(CLI::App& app);

  [[nodiscard]] bool chosen() const { return command_->parsed(); }
  /// As run() in cli.hpp.
  int run(std::ostream& out, std::ostream& err) const;

 private:
  Status reclassify(std::ostream& out, std::ostream& err) const;

  CLI::App* command_;
  ModelOptions model_;
  StoreOptions store_;
  LogOptions log_;
  std::string where_;
  unsigned threads_ = 1;
};

}  // namespace auscult::cli
