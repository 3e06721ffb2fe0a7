#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "file_classifier.hpp"
#include "model_options.hpp"

namespace auscult::cli {

/// `auscult classify`: files and folders to answers on a stream.
class ClassifyCommand {
 public:
  explicit ClassifyCommand(CLI::App& app);

  /// 0 if every file was classified, 1 if one could not be read, 2 if there was none.
  [[nodiscard]] int run(std::ostream& out, std::ostream& err) const;

  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  CLI::App* command_;
  ModelOptions model_;
  std::vector<std::string> inputs_;
  std::string format_ = "text";
  int sample_rate_ = 16'000;
  int channels_ = 1;
  std::string sample_format_ = "s16le";
  double gain_ = 1;
  bool evidence_ = false;
  bool raw_ = false;
  bool plot_ = false;
};

}  // namespace auscult::cli
