#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "postgres/access.hpp"
#include "postgres/changes.hpp"
#include "postgres/pool.hpp"
#include "storage/insertions.hpp"
#include "storage/recording_store.hpp"

namespace auscult::postgres {

/// The recordings in a PostgreSQL database, which any number of processes share: each sees what the
/// others did, at once. There are no files; data_json() is made of the latest recording. Those that
/// write take turns, whichever process they are in, so that the order of storing is one for all.
/// docs/storage.md has the format.
class PostgresRecordingStore final : public storage::RecordingStore {
 public:
  /// Fails with storage_failure on a copy that is not whole (storage/copy.hpp); one that is becomes
  /// a store of its own.
  static Result<std::unique_ptr<PostgresRecordingStore>> open(std::shared_ptr<Pool> pool);

  using RecordingStore::insert;
  void listen(std::function<void(const storage::Change&)> listener) override;
  Status insert(const Recording& recording, const storage::CollectedAudio& audio,
                const storage::Spool& listening_wav, const storage::Origin& origin) override;
  [[nodiscard]] storage::Spool new_listening_copy() const override {
    return storage::Spool::discarding();
  }
  [[nodiscard]] storage::Spool new_kept_copy() const override {
    return storage::Spool::in_memory();
  }
  [[nodiscard]] Result<std::optional<storage::Answered>> find_answered(
      const std::string& key) const override;
  [[nodiscard]] Result<std::optional<Recording>> find_repeated(const std::string& fingerprint,
                                                               Timestamp from,
                                                               Timestamp to) const override;
  Status forget_requests(Timestamp unkeyed_until, Timestamp keyed_until) override;
  [[nodiscard]] Result<Recording> find(const std::string& id) const override;
  [[nodiscard]] Result<storage::StoredAudio> find_audio(const std::string& id) const override;
  [[nodiscard]] Result<Recording> latest(const std::optional<std::string>& device) const override;
  [[nodiscard]] Result<storage::Page> list(const storage::ListQuery& query) const override;
  [[nodiscard]] Result<std::vector<Recording>> stored_after(const std::string& id,
                                                            int limit) const override;
  Status remove(const std::string& id, Timestamp at) override;
  Result<Recording> restore(const std::string& id) override;
  Result<std::int64_t> purge(Timestamp removed_until) override;
  Result<std::vector<std::string>> retire(const storage::Retention& retention) override;
  Status shrink() override;
  Status open_session(const storage::UploadSession& session,
                      const storage::SessionLimits& limits) override;
  [[nodiscard]] Result<storage::UploadSession> find_session(const std::string& id,
                                                            Timestamp at) const override;
  Result<storage::ChunkOutcome> put_chunk(const storage::Chunk& chunk,
                                          const storage::SessionLimits& limits,
                                          Timestamp at) override;
  [[nodiscard]] Result<std::vector<std::byte>> session_bytes(const std::string& id) const override;
  Status remove_session(const std::string& id) override;
  Result<std::int64_t> purge_sessions(Timestamp at) override;
  Result<Recording> review(const std::string& id, const storage::ReviewChange& change,
                           Timestamp at) override;
  [[nodiscard]] Result<std::vector<storage::DeviceSummary>> devices() const override;
  [[nodiscard]] Result<std::map<std::string, DeviceSettings>> device_settings() const override;
  [[nodiscard]] Result<DeviceSettings> settings_of(const std::string& device) const override;
  Status set_device_settings(const std::string& device, const DeviceSettings& settings) override;
  [[nodiscard]] Result<storage::StoreSize> size() const override;
  [[nodiscard]] Result<std::string> data_json() const override;
  storage::SqlAccess& sql() override { return sql_; }
  [[nodiscard]] Status check() const override;

 private:
  explicit PostgresRecordingStore(std::shared_ptr<Pool> pool)
      : pool_(std::move(pool)), sql_(pool_), changes_(pool_) {}

  void insert(std::span<storage::Insertion* const> together);
  Status commit_surely(std::span<storage::Insertion* const> together);
  static Status commit(Connection& connection, std::span<storage::Insertion* const> together);
  Result<std::vector<storage::Insertion*>> missing(std::span<storage::Insertion* const> together);

  std::shared_ptr<Pool> pool_;
  PostgresAccess sql_;
  storage::Insertions insertions_;
  Changes changes_;
};

}  // namespace auscult::postgres
