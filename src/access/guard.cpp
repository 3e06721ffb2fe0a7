#include "access/guard.hpp"

#include <utility>

#include "access/secret.hpp"

namespace auscult::access {

Guard::Guard(std::unique_ptr<storage::KeyStore> keys, storage::SqlAccess& logins, Openness openness,
             AuditLog* audit)
    : openness_(openness), audit_(audit), logins_(logins), store_(std::move(keys)) {}

/// Reads the keys again if anybody changed them.
Status Guard::refresh() {
  const Result<std::int64_t> version = store_->version();
  if (!version) return version.error();
  if (version_ == *version) return Ok{};
  Result<std::vector<storage::ApiKey>> keys = store_->list();
  if (!keys) return keys.error();
  keys_.clear();
  for (storage::ApiKey& key : *keys) {
    // Unreadable scopes, of a newer version perhaps, are none.
    const Result<Scopes> scopes = Scopes::parse(key.scopes);
    std::string id = key.id;
    keys_.emplace(std::move(id), Known{std::move(key), scopes ? *scopes : Scopes{}});
  }
  version_ = *version;
  return Ok{};
}

const Guard::Known* Guard::find(std::string_view id, std::string_view secret_sha256,
                                Timestamp now) const {
  const auto found = keys_.find(id);
  if (found == keys_.end()) return nullptr;
  const storage::ApiKey& key = found->second.key;
  const bool is_current = equal_hashes(key.secret_sha256, secret_sha256);
  const bool is_previous = key.previous_sha256 && key.previous_until &&
                           equal_hashes(*key.previous_sha256, secret_sha256) &&
                           now < *key.previous_until;
  if ((!is_current && !is_previous) || key.revoked_at) return nullptr;
  if (key.expires_at && now >= *key.expires_at) return nullptr;
  return &found->second;
}

bool Guard::is_open(const Need& need, bool is_local) const {
  switch (openness_) {
    case Openness::everyone:
      return true;
    case Openness::contract:
      return need.contract || is_local;
    case Openness::closed:
      return false;
  }
  return false;
}

Decision Guard::decide(const Need& need, const Presented& presented, Timestamp now,
                       Clock::time_point clock) {
  return weigh(need, presented, now, clock);
}

Decision Guard::review(const Need& need, const Presented& presented, Timestamp now) {
  return weigh(need, presented, now, std::nullopt);
}

Decision Guard::weigh(const Need& need, const Presented& presented, Timestamp now,
                      std::optional<Clock::time_point> clock) {
  using Outcome = Decision::Outcome;
  Decision decision;
  const bool is_open = !need.scope || this->is_open(need, presented.is_local);
  // Who says nothing of himself is not looked up, so that a device of the first contract is served
  // whatever becomes of the table of keys.
  if (presented.key.empty() && presented.session.empty()) {
    decision.outcome = is_open ? Outcome::granted : Outcome::no_key;
    return decision;
  }
  // Firmware may send a token of its own, which its first server ignored.
  if (is_open && !presented.key.empty() && !looks_like_key(presented.key)) {
    decision.outcome = Outcome::granted;
    return decision;
  }
  std::string id;
  std::string secret_sha256;
  if (!presented.key.empty()) {
    const std::optional<KeyParts> parts = parse_key(presented.key);
    if (parts) {
      id = parts->id;
      secret_sha256 = hash_secret(parts->secret);
    }
  }
  const std::string session_hash =
      presented.key.empty() ? hash_secret(presented.session) : std::string();

  const std::lock_guard lock(mutex_);
  if (!refresh()) {
    decision.outcome = Outcome::unavailable;
    return decision;
  }
  if (presented.key.empty()) {
    const auto session = sessions_.find(session_hash);
    if (session != sessions_.end() && now < session->second.login.until) {
      id = session->second.login.key_id;
      secret_sha256 = session->second.login.secret_sha256;
      decision.by_session = true;
    }
  }
  const Known* known = find(id, secret_sha256, now);
  if (known == nullptr) {
    // A browser goes on sending a login's cookie after its end; a key is sent on purpose.
    decision.by_session = false;
    decision.outcome = !presented.key.empty() ? Outcome::unknown_key
                       : is_open              ? Outcome::granted
                                              : Outcome::no_key;
    return decision;
  }
  decision.who = "key:" + known->key.id;
  if (clock && known->key.requests_per_minute) {
    const auto wait = store_->take(known->key.id, *known->key.requests_per_minute, *clock);
    if (wait) {
      decision.outcome = Outcome::too_often;
      decision.retry_after = *wait;
      return decision;
    }
  }
  const bool granted = is_open || known->scopes.has(*need.scope);
  decision.outcome = granted ? Outcome::granted : Outcome::lacks_scope;
  return decision;
}

bool Guard::knows(const std::string& session) {
  if (session.empty()) return true;
  const std::string hash = hash_secret(session);
  const std::lock_guard lock(mutex_);
  if (!refresh()) return true;  // Whatever is asked is answered by that.
  const auto found = sessions_.find(hash);
  return found != sessions_.end() && found->second.version == version_;
}

Status Guard::look_up(const std::string& session) {
  const std::string hash = hash_secret(session);
  std::optional<std::int64_t> version;
  {
    const std::lock_guard lock(mutex_);
    if (Status read = refresh(); !read) return read;
    version = version_;
  }
  const Result<std::optional<storage::StoredLogin>> login = logins_.find(hash);
  if (!login) return login.error();
  const std::lock_guard lock(mutex_);
  if (*login) {
    remember(**login, version);
  } else {
    sessions_.erase(hash);
  }
  return Ok{};
}

/// Under `mutex_`. What is forgotten is looked up again.
void Guard::remember(const storage::StoredLogin& login, std::optional<std::int64_t> version) {
  constexpr std::size_t kMaxRemembered = 1'000;
  if (sessions_.size() >= kMaxRemembered) sessions_.clear();
  sessions_[login.session_sha256] = {login, version};
}

Result<Login> Guard::log_in(const std::string& key, Timestamp now) {
  const std::optional<KeyParts> parts = parse_key(key);
  if (!parts) return fail(ErrorCode::not_found, "this is no API key");
  Login login{random_secret(), {}, {}};
  const storage::StoredLogin stored{hash_secret(login.session), std::string(parts->id),
                                    hash_secret(parts->secret), now + kLoginTime};
  {
    const std::lock_guard lock(mutex_);
    if (const Status read = refresh(); !read) return read.error();
    const Known* known = find(stored.key_id, stored.secret_sha256, now);
    if (known == nullptr) {
      return fail(ErrorCode::not_found, "this key is not known here, or no longer taken");
    }
    login.who = "key:" + known->key.id;
    login.scopes = known->scopes;
  }
  if (const Status kept = logins_.add(stored, now); !kept) return kept.error();
  return login;
}

Status Guard::log_out(const std::string& session) {
  const std::string hash = hash_secret(session);
  Status ended = logins_.remove(hash);
  const std::lock_guard lock(mutex_);
  if (ended) sessions_.erase(hash);
  return ended;
}

}  // namespace auscult::access
