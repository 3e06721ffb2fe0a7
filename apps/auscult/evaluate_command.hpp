#pragma once

#include <iosfwd>
#include <string>

#include "model_options.hpp"

namespace auscult::cli {

/// `auscult evaluate`: a model's figures on labelled recordings.
class EvaluateCommand {
 public:
  explicit EvaluateCommand(CLI::App& app);

  /// 0 if every file was read, 2 if it was not said what is to be judged, 1 otherwise.
  [[nodiscard]] int run(std::ostream& out, std::ostream& err) const;

  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  CLI::App* command_;
  ModelOptions model_;
  std::string data_;
  std::string manifest_;
  std::string format_ = "text";
  bool relabel_ = false;
  int every_ = 1;
};

}  // namespace auscult::cli
