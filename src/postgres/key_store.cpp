#include "postgres/key_store.hpp"

#include <condition_variable>
#include <utility>

#include "storage/key_rows.hpp"

namespace auscult::postgres {
namespace {

// A change is to hold within a second.
constexpr std::chrono::milliseconds kLook{300};

std::int64_t microseconds(RequestRate::Clock::duration time) {
  return std::chrono::ceil<std::chrono::microseconds>(time).count();
}

/// A change, which is a transaction of its own and is not tried again.
template <typename Change>
Status once(Pool& pool, const Change& change) {
  Result<Pool::Lease> connection = pool.take();
  if (!connection) return connection.error();
  return change(**connection);
}

}  // namespace

PostgresKeyStore::PostgresKeyStore(std::shared_ptr<Pool> pool, Reading reading)
    : pool_(std::move(pool)), reading_(reading) {
  if (reading_ == Reading::asked) return;
  (void)read_keys();  // If it fails, who asks is told.
  following_ = std::jthread([this](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    while (!woken.wait_for(lock, stop, kLook, [&stop] { return stop.stop_requested(); })) {
      (void)read_keys();
      (void)share_rates();  // What could not be told is this process's own.
    }
  });
}

/// Reads the keys, if they are others than those that were read before.
Status PostgresKeyStore::read_keys() {
  const auto at = std::chrono::steady_clock::now();
  const Result<std::int64_t> version =
      read(*pool_, [](Connection& connection) { return read_keys_version(connection); });
  if (!version) return version.error();
  {
    const std::lock_guard lock(mutex_);
    if (keys_ && keys_->version == *version) {
      keys_->read_at = at;
      return Ok{};
    }
  }
  Result<std::vector<storage::ApiKey>> keys =
      read(*pool_, [](Connection& connection) { return storage::read_keys(connection); });
  if (!keys) return keys.error();
  const std::lock_guard lock(mutex_);
  // Perhaps of a later version than this; then they are read once more.
  keys_ = Keys{*version, *std::move(keys), at};
  return Ok{};
}

/// Tells the database what was taken of rates since the last time, and learns how much all took.
Status PostgresKeyStore::share_rates() {
  std::string ids;
  std::string costs;
  {
    const std::lock_guard lock(mutex_);
    if (uses_.empty()) return Ok{};
    for (auto& [id, use] : uses_) {
      if (use.untold == RequestRate::Clock::duration::zero()) continue;
      ids += (ids.empty() ? "" : ",") + id;
      costs += (costs.empty() ? "" : ",") + std::to_string(microseconds(use.untold));
      use.untold = {};
    }
  }
  return once(*pool_, [&](Connection& connection) -> Status {
    if (!ids.empty()) {
      // In the order of the keys, so that no two processes wait for each other.
      Result<storage::Statement> add = connection.prepare(
          "WITH used AS (SELECT CAST(extract(epoch FROM now()) * 1000000 AS BIGINT) AS moment, * "
          "FROM unnest(CAST(CAST(? AS TEXT) AS TEXT[]), CAST(CAST(? AS TEXT) AS BIGINT[])) "
          "AS used (key, cost)) "
          "INSERT INTO key_rates (key, recovered_at) "
          "SELECT key, moment + cost FROM used ORDER BY key "
          "ON CONFLICT (key) DO UPDATE SET recovered_at = excluded.recovered_at + "
          "greatest(0, key_rates.recovered_at - "
          "CAST(extract(epoch FROM now()) * 1000000 AS BIGINT))");
      if (!add) return add.error();
      Status added = add->bind("{" + ids + "}").bind("{" + costs + "}").run();
      if (!added) return added;
    }
    Result<storage::Statement> row = connection.prepare(
        "SELECT key, recovered_at - moment FROM key_rates, "
        "(SELECT CAST(extract(epoch FROM now()) * 1000000 AS BIGINT) AS moment) AS clock "
        "WHERE recovered_at > moment");
    if (!row) return row.error();
    for (;;) {
      const Result<bool> found = row->step();
      if (!found) return found.error();
      if (!*found) return Ok{};
      const std::chrono::microseconds left(row->integer(1));
      const std::lock_guard lock(mutex_);
      Use& use = uses_[row->text(0)];
      use.rate.recover_at(RequestRate::Clock::now() + left + use.untold);
    }
  });
}

std::optional<std::chrono::seconds> PostgresKeyStore::take(const std::string& id, int per_minute,
                                                           RequestRate::Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  Use& use = uses_[id];
  const auto wait = use.rate.take(per_minute, now);
  if (!wait) use.untold += RequestRate::cost(per_minute);
  return wait;
}

Result<PostgresKeyStore::Keys> PostgresKeyStore::believed() const {
  const std::lock_guard lock(mutex_);
  if (keys_ && std::chrono::steady_clock::now() - keys_->read_at < kBelieved) return *keys_;
  return fail(ErrorCode::unavailable,
              pool_->address().shown() + ": the keys cannot be read: try again");
}

Result<std::int64_t> PostgresKeyStore::version() {
  if (reading_ == Reading::asked) {
    return read(*pool_, [](Connection& connection) { return read_keys_version(connection); });
  }
  const std::lock_guard lock(mutex_);
  if (keys_ && std::chrono::steady_clock::now() - keys_->read_at < kBelieved) return keys_->version;
  return fail(ErrorCode::unavailable,
              pool_->address().shown() + ": the keys cannot be read: try again");
}

Result<std::vector<storage::ApiKey>> PostgresKeyStore::list() {
  if (reading_ == Reading::asked) {
    return read(*pool_, [](Connection& connection) { return storage::read_keys(connection); });
  }
  Result<Keys> keys = believed();
  if (!keys) return keys.error();
  return std::move(keys->keys);
}

Status PostgresKeyStore::insert(const storage::ApiKey& key) {
  return once(*pool_, [&](Connection& connection) { return write_key(connection, key); });
}

Status PostgresKeyStore::revoke(const std::string& id, Timestamp at) {
  return once(*pool_, [&](Connection& connection) { return revoke_key(connection, id, at); });
}

Status PostgresKeyStore::rotate(const std::string& id, const std::string& secret_sha256,
                                std::optional<Timestamp> previous_until) {
  return once(*pool_, [&](Connection& connection) {
    return rotate_key(connection, id, secret_sha256, previous_until);
  });
}

Result<storage::AuditHead> PostgresKeyStore::audit_head() {
  return read(*pool_, [](Connection& connection) { return read_audit_head(connection); });
}

Status PostgresKeyStore::set_audit_head(const storage::AuditHead& head) {
  return once(*pool_, [&](Connection& connection) { return write_audit_head(connection, head); });
}

Status PostgresAuditTable::append(
    const std::function<storage::AuditRow(const storage::AuditHead&)>& make) {
  // Whoever appends waits for the row with the head, and for nobody who writes recordings. What
  // fails leaves a transaction, with which the pool does not take the connection back.
  return once(*pool_, [&](Connection& connection) -> Status {
    Status begun = connection.execute("BEGIN; SET LOCAL synchronous_commit TO off");
    if (!begun) return begun;
    storage::AuditHead head;
    {
      Result<storage::Statement> row = connection.prepare(
          "SELECT audit_lines, audit_sha256 FROM security WHERE \"only\" = 1 FOR UPDATE");
      if (!row) return row.error();
      const Result<bool> found = row->step();
      if (!found) return found.error();
      if (*found) head = {row->integer(0), row->text(1)};
    }
    const storage::AuditRow made = make(head);
    {
      Result<storage::Statement> line =
          connection.prepare("INSERT INTO audit (line, text) VALUES (?, ?)");
      if (!line) return line.error();
      line->bind(head.lines + 1).bind(std::string_view(made.text));
      if (Status written = line->run(); !written) return written;
    }
    const Status moved = write_audit_head(connection, {head.lines + 1, made.sha256});
    return moved ? connection.execute("COMMIT") : moved;
  });
}

Result<storage::AuditHead> PostgresAuditTable::head() const {
  return read(*pool_, [](Connection& connection) { return read_audit_head(connection); });
}

Result<std::vector<storage::AuditLineRow>> PostgresAuditTable::read_after(std::int64_t line,
                                                                          int limit) const {
  using Rows = std::vector<storage::AuditLineRow>;
  return read(*pool_, [&](Connection& connection) -> Result<Rows> {
    Result<storage::Statement> row =
        connection.prepare("SELECT line, text FROM audit WHERE line > ? ORDER BY line LIMIT ?");
    if (!row) return row.error();
    row->bind(line).bind(limit);
    Rows rows;
    for (;;) {
      const Result<bool> found = row->step();
      if (!found) return found.error();
      if (!*found) return rows;
      rows.push_back({row->integer(0), row->text(1)});
    }
  });
}

}  // namespace auscult::postgres
