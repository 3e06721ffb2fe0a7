#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <iosfwd>

#include "auscult/result.hpp"
#include "model_options.hpp"
#include "serving.hpp"
#include "store_options.hpp"

namespace auscult::cli {

/// `auscult worker`: does what lies in a store's queue, until SIGTERM or SIGINT; SIGHUP has it load
/// its model anew.
class WorkerCommand {
 public:
  explicit WorkerCommand(CLI::App& app);

  [[nodiscard]] bool chosen() const { return command_->parsed(); }
  /// As run() in cli.hpp.
  int run(std::ostream& out, std::ostream& err) const;

 private:
  Status work(std::ostream& out) const;

  CLI::App* command_;
  ModelOptions model_;
  StoreOptions store_;
  LogOptions log_;
  unsigned threads_ = 0;
  int lease_s_ = 60;
  std::size_t memory_bytes_;
};

}  // namespace auscult::cli
