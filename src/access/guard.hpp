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
#include "access/token_bucket.hpp"
#include "auscult/result.hpp"
#include "core/time.hpp"
#include "storage/key_store.hpp"

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

/// Whoever holds a login, until the service ends.
struct Login {
  std::string session;  ///< What its cookie carries.
  std::string who;
  Scopes scopes;
};

/// Decides who may do what. Keys are looked up in the store at each request, so that a change holds
/// from the next one on. Any thread; holds a lock for the time of a look-up (microseconds).
class Guard {
 public:
  using Clock = TokenBucket::Clock;

  /// How long a login lasts: a working day.
  static constexpr std::chrono::hours kLoginTime{12};
  /// Browsers that are logged in at a time; the one that has been so for longest gives way.
  static constexpr std::size_t kMaxLogins = 1'000;

  Guard(std::unique_ptr<storage::KeyStore> keys, Openness openness, AuditLog* audit);

  /// Counts against the key's rate.
  Decision decide(const Need& need, const Presented& presented, Timestamp now,
                  Clock::time_point clock);
  /// The same for what has been granted before and goes on; counts against nothing.
  Decision review(const Need& need, const Presented& presented, Timestamp now);

  /// Starts a session with a key's rights. Fails with not_found if the key is none that may be
  /// used, and as the store does.
  Result<Login> log_in(const std::string& key, Timestamp now);
  void log_out(const std::string& session);

  [[nodiscard]] Openness openness() const { return openness_; }
  /// Null: no audit log is kept.
  [[nodiscard]] AuditLog* audit() const { return audit_; }

 private:
  struct Known {
    storage::ApiKey key;
    Scopes scopes;
  };
  struct Session {
    std::string key_id;
    std::string secret_sha256;  ///< With which it was begun: a rotation ends it, too.
    Timestamp until;
  };

  Decision weigh(const Need& need, const Presented& presented, Timestamp now,
                 std::optional<Clock::time_point> clock);
  Status refresh();
  const Known* find(std::string_view id, std::string_view secret_sha256, Timestamp now) const;
  [[nodiscard]] bool is_open(const Need& need, bool is_local) const;
  void forget_old_sessions(Timestamp now);

  const Openness openness_;
  AuditLog* const audit_;
  std::mutex mutex_;
  // All under `mutex_`:
  std::unique_ptr<storage::KeyStore> store_;
  std::optional<std::int64_t> version_;  ///< Of the store, when `keys_` was read.
  std::map<std::string, Known, std::less<>> keys_;
  std::unordered_map<std::string, TokenBucket> buckets_;  ///< By the key's id and its rate.
  std::unordered_map<std::string, Session> sessions_;  ///< By the SHA-256 of what the cookie has.
};

}  // namespace auscult::access
