#pragma once

#include <CLI/CLI.hpp>
#include <iosfwd>
#include <string>

#include "auscult/result.hpp"
#include "store_options.hpp"

namespace auscult::cli {

/// `auscult keys create|list|revoke|rotate`: the API keys of a data folder, while the service runs
/// or not.
class KeysCommand {
 public:
  explicit KeysCommand(CLI::App& app);

  /// 0 if it was done, 1 if not.
  int run(std::ostream& out, std::ostream& err) const;

  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  Status create(std::ostream& out, std::ostream& err) const;
  Status list(std::ostream& out) const;
  Status revoke(std::ostream& err) const;
  Status rotate(std::ostream& out, std::ostream& err) const;

  CLI::App* command_;
  CLI::App* create_;
  CLI::App* list_;
  CLI::App* revoke_;
  CLI::App* rotate_;
  StoreOptions store_;
  std::string name_;
  std::string scopes_ = "upload";
  std::string expires_;
  int rate_ = 0;
  std::string id_;
  int overlap_h_ = 0;
};

}  // namespace auscult::cli
