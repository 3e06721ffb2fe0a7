#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "access/audit_log.hpp"
#include "auscult/result.hpp"
#include "storage/key_store.hpp"
#include "storage/recording_store.hpp"

namespace auscult::cli {

/// Which store a command works on: a folder or, if there is one, a database.
struct StoreOptions {
  std::string data_dir = "data";
  std::string store;  ///< A URL of PostgreSQL, or a folder; empty: `data_dir`. May have a password.

  /// Adds --data-dir and --store.
  void add_to(CLI::App& command);

  /// The folder, or the URL.
  [[nodiscard]] const std::string& name() const { return store.empty() ? data_dir : store; }
  /// For messages and logs.
  [[nodiscard]] std::string shown() const;
};

/// A store that is served: its parts outlive the service.
struct ServedStore {
  std::unique_ptr<storage::RecordingStore> recordings;
  std::unique_ptr<storage::KeyStore> keys;
  std::unique_ptr<access::AuditLog> audit;
};

/// Opens or creates a store, to serve it. Fails as its parts do.
Result<ServedStore> open_served(const StoreOptions& options);

/// A store's keys and audit log, for a command; one that is missing is made. Fails as they do.
Result<std::unique_ptr<storage::KeyStore>> open_keys(const StoreOptions& options);
Result<std::unique_ptr<access::AuditLog>> open_audit_log(const StoreOptions& options);

}  // namespace auscult::cli
