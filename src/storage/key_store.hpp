#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auscult/result.hpp"
#include "core/time.hpp"
#include "storage/sqlite.hpp"

namespace auscult::storage {

/// A key for each device of a large hospital several times over; services hold them in memory.
inline constexpr int kMaxApiKeys = 10'000;

/// An API key as it is kept: of its secret there is only the SHA-256.
struct ApiKey {
  std::string id;
  std::string name;
  std::string scopes;         ///< "upload read"; access::Scopes reads it.
  std::string secret_sha256;  ///< 64 hexadecimal digits.
  /// The secret before the last rotation, and until when it is still taken.
  std::optional<std::string> previous_sha256;
  std::optional<Timestamp> previous_until;
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> revoked_at;
  std::optional<int> requests_per_minute;
};

/// Where the audit log ends, as the database remembers it.
struct AuditHead {
  std::int64_t lines = 0;  ///< 0: none yet.
  std::string sha256;      ///< Of the last of them.
  bool operator==(const AuditHead&) const = default;
};

/// The API keys in a data folder's database, and the head of its audit log. Its own connection: the
/// command line changes keys while the service runs. One thread at a time.
class KeyStore {
 public:
  /// Opens the database of `folder`, which is made if it is missing. A schema that is too old is
  /// brought up to date only if no service uses the folder. Fails with storage_failure.
  static Result<KeyStore> open(const std::filesystem::path& folder);

  /// A number that every change of the keys, by any process, makes another; cheap to ask for.
  Result<std::int64_t> version();
  /// In the order of their making, revoked ones too.
  Result<std::vector<ApiKey>> list();

  /// Fails with too_large beyond kMaxApiKeys.
  Status insert(const ApiKey& key);
  /// Each fails with not_found if there is no such key, or it has been revoked.
  Status revoke(const std::string& id, Timestamp at);
  /// Gives a key a new secret; the old one is taken until `previous_until`, if there is one.
  Status rotate(const std::string& id, const std::string& secret_sha256,
                std::optional<Timestamp> previous_until);

  Result<AuditHead> audit_head();
  /// Sets the head, unless the one there is further on.
  Status set_audit_head(const AuditHead& head);

 private:
  explicit KeyStore(Database database) : database_(std::move(database)) {}
  Status change(const std::string& id, const std::function<Status()>& run);

  Database database_;
  std::optional<std::int64_t> seen_change_;  ///< SQLite's counter at the last version().
  std::int64_t version_ = 0;
};

}  // namespace auscult::storage
