#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "storage/recording_store.hpp"

namespace auscult::storage {

/// The recordings in one folder: auscult.db (SQLite in WAL mode, every commit synced to disk),
/// data.json and output_audio.wav, the latest recording's answer and listening copy, each replaced
/// atomically with each change of the latest. docs/storage.md has the format. One process at a
/// time.
class SqliteRecordingStore final : public RecordingStore {
 public:
  /// Opens or creates the store, brings its schema up to date, and mends data.json and
  /// output_audio.wav if a crash came between the commit and their renewal: `listening_copy` makes
  /// the WAV of a stored audio at a gain; if it cannot, or the audio is damaged, there is no
  /// output_audio.wav until the next recording. Fails with storage_failure: what, where, and what
  /// to do.
  using ListeningCopy = Result<std::vector<std::byte>> (*)(const StoredAudio& audio, double gain);
  static Result<SqliteRecordingStore> open(const std::filesystem::path& folder,
                                           ListeningCopy listening_copy);

  SqliteRecordingStore(SqliteRecordingStore&& other) noexcept;
  SqliteRecordingStore& operator=(SqliteRecordingStore&& other) noexcept;
  ~SqliteRecordingStore() override;

  using RecordingStore::insert;
  void listen(std::function<void(const Change&)> listener) override;
  Status insert(const Recording& recording, const CollectedAudio& audio, const Spool& listening_wav,
                const Origin& origin) override;
  [[nodiscard]] Spool new_listening_copy() const override;
  [[nodiscard]] Spool new_kept_copy() const override;
  [[nodiscard]] Result<std::optional<Answered>> find_answered(
      const std::string& key) const override;
  [[nodiscard]] Result<std::optional<Recording>> find_repeated(const std::string& fingerprint,
                                                               Timestamp from,
                                                               Timestamp to) const override;
  Status forget_requests(Timestamp unkeyed_until, Timestamp keyed_until) override;
  [[nodiscard]] Result<Recording> find(const std::string& id) const override;
  [[nodiscard]] Result<StoredAudio> find_audio(const std::string& id) const override;
  [[nodiscard]] Result<Recording> latest(const std::optional<std::string>& device) const override;
  [[nodiscard]] Result<Page> list(const ListQuery& query) const override;
  [[nodiscard]] Result<std::vector<Recording>> stored_after(const std::string& id,
                                                            int limit) const override;
  Status remove(const std::string& id, Timestamp at) override;
  Result<Recording> restore(const std::string& id) override;
  Result<std::int64_t> purge(Timestamp removed_until) override;
  Result<std::vector<std::string>> retire(const Retention& retention) override;
  Status shrink() override;
  Status open_session(const UploadSession& session, const SessionLimits& limits) override;
  [[nodiscard]] Result<UploadSession> find_session(const std::string& id,
                                                   Timestamp at) const override;
  Result<ChunkOutcome> put_chunk(const Chunk& chunk, const SessionLimits& limits,
                                 Timestamp at) override;
  [[nodiscard]] Result<std::vector<std::byte>> session_bytes(const std::string& id) const override;
  Status remove_session(const std::string& id) override;
  Result<std::int64_t> purge_sessions(Timestamp at) override;
  Result<Recording> review(const std::string& id, const ReviewChange& change,
                           Timestamp at) override;
  [[nodiscard]] Result<std::vector<DeviceSummary>> devices() const override;
  [[nodiscard]] Result<std::map<std::string, DeviceSettings>> device_settings() const override;
  [[nodiscard]] Result<DeviceSettings> settings_of(const std::string& device) const override;
  Status set_device_settings(const std::string& device, const DeviceSettings& settings) override;
  [[nodiscard]] Result<StoreSize> size() const override;
  [[nodiscard]] Result<std::string> data_json() const override;
  SqlAccess& sql() override;
  [[nodiscard]] Status check() const override;

 private:
  struct State;
  explicit SqliteRecordingStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace auscult::storage
