#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "auscult/result.hpp"
#include "storage/sqlite.hpp"

namespace auscult::storage {

/// Read-only connections to one database. A reader takes an idle one or opens another, hence never
/// waits; a few are kept. Any thread.
class ReaderPool {
 public:
  explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}

  /// A connection on loan; it goes back at the end of the Reader, which the pool outlives.
  class Return {
   public:
    explicit Return(ReaderPool* pool) : pool_(pool) {}
    void operator()(Database* database) const { pool_->give_back(database); }

   private:
    ReaderPool* pool_;
  };
  using Reader = std::unique_ptr<Database, Return>;

  Result<Reader> take();

 private:
  void give_back(Database* database);

  std::filesystem::path file_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Database>> idle_;
};

}  // namespace auscult::storage
