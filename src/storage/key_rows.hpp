#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "storage/key_store.hpp"
#include "storage/sql.hpp"

/// The rows of API keys. Each function is one member of KeyStore, and fails as that does.
namespace auscult::storage {

Result<std::int64_t> read_keys_version(SqlConnection& database);
Result<std::vector<ApiKey>> read_keys(SqlConnection& database);

/// Each in a transaction of its own.
Status write_key(SqlConnection& database, const ApiKey& key);
Status revoke_key(SqlConnection& database, const std::string& id, Timestamp at);
Status rotate_key(SqlConnection& database, const std::string& id, const std::string& secret_sha256,
                  std::optional<Timestamp> previous_until);

Result<AuditHead> read_audit_head(SqlConnection& database);
Status write_audit_head(SqlConnection& database, const AuditHead& head);

}  // namespace auscult::storage
