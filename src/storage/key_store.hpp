#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "core/request_rate.hpp"
#include "core/time.hpp"

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

/// The API keys of a store, and the head of its audit log. One thread at a time.
class KeyStore {
 public:
  virtual ~KeyStore() = default;

  /// A number that every change of the keys, by any process, makes another; cheap to ask for.
  virtual Result<std::int64_t> version() = 0;
  /// In the order of their making, revoked ones too.
  virtual Result<std::vector<ApiKey>> list() = 0;

  /// Fails with too_large beyond kMaxApiKeys.
  virtual Status insert(const ApiKey& key) = 0;
  /// Each fails with not_found if there is no such key, or it has been revoked.
  virtual Status revoke(const std::string& id, Timestamp at) = 0;
  /// Gives a key a new secret; the old one is taken until `previous_until`, if there is one.
  virtual Status rotate(const std::string& id, const std::string& secret_sha256,
                        std::optional<Timestamp> previous_until) = 0;

  /// Takes one request of a key's rate; or, if there is none left, says how long to wait for it. At
  /// once: what other processes took of it is known some tenths of a second later.
  virtual std::optional<std::chrono::seconds> take(const std::string& id, int per_minute,
                                                   RequestRate::Clock::time_point now) = 0;

  virtual Result<AuditHead> audit_head() = 0;
  /// Sets the head, unless the one there is further on.
  virtual Status set_audit_head(const AuditHead& head) = 0;

 protected:
  KeyStore() = default;
  KeyStore(const KeyStore&) = default;
  KeyStore(KeyStore&&) = default;
  KeyStore& operator=(const KeyStore&) = default;
  KeyStore& operator=(KeyStore&&) = default;
};

}  // namespace auscult::storage
