#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "access/audit_log.hpp"
#include "access/scope.hpp"
#include "auscult/result.hpp"
#include "core/request_rate.hpp"
#include "core/time.hpp"
#include "storage/key_store.hpp"
#include "storage/logins.hpp"

namespace auscult::access {

/// To whom the service is open without a key.
enum class Openness : std::uint8_t {
  contract,  ///< From this machine everything; from elsewhere what the first devices' contract has.
  closed,    ///< To nobody.
  everyone,  ///< Everything to everybody.
};

/// What came with a request to say who it is from.
struct Presented {
  std::string key;        ///< An API key's text; empty if there is none.
  std::string session;    ///< A login's; empty if there is none.
  bool is_local = false;  ///< From a program on this machine.
};

/// Whether a request may go on.
struct Decision {
  enum class Outcome {
    granted,
    no_key,       ///< One is needed, and there is none.
    unknown_key,  ///< Or revoked, or expired.
    lacks_scope,
    too_often,
    unavailable,  ///< The keys cannot be read.
  };
  Outcome outcome = Outcome::no_key;
  std::string who = "anonymous";  ///< Or "key:" and its id.
  bool by_session = false;
  std::chrono::seconds retry_after{0};  ///< If too_often.
};

/// Whoever holds a login.
struct Login {
  std::string session;  ///< What its cookie carries.
  std::string who;
  Scopes scopes;
};

/// Decides who may do what. Keys are looked up in the store at each request, so that a change holds
/// from the next one on. Logins are the store's, too, so that every process that shares it knows
/// them, and the next one after a restart. Any thread; holds a lock for the time of a look-up
/// (microseconds), and blocks only where it says so.
class Guard {
 public:
  using Clock = RequestRate::Clock;

  /// How long a login lasts: a working day.
  static constexpr std::chrono::hours kLoginTime{12};

  /// `logins` and `audit` outlive the guard.
  Guard(std::unique_ptr<storage::KeyStore> keys, storage::SqlAccess& logins, Openness openness,
        AuditLog* audit);

  /// Whether what decide() and review() would say of a login is true now; else look_up() comes
  /// first.
  bool knows(const std::string& session);
  /// Learns of a login, of its end too, whichever process it was given by. Blocks. Fails as the
  /// store does.
  Status look_up(const std::string& session);

  /// Counts against the key's rate.
  Decision decide(const Need& need, const Presented& presented, Timestamp now,
                  Clock::time_point clock);
  /// The same for what has been granted before and goes on; counts against nothing.
  Decision review(const Need& need, const Presented& presented, Timestamp now);

  /// Starts a session with a key's rights. Blocks. Fails with not_found if the key is none that may
  /// be used, and as the store does.
  Result<Login> log_in(const std::string& key, Timestamp now);
  /// Ends a session; a process that shares the store notices within a second. Blocks. Fails as the
  /// store does.
  Status log_out(const std::string& session);

  [[nodiscard]] Openness openness() const { return openness_; }
  /// Null: no audit log is kept.
  [[nodiscard]] AuditLog* audit() const { return audit_; }

 private:
  struct Known {
    storage::ApiKey key;
    Scopes scopes;
  };
  struct Session {
    storage::StoredLogin login;
    std::optional<std::int64_t> version;  ///< Of the keys, before it was looked up.
  };

  Decision weigh(const Need& need, const Presented& presented, Timestamp now,
                 std::optional<Clock::time_point> clock);
  Status refresh();
  const Known* find(std::string_view id, std::string_view secret_sha256, Timestamp now) const;
  [[nodiscard]] bool is_open(const Need& need, bool is_local) const;
  void remember(const storage::StoredLogin& login, std::optional<std::int64_t> version);

  const Openness openness_;
  AuditLog* const audit_;
  storage::LoginStore logins_;
  std::mutex mutex_;
  // All under `mutex_`:
  std::unique_ptr<storage::KeyStore> store_;
  std::optional<std::int64_t> version_;  ///< Of the store, when `keys_` was read.
  std::map<std::string, Known, std::less<>> keys_;
  /// Those that were asked for, by the SHA-256 of what the cookie has.
  std::unordered_map<std::string, Session> sessions_;
};

}  // namespace auscult::access
