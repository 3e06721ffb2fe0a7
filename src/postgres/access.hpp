#pragma once

#include <memory>
#include <string>
#include <utility>

#include "postgres/pool.hpp"
#include "storage/sql_access.hpp"

namespace auscult::postgres {

/// The rows of a database by the connections of a pool.
class PostgresAccess final : public storage::SqlAccess {
 public:
  explicit PostgresAccess(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}

  Status read(const Work& work) override { return postgres::read(*pool_, work); }
  Status write(const Work& work) override { return postgres::write(*pool_, work); }
  Status change(const Work& work) override {
    Result<Pool::Lease> connection = pool_->take();
    if (!connection) return connection.error();
    return work(**connection);
  }
  [[nodiscard]] std::string skip_locked() const override { return " FOR UPDATE SKIP LOCKED"; }

 private:
  std::shared_ptr<Pool> pool_;
};

}  // namespace auscult::postgres
