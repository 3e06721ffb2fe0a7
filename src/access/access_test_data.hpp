#pragma once

#include <string>

#include "access/secret.hpp"
#include "storage/key_store.hpp"

/// What the tests of this module share. Only for tests.
namespace auscult::access {

inline Timestamp test_time() { return *parse_timestamp("2026-11-22T09:30:00Z"); }

/// A key as it is stored, for the secret in `made`.
inline storage::ApiKey stored_key(const NewKey& made, const std::string& scopes = "upload read") {
  storage::ApiKey key;
  key.id = made.id;
  key.name = "ward 3";
  key.scopes = scopes;
  key.secret_sha256 = made.secret_sha256;
  key.created_at = test_time();
  return key;
}

}  // namespace auscult::access
