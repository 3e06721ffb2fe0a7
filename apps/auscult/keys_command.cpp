#include "keys_command.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <ostream>

#include "access/audit_log.hpp"
#include "access/scope.hpp"
#include "access/secret.hpp"
#include "postgres/address.hpp"
#include "settings.hpp"

namespace auscult::cli {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr int kMostOverlapH = 24 * 90;
constexpr int kMostPerMinute = 1'000'000;

/// "30d", or a moment in RFC 3339.
Result<std::optional<Timestamp>> parse_expiry(const std::string& text) {
  if (text.empty()) return std::optional<Timestamp>();
  const bool is_days = text.back() == 'd' && text.size() <= 5 &&
                       text.find_first_not_of("0123456789") == text.size() - 1;
  if (is_days) return std::optional(now() + std::chrono::hours(24) * std::stoi(text));
  const Result<Timestamp> time = parse_timestamp(text);
  if (!time) return time.error();
  return std::optional(*time);
}

Status log_change(const StoreOptions& store, const char* event, const std::string& id,
                  const std::string& detail) {
  Result<std::unique_ptr<access::AuditLog>> log = open_audit_log(store);
  if (!log) return log.error();
  access::AuditEntry entry;
  entry.at = now();
  entry.event = event;
  entry.who = "command";
  entry.from = "user " + std::to_string(::getuid());
  entry.target = id;
  entry.detail = detail;
  return (*log)->append(entry);
}

/// The keys of a store that a service has used; another's name would be a slip.
Result<std::unique_ptr<storage::KeyStore>> open_used(const StoreOptions& store) {
  const bool is_folder = !postgres::Address::is_meant(store.name());
  if (is_folder && !std::filesystem::exists(std::filesystem::path(store.name()) / "auscult.db")) {
    return fail(ErrorCode::not_found,
                "there is no auscult.db in " + store.name() + ": name its folder by --data-dir");
  }
  return open_keys(store);
}

const char* state_of(const storage::ApiKey& key) {
  if (key.revoked_at) return "revoked";
  if (key.expires_at && *key.expires_at <= now()) return "expired";
  return "in use";
}

}  // namespace

KeysCommand::KeysCommand(CLI::App& app)
    : command_(app.add_subcommand("keys", "Make, list, revoke and renew API keys")) {
  command_->require_subcommand(1);
  command_->footer(
      "Changes hold at once, also for a service that runs. A key is shown once; what is kept is\n"
      "the SHA-256 of its secret.\n\nExample:\n"
      "  auscult keys create --name ward-3 --scopes upload\n"
      "  auscult keys create --name dashboard --scopes read,listen,admin --expires 90d");
  store_.add_to(*command_);

  create_ = command_->add_subcommand("create", "Make a key and print it");
  create_->add_option("--name", name_, "What it is for: a device, a person, a program")->required();
  create_->add_option("--scopes", scopes_, "Of upload, read, listen (audio), admin; with commas")
      ->capture_default_str();
  create_->add_option("--expires", expires_, "After days (90d) or at a time (2027-01-31)");
  create_->add_option("--rate", rate_, "Requests a minute; 0: any number")
      ->check(CLI::Range(0, kMostPerMinute));
  list_ = command_->add_subcommand("list", "Show all keys but their secrets");
  revoke_ = command_->add_subcommand("revoke", "Have a key taken no longer");
  revoke_->add_option("id", id_, "As `list` shows it")->required();
  rotate_ = command_->add_subcommand("rotate", "Give a key a new secret and print it");
  rotate_->add_option("id", id_, "As `list` shows it")->required();
  rotate_->add_option("--overlap-h", overlap_h_, "Hours for which the old secret is taken, too")
      ->check(CLI::Range(0, kMostOverlapH))
      ->capture_default_str();
}

int KeysCommand::run(std::ostream& out, std::ostream& err) const {
  Status done = Ok{};
  if (create_->parsed()) done = create(out, err);
  if (list_->parsed()) done = list(out);
  if (revoke_->parsed()) done = revoke(err);
  if (rotate_->parsed()) done = rotate(out, err);
  if (!done) err << "auscult: " << done.error().message << '\n';
  return done ? 0 : 1;
}

Status KeysCommand::create(std::ostream& out, std::ostream& err) const {
  const Result<access::Scopes> scopes = access::Scopes::parse(scopes_);
  if (!scopes) return scopes.error();
  if (name_.empty() || name_.size() > kMaxNameBytes) {
    return fail(ErrorCode::invalid_argument, "a name has 1 to 64 bytes");
  }
  const Result<std::optional<Timestamp>> expires = parse_expiry(expires_);
  if (!expires) return expires.error();
  const auto store = open_keys(store_);
  if (!store) return store.error();

  const access::NewKey made = access::make_key();
  storage::ApiKey key;
  key.id = made.id;
  key.name = name_;
  key.scopes = to_string(*scopes);
  key.secret_sha256 = made.secret_sha256;
  key.created_at = now();
  key.expires_at = *expires;
  if (rate_ > 0) key.requests_per_minute = rate_;
  if (Status inserted = (*store)->insert(key); !inserted) return inserted;
  out << made.text << std::endl;
  err << "Key " << key.id << " may " << key.scopes << ". It is not shown again.\n";
  return log_change(store_, "key.create", key.id, key.scopes);
}

Status KeysCommand::list(std::ostream& out) const {
  const auto store = open_used(store_);
  if (!store) return store.error();
  const Result<std::vector<storage::ApiKey>> keys = (*store)->list();
  if (!keys) return keys.error();
  for (const storage::ApiKey& key : *keys) {
    std::array<char, 160> line{};
    (void)std::snprintf(line.data(), line.size(), "%s  %-7s  %-24s  made %.10s", key.id.c_str(),
                        state_of(key), key.scopes.c_str(),
                        format_timestamp(key.created_at).c_str());
    out << line.data();
    if (key.expires_at) out << "  until " << format_timestamp(*key.expires_at).substr(0, 16);
    if (key.requests_per_minute) out << "  " << *key.requests_per_minute << " a minute";
    out << "  " << key.name << '\n';
  }
  return Ok{};
}

Status KeysCommand::revoke(std::ostream& err) const {
  const auto store = open_used(store_);
  if (!store) return store.error();
  if (Status revoked = (*store)->revoke(id_, now()); !revoked) return revoked;
  err << "Key " << id_ << " is taken no longer.\n";
  return log_change(store_, "key.revoke", id_, "");
}

Status KeysCommand::rotate(std::ostream& out, std::ostream& err) const {
  const auto store = open_used(store_);
  if (!store) return store.error();
  const access::NewKey made = access::make_key(id_);
  std::optional<Timestamp> until;
  if (overlap_h_ > 0) until = now() + std::chrono::hours(overlap_h_);
  if (Status rotated = (*store)->rotate(id_, made.secret_sha256, until); !rotated) return rotated;
  out << made.text << std::endl;
  err << "It is not shown again. The old secret is taken "
      << (until ? "until " + format_timestamp(*until) : std::string("no longer")) << ".\n";
  return log_change(store_, "key.rotate", id_, "");
}

}  // namespace auscult::cli
