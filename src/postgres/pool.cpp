#include "postgres/pool.hpp"

#include <chrono>
#include <string>

#include "postgres/schema.hpp"

namespace auscult::postgres {
namespace {

// As long as a device waits for its answer.
constexpr std::chrono::seconds kPatience{5};

}  // namespace

Result<std::shared_ptr<Pool>> Pool::open(const Address& address) {
  std::shared_ptr<Pool> pool(new Pool(address));
  Result<Lease> connection = pool->take();
  if (!connection) return connection.error();
  if (const Status migrated = migrate(**connection, address.shown()); !migrated) {
    return migrated.error();
  }
  return pool;
}

Result<Pool::Lease> Pool::take() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->is_idle()) return Lease(connection.release(), Return(this));
      --count_;
    }
    if (count_ < kMostConnections) break;
    if (given_back_.wait_until(lock, deadline) == std::cv_status::timeout && idle_.empty()) {
      return fail(ErrorCode::unavailable, address_.shown() + ": all " +
                                              std::to_string(kMostConnections) +
                                              " connections to it are in use: try again");
    }
  }
  ++count_;
  lock.unlock();
  Result<Connection> opened = Connection::open(address_);
  if (opened) return Lease(new Connection(*std::move(opened)), Return(this));
  lock.lock();
  --count_;
  given_back_.notify_one();
  return opened.error();
}

void Pool::give_back(Connection* connection) {
  std::unique_ptr<Connection> returned(connection);
  const bool is_good = returned->is_idle();
  {
    const std::lock_guard lock(mutex_);
    if (is_good) {
      idle_.push_back(std::move(returned));
    } else {
      --count_;
    }
  }
  given_back_.notify_one();
}

}  // namespace auscult::postgres
