#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "model_options.hpp"

namespace auscult::cli {

/// `auscult model`: what a model file says of itself (`info`), what its training data were like
/// (`reference`), and the file for another server (`export`).
class ModelCommand {
 public:
  explicit ModelCommand(CLI::App& app);
  [[nodiscard]] int run(std::ostream& out, std::ostream& err) const;
  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  [[nodiscard]] Status show(std::ostream& out) const;
  [[nodiscard]] Status write_reference(std::ostream& out, std::ostream& err) const;
  [[nodiscard]] Status write_repository(std::ostream& out) const;

  CLI::App* command_;
  CLI::App* reference_;
  CLI::App* export_;
  ModelOptions model_;
  std::vector<std::string> data_;
  std::string out_;
  std::string triton_;
};

}  // namespace auscult::cli
