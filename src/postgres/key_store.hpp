#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "auscult/result.hpp"
#include "postgres/pool.hpp"
#include "storage/audit_table.hpp"
#include "storage/key_store.hpp"

namespace auscult::postgres {

/// The keys of a database that several processes share. Any thread. Where they are followed, so are
/// their rates: each process counts by itself, and a few times a second adds that up with the
/// others.
class PostgresKeyStore final : public storage::KeyStore {
 public:
  /// How version() and list() answer.
  enum class Reading {
    asked,     ///< By asking the database.
    followed,  ///< At once, by what a thread of their own has read; it asks a few times a second.
  };
  /// Longest time for which what was read is believed, where the database cannot be reached.
  static constexpr std::chrono::seconds kBelieved{5};

  PostgresKeyStore(std::shared_ptr<Pool> pool, Reading reading);

  Result<std::int64_t> version() override;
  Result<std::vector<storage::ApiKey>> list() override;
  Status insert(const storage::ApiKey& key) override;
  Status revoke(const std::string& id, Timestamp at) override;
  Status rotate(const std::string& id, const std::string& secret_sha256,
                std::optional<Timestamp> previous_until) override;
  std::optional<std::chrono::seconds> take(const std::string& id, int per_minute,
                                           RequestRate::Clock::time_point now) override;
  Result<storage::AuditHead> audit_head() override;
  Status set_audit_head(const storage::AuditHead& head) override;

 private:
  /// What there was, and when.
  struct Keys {
    std::int64_t version = 0;
    std::vector<storage::ApiKey> keys;
    std::chrono::steady_clock::time_point read_at;
  };

  /// What this process took of a key's rate.
  struct Use {
    RequestRate rate;
    RequestRate::Clock::duration untold{0};  ///< What the database does not know of yet.
  };

  Status read_keys();
  Status share_rates();
  [[nodiscard]] Result<Keys> believed() const;

  std::shared_ptr<Pool> pool_;
  const Reading reading_;
  mutable std::mutex mutex_;
  // Under `mutex_`:
  std::optional<Keys> keys_;
  std::map<std::string, Use> uses_;  ///< By the key's id.
  std::jthread following_;           ///< Last: it uses all the above.
};

/// The audit log of a database that several processes share. Its commits do not wait for the disk
/// of the server: a crash there may cost the last lines of some tenths of a second.
class PostgresAuditTable final : public storage::AuditTable {
 public:
  explicit PostgresAuditTable(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}

  Status append(const std::function<storage::AuditRow(const storage::AuditHead&)>& make) override;
  [[nodiscard]] Result<storage::AuditHead> head() const override;
  [[nodiscard]] Result<std::vector<storage::AuditLineRow>> read_after(std::int64_t line,
                                                                      int limit) const override;

 private:
  std::shared_ptr<Pool> pool_;
};

}  // namespace auscult::postgres
