#include "storage/reader_pool.hpp"

namespace auscult::storage {
namespace {

// More than this many threads reading at once is rare; opening a connection takes 0.1 ms.
constexpr std::size_t kMaxIdle = 8;

}  // namespace

Result<ReaderPool::Reader> ReaderPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      Reader reader(idle_.back().release(), Return(this));
      idle_.pop_back();
      return reader;
    }
  }
  Result<Database> opened = Database::open(file_, Database::Mode::read_only);
  if (!opened) return opened.error();
  return Reader(new Database(*std::move(opened)), Return(this));
}

void ReaderPool::give_back(Database* database) {
  std::unique_ptr<Database> returned(database);
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kMaxIdle) idle_.push_back(std::move(returned));
}

}  // namespace auscult::storage
