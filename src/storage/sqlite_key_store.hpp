#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auscult/result.hpp"
#include "storage/key_store.hpp"
#include "storage/sqlite.hpp"

namespace auscult::storage {

/// The keys in a data folder's database. Its own connection: the command line changes keys while
/// the service runs.
class SqliteKeyStore final : public KeyStore {
 public:
  /// Opens the database of `folder`, which is made if it is missing. A schema that is too old is
  /// brought up to date only if no service uses the folder. Fails with storage_failure.
  static Result<SqliteKeyStore> open(const std::filesystem::path& folder);

  Result<std::int64_t> version() override;
  Result<std::vector<ApiKey>> list() override;
  Status insert(const ApiKey& key) override;
  Status revoke(const std::string& id, Timestamp at) override;
  Status rotate(const std::string& id, const std::string& secret_sha256,
                std::optional<Timestamp> previous_until) override;
  std::optional<std::chrono::seconds> take(const std::string& id, int per_minute,
                                           RequestRate::Clock::time_point now) override {
    return rates_[id].take(per_minute, now);
  }
  Result<AuditHead> audit_head() override;
  Status set_audit_head(const AuditHead& head) override;

 private:
  explicit SqliteKeyStore(Database database) : database_(std::move(database)) {}

  Database database_;
  std::optional<std::int64_t> seen_change_;  ///< SQLite's counter at the last version().
  std::int64_t version_ = 0;
  std::map<std::string, RequestRate> rates_;  ///< By the key's id.
};

}  // namespace auscult::storage
