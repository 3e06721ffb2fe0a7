#include "store_options.hpp"

#include <utility>

#include "postgres/key_store.hpp"
#include "postgres/recording_store.hpp"
#include "service/recording_service.hpp"
#include "settings.hpp"
#include "storage/sqlite_key_store.hpp"
#include "storage/sqlite_recording_store.hpp"

namespace auscult::cli {
namespace {

using postgres::PostgresKeyStore;

Result<std::shared_ptr<postgres::Pool>> open_pool(const std::string& url) {
  const Result<postgres::Address> address = postgres::Address::parse(url);
  if (!address) return address.error();
  return postgres::Pool::open(*address);
}

Result<ServedStore> serve_database(const std::string& url) {
  Result<std::shared_ptr<postgres::Pool>> pool = open_pool(url);
  if (!pool) return pool.error();
  auto recordings = postgres::PostgresRecordingStore::open(*pool);
  if (!recordings) return recordings.error();
  return ServedStore{*std::move(recordings),
                     std::make_unique<PostgresKeyStore>(*pool, PostgresKeyStore::Reading::followed),
                     access::AuditLog::open(std::make_unique<postgres::PostgresAuditTable>(*pool))};
}

}  // namespace

void StoreOptions::add_to(CLI::App& command) {
  add_setting(command, "--data-dir", data_dir, "Folder of the recordings; made if missing");
  // Not captured, so that no help shows a password.
  command
      .add_option("--store", store,
                  "postgresql://USER@HOST/DATABASE, which several services may share, in place of "
                  "the folder")
      ->envname(environment_name("--store"));
}

std::string StoreOptions::shown() const { return postgres::shown_store(name()); }

Result<ServedStore> open_served(const StoreOptions& options) {
  const std::string& name = options.name();
  if (postgres::Address::is_meant(name)) return serve_database(name);
  auto recordings = storage::SqliteRecordingStore::open(name, service::listening_copy);
  if (!recordings) return recordings.error();
  Result<std::unique_ptr<access::AuditLog>> audit = access::AuditLog::open(name);
  if (!audit) return audit.error();
  Result<storage::SqliteKeyStore> keys = storage::SqliteKeyStore::open(name);
  if (!keys) return keys.error();
  return ServedStore{std::make_unique<storage::SqliteRecordingStore>(*std::move(recordings)),
                     std::make_unique<storage::SqliteKeyStore>(*std::move(keys)),
                     *std::move(audit)};
}

Result<std::unique_ptr<storage::KeyStore>> open_keys(const StoreOptions& options) {
  const std::string& name = options.name();
  if (postgres::Address::is_meant(name)) {
    Result<std::shared_ptr<postgres::Pool>> pool = open_pool(name);
    if (!pool) return pool.error();
    return std::unique_ptr<storage::KeyStore>(
        std::make_unique<PostgresKeyStore>(*std::move(pool), PostgresKeyStore::Reading::asked));
  }
  Result<storage::SqliteKeyStore> keys = storage::SqliteKeyStore::open(name);
  if (!keys) return keys.error();
  return std::unique_ptr<storage::KeyStore>(
      std::make_unique<storage::SqliteKeyStore>(*std::move(keys)));
}

Result<std::unique_ptr<access::AuditLog>> open_audit_log(const StoreOptions& options) {
  const std::string& name = options.name();
  if (!postgres::Address::is_meant(name)) return access::AuditLog::open(name);
  Result<std::shared_ptr<postgres::Pool>> pool = open_pool(name);
  if (!pool) return pool.error();
  return access::AuditLog::open(std::make_unique<postgres::PostgresAuditTable>(*std::move(pool)));
}

}  // namespace auscult::cli
