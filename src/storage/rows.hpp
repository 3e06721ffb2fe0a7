#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "core/recording.hpp"
#include "storage/recording_store.hpp"
#include "storage/sql.hpp"
#include "storage/sqlite.hpp"

/// The rows of a store's database. Each function is one member of RecordingStore without its locks
/// and its files, and fails as that does. The thread that has the connection.
namespace auscult::storage {

/// A recording and its sound as their rows keep them. What it points to outlives it.
struct Rows {
  const Recording* recording = nullptr;
  const CollectedAudio* audio = nullptr;
  std::string text;               ///< The recording as JSON.
  std::string sha256 = {};        ///< Of the text.
  std::string audio_sha256 = {};  ///< Of the sound.
};

/// The part of insert() that needs no database. Any thread.
Result<Rows> make_rows(const Recording& recording, const CollectedAudio& audio);
/// In a transaction, which is to be undone if it fails.
Status write_rows(Database& database, const Rows& rows);

/// A recording as its row keeps it. Fails with storage_failure if it is not what was stored; rows
/// of before version 3 have no checksum.
Result<Recording> parse_kept(const std::string& text, const std::optional<std::string>& sha256,
                             const std::string& id);

/// What a query's filters but `to` and the cursor add to a WHERE, beginning with AND, over
/// recordings and their reviews; and their parameters.
std::string conditions_of(const ListQuery& query);
void bind_conditions(Statement& statement, const ListQuery& query);

Result<Recording> read_recording(SqlConnection& database, const std::string& id);
Result<StoredAudio> read_audio(SqlConnection& database, const std::string& id);
Result<Recording> read_latest(SqlConnection& database, const std::optional<std::string>& device);
Result<Page> read_page(SqlConnection& database, const ListQuery& query);
Result<std::vector<Recording>> read_stored_after(SqlConnection& database, const std::string& id,
                                                 int limit);

/// remove(), restore() and purge().
Status hide(SqlConnection& database, const std::string& id, Timestamp at);
Status unhide(SqlConnection& database, const std::string& id);
Result<std::int64_t> delete_hidden(SqlConnection& database, Timestamp hidden_until);

Status write_review(SqlConnection& database, const std::string& id, const ReviewChange& change,
                    Timestamp at);

Result<std::vector<DeviceSummary>> read_devices(SqlConnection& database);
Result<std::map<std::string, DeviceSettings>> read_device_settings(SqlConnection& database);
Result<DeviceSettings> read_settings_of(SqlConnection& database, const std::string& device);
Status write_device_settings(SqlConnection& database, const std::string& device,
                             const DeviceSettings& settings);

}  // namespace auscult::storage
