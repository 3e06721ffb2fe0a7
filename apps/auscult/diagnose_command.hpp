#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

#include "model_options.hpp"

namespace auscult::cli {

/// `auscult diagnose`: what is in a file of bytes that a device has sent, and what is wrong with
/// it.
class DiagnoseCommand {
 public:
  explicit DiagnoseCommand(CLI::App& app);

  /// 0 if nothing speaks against it, 1 if something does, 2 if there is nothing to read.
  [[nodiscard]] int run(std::ostream& out, std::ostream& err) const;

  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  CLI::App* command_;
  ModelOptions model_;
  std::string input_;
  std::string sample_rate_;
  std::string channels_;
  std::string sample_format_;
  std::string byte_order_;
  std::string content_type_;
  std::string format_ = "text";
};

}  // namespace auscult::cli
