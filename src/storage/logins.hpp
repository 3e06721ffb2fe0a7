#pragma once

#include <optional>
#include <string>

#include "auscult/result.hpp"
#include "core/time.hpp"
#include "storage/sql_access.hpp"

namespace auscult::storage {

/// A browser's login as it is kept: of what its cookie carries there is only the SHA-256.
struct StoredLogin {
  std::string session_sha256;
  std::string key_id;
  std::string secret_sha256;  ///< Of the key, when it began: a rotation ends it, too.
  Timestamp until;
};

/// The logins of a store, known to all processes that share it. Any thread.
class LoginStore {
 public:
  /// `access` outlives this.
  explicit LoginStore(SqlAccess& access) : access_(access) {}

  /// Forgets those that have ended by `now`; beyond kMaxLogins the one that ends first gives way.
  Status add(const StoredLogin& login, Timestamp now);
  /// Empty if there is none, or there is no more.
  Result<std::optional<StoredLogin>> find(const std::string& session_sha256);
  /// Ends one, if it is there, and moves the version of the keys, by which other processes notice.
  Status remove(const std::string& session_sha256);

 private:
  SqlAccess& access_;
};

}  // namespace auscult::storage
