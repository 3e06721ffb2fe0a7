#pragma once

#include <iosfwd>

#include "model_options.hpp"

namespace auscult::cli {

/// `auscult model info`: what a model file says of itself.
class ModelCommand {
 public:
  explicit ModelCommand(CLI::App& app);
  [[nodiscard]] int run(std::ostream& out, std::ostream& err) const;
  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  CLI::App* command_;
  ModelOptions model_;
};

}  // namespace auscult::cli
