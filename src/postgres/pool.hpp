#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "auscult/result.hpp"
#include "postgres/address.hpp"
#include "postgres/connection.hpp"

namespace auscult::postgres {

/// Connections to one database whose schema is up to date. Whoever needs one takes an idle one or
/// opens another; where there are kMostConnections, it waits. One that is lost is not used again,
/// so that the next user gets a new one. A thread takes one at a time. Any thread.
class Pool {
 public:
  /// Of max_connections, which is 100 by default, a few processes must fit in.
  static constexpr std::size_t kMostConnections = 12;

  /// Connects, and brings the schema up to date, whichever of several processes comes first. Fails
  /// as Connection::open() and migrate() do.
  static Result<std::shared_ptr<Pool>> open(const Address& address);

  /// A connection on loan; it goes back at the end of the Lease, which the pool outlives.
  class Return {
   public:
    explicit Return(Pool* pool) : pool_(pool) {}
    void operator()(Connection* connection) const { pool_->give_back(connection); }

   private:
    Pool* pool_;
  };
  using Lease = std::unique_ptr<Connection, Return>;

  /// Fails with unavailable if none becomes free within some seconds.
  Result<Lease> take();

  [[nodiscard]] const Address& address() const { return address_; }

 private:
  explicit Pool(Address address) : address_(std::move(address)) {}
  void give_back(Connection* connection);

  Address address_;
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<std::unique_ptr<Connection>> idle_;  // Guarded by mutex_.
  std::size_t count_ = 0;                          // Guarded by mutex_; idle ones, too.
};

/// What `ask` answers with a connection from the pool. It only reads, and is asked once more, with
/// another connection, if the first one is lost on the way.
template <typename Ask>
auto read(Pool& pool, const Ask& ask) -> decltype(ask(std::declval<Connection&>())) {
  for (bool is_last : {false, true}) {
    Result<Pool::Lease> connection = pool.take();
    if (!connection) return connection.error();
    auto answer = ask(**connection);
    if (answer || is_last || !(*connection)->is_lost()) return answer;
  }
  return fail(ErrorCode::internal, "no answer");
}

/// What `change` answers in a transaction that is committed unless it fails; all others that write
/// wait meanwhile.
template <typename Change>
auto write(Pool& pool, const Change& change) -> decltype(change(std::declval<Connection&>())) {
  Result<Pool::Lease> connection = pool.take();
  if (!connection) return connection.error();
  Result<storage::Transaction> transaction = storage::Transaction::begin(**connection);
  if (!transaction) return transaction.error();
  auto answer = change(**connection);
  if (!answer) return answer;
  if (Status committed = transaction->commit(); !committed) return committed.error();
  return answer;
}

}  // namespace auscult::postgres
