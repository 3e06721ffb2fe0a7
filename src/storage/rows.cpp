#include "storage/rows.hpp"

#include <optional>
#include <utility>

#include "core/hash.hpp"
#include "core/id.hpp"
#include "json/json.hpp"
#include "storage/columns.hpp"
#include "storage/cursor.hpp"

namespace auscult::storage {
namespace {

// What every query for recordings selects, in the order in which read_row() takes it, and where.
constexpr std::string_view kSelect =
    "SELECT recording, reviews.note, reviews.label, reviews.updated_at, recordings.sha256, id "
    "FROM recordings LEFT JOIN reviews USING (sequence) WHERE deleted_at IS NULL";

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

Error no_recording(const std::string& id) {
  return fail(ErrorCode::not_found, is_id(id) ? "there is no recording " + id
                                              : "a recording's id has the form of a UUID");
}

std::optional<std::string> optional_text(const Statement& statement, int column) {
  if (statement.is_null(column)) return std::nullopt;
  return statement.text(column);
}

/// The recording of the current row of a query that starts with kSelect.
Result<Recording> read_row(const Statement& statement) {
  Result<Recording> recording =
      parse_kept(statement.text(0), optional_text(statement, 4), statement.text(5));
  if (!recording) return recording;
  recording->review.reset();
  if (statement.is_null(3)) return recording;
  recording->review = Review{optional_text(statement, 1), optional_text(statement, 2),
                             timestamp(statement.integer(3))};
  return recording;
}

DeviceSettings read_settings_row(const Statement& statement) {
  const auto integer = [&](int column) {
    return statement.is_null(column)
               ? std::nullopt
               : std::optional<int>(static_cast<int>(statement.integer(column)));
  };
  DeviceSettings settings{integer(0), integer(1), optional_text(statement, 2), std::nullopt};
  if (!statement.is_null(3)) settings.gain = statement.real(3);
  return settings;
}

Result<Recording> read_one(Statement& statement, const Error& otherwise) {
  const Result<bool> row = statement.step();
  if (!row) return row.error();
  if (!*row) return otherwise;
  return read_row(statement);
}

Result<std::vector<Recording>> read_all(Statement& statement) {
  std::vector<Recording> recordings;
  for (;;) {
    const Result<bool> row = statement.step();
    if (!row) return row.error();
    if (!*row) return recordings;
    Result<Recording> recording = read_row(statement);
    if (!recording) return recording.error();
    recordings.push_back(*std::move(recording));
  }
}

Status check_limit(int limit) {
  if (limit >= 1 && limit <= limits::kMaxPageSize) return Ok{};
  return fail(ErrorCode::invalid_argument, "limit is " + std::to_string(limit) +
                                               ", and must be from 1 to " +
                                               std::to_string(limits::kMaxPageSize));
}

/// Where the listed recordings begin: at the cursor or at `to`, whichever is older. One bound,
/// since SQLite's search in an index takes only one and would step over the rows between the two.
Result<std::optional<Cursor>> upper_bound(const ListQuery& query) {
  std::optional<Cursor> bound;
  if (query.to) bound = Cursor{*query.to, ""};
  if (!query.cursor) return bound;
  Result<Cursor> cursor = decode_cursor(*query.cursor);
  if (!cursor) return cursor.error();
  if (!bound || *cursor < *bound) bound = *std::move(cursor);
  return bound;
}

/// A pattern for LIKE ... ESCAPE '!' that finds `text` anywhere in what lower() gives, which knows
/// the ASCII letters only.
std::string pattern_of(const std::string& text) {
  std::string pattern = "%";
  for (const char letter : text) {
    if (letter == '%' || letter == '_' || letter == '!') pattern += '!';
    const bool is_upper = letter >= 'A' && letter <= 'Z';
    pattern += is_upper ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return pattern + '%';
}

/// A prepared page of the history with everything bound but the limit, the last parameter.
Result<Statement> prepare_list(SqlConnection& database, const ListQuery& query) {
  const Result<std::optional<Cursor>> bound = upper_bound(query);
  if (!bound) return bound.error();
  std::string sql = std::string(kSelect) + conditions_of(query);
  if (*bound) sql += " AND (received_at, id) < (?, ?)";
  Result<Statement> statement =
      database.prepare(sql + " ORDER BY received_at DESC, id DESC LIMIT ?");
  if (!statement) return statement;
  bind_conditions(*statement, query);
  if (*bound) statement->bind(milliseconds((*bound)->received_at)).bind((*bound)->id);
  return statement;
}

/// A sound of which there is no more in memory than a block: room for it in its row, to which it is
/// then written.
Status write_large_audio(Database& database, const Rows& rows, std::int64_t sequence) {
  const Spool& bytes = rows.audio->bytes;
  {
    Result<Statement> room = database.prepare(
        "INSERT INTO audio (sequence, media_type, bytes, sha256, large_bytes) "
        "VALUES (?, ?, x'', ?, zeroblob(?))");
    if (!room) return room.error();
    room->bind(sequence).bind(rows.audio->media_type).bind(rows.audio_sha256);
    room->bind(static_cast<std::int64_t>(bytes.size()));
    if (Status made = room->run(); !made) return made;
  }
  return database.write_blob({"audio", "large_bytes", sequence}, bytes);
}

/// Runs a statement that names a recording and must change its row.
Status change_one(SqlConnection& database, Statement& statement, const std::string& id) {
  if (Status changed = statement.run(); !changed) return changed;
  if (database.changes() == 0) return no_recording(id);
  return Ok{};
}

}  // namespace

std::string conditions_of(const ListQuery& query) {
  std::string sql;
  const auto add = [&sql](bool wanted, std::string_view condition) {
    if (wanted) sql.append(" AND ").append(condition);
  };
  add(query.device.has_value(), "device = ?");
  add(query.class_name.has_value(), "class = ?");
  add(query.from.has_value(), "received_at >= ?");
  add(query.min_confidence.has_value(), "confidence >= ?");
  add(query.quality.has_value(), "quality = ?");
  add(query.text.has_value(),
      "(lower(device) LIKE ? ESCAPE '!' OR lower(note) LIKE ? ESCAPE '!' "
      "OR lower(label) LIKE ? ESCAPE '!')");
  add(query.corrected_only, "label IS NOT NULL");
  return sql;
}

void bind_conditions(Statement& statement, const ListQuery& query) {
  if (query.device) statement.bind(*query.device);
  if (query.class_name) statement.bind(*query.class_name);
  if (query.from) statement.bind(milliseconds(*query.from));
  if (query.min_confidence) statement.bind(*query.min_confidence);
  if (query.quality) statement.bind(*query.quality == Quality::Verdict::good ? "good" : "poor");
  if (query.text) {
    const std::string pattern = pattern_of(*query.text);
    statement.bind(pattern).bind(pattern).bind(pattern);
  }
}

Result<Rows> make_rows(const Recording& recording, const CollectedAudio& audio) {
  Rows rows{.recording = &recording, .audio = &audio, .text = json::dump(json::to_json(recording))};
  // One row that cannot be read would stand in the way of the history for good.
  if (const Result<Recording> readable = json::parse_recording(rows.text); !readable) {
    return fail(ErrorCode::internal, "the recording makes no sense: " + readable.error().message);
  }
  rows.sha256 = sha256_hex(bytes_of(rows.text));
  Sha256 hash;
  const Status read = audio.bytes.read([&](std::span<const std::byte> block) -> Status {
    hash.update(block);
    return Ok{};
  });
  if (!read) return read.error();
  rows.audio_sha256 = std::move(hash).hex();
  return rows;
}

Status write_rows(Database& database, const Rows& rows) {
  const Recording& recording = *rows.recording;
  Result<Statement> row = database.prepare(
      "INSERT INTO recordings (id, device, class, received_at, confidence, recording, quality, "
      "sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  if (!row) return row.error();
  const bool good = recording.result.quality.verdict == Quality::Verdict::good;
  row->bind(recording.id).bind(recording.device).bind(recording.result.class_name());
  row->bind(milliseconds(recording.received_at)).bind(recording.result.confidence);
  row->bind(rows.text).bind(good ? "good" : "poor").bind(rows.sha256);
  if (Status inserted = row->run(); !inserted) return inserted;

  const std::int64_t sequence = database.last_insert_rowid();
  if (rows.audio->bytes.is_in_file()) return write_large_audio(database, rows, sequence);
  Result<Statement> sound = database.prepare(
      "INSERT INTO audio (sequence, media_type, bytes, sha256) VALUES (?, ?, ?, ?)");
  if (!sound) return sound.error();
  return sound->bind(sequence)
      .bind(rows.audio->media_type)
      .bind(std::span<const std::byte>(rows.audio->bytes.memory()))
      .bind(rows.audio_sha256)
      .run();
}

Result<Recording> parse_kept(const std::string& text, const std::optional<std::string>& sha256,
                             const std::string& id) {
  if (sha256 && *sha256 != sha256_hex(bytes_of(text))) {
    return fail(ErrorCode::storage_failure,
                "recording " + id + " is damaged on disk: restore a backup, or delete it");
  }
  return json::parse_recording(text);
}

Result<Recording> read_recording(SqlConnection& database, const std::string& id) {
  Result<Statement> statement = database.prepare(std::string(kSelect) + " AND id = ?");
  if (!statement) return statement.error();
  return read_one(statement->bind(id), no_recording(id));
}

Result<StoredAudio> read_audio(SqlConnection& database, const std::string& id) {
  Result<Statement> statement = database.prepare(
      "SELECT media_type, bytes, audio.sha256, large_bytes FROM audio "
      "JOIN recordings USING (sequence) WHERE id = ? AND deleted_at IS NULL");
  if (!statement) return statement.error();
  const Result<bool> row = statement->bind(id).step();
  if (!row) return row.error();
  if (!*row) return no_recording(id);
  StoredAudio audio{statement->text(0), statement->blob(statement->is_null(3) ? 1 : 3)};
  if (!statement->is_null(2) && statement->text(2) != sha256_hex(audio.bytes)) {
    return fail(ErrorCode::storage_failure, "the sound of recording " + id +
                                                " is damaged on disk: restore a backup, or delete "
                                                "the recording");
  }
  return audio;
}

Result<Recording> read_latest(SqlConnection& database, const std::optional<std::string>& device) {
  const std::string which = device ? " AND device = ?" : "";
  Result<Statement> statement =
      database.prepare(std::string(kSelect) + which + " ORDER BY sequence DESC LIMIT 1");
  if (!statement) return statement.error();
  if (device) statement->bind(*device);
  return read_one(*statement, fail(ErrorCode::not_found,
                                   device ? "there is no recording of the device " + *device
                                          : "there is no recording yet"));
}

Result<Page> read_page(SqlConnection& database, const ListQuery& query) {
  if (const Status bounded = check_limit(query.limit); !bounded) return bounded.error();
  Result<Statement> statement = prepare_list(database, query);
  if (!statement) return statement.error();
  // One more than asked for tells whether there is a next page.
  Result<std::vector<Recording>> recordings =
      read_all(statement->bind(std::int64_t{query.limit} + 1));
  if (!recordings) return recordings.error();
  Page page{*std::move(recordings), std::nullopt};
  if (page.recordings.size() > static_cast<std::size_t>(query.limit)) {
    page.recordings.pop_back();
    page.next_cursor = encode({page.recordings.back().received_at, page.recordings.back().id});
  }
  return page;
}

Result<std::vector<Recording>> read_stored_after(SqlConnection& database, const std::string& id,
                                                 int limit) {
  if (const Status bounded = check_limit(limit); !bounded) return bounded.error();
  std::int64_t sequence = 0;
  bool known = false;
  {
    Result<Statement> place = database.prepare("SELECT sequence FROM recordings WHERE id = ?");
    if (!place) return place.error();
    const Result<bool> row = place->bind(id).step();
    if (!row) return row.error();
    known = *row;
    if (known) sequence = place->integer(0);
  }
  // Ids sort by their time.
  Result<Statement> statement =
      database.prepare(std::string(kSelect) + (known ? " AND sequence > ?" : " AND id > ?") +
                       " ORDER BY sequence LIMIT ?");
  if (!statement) return statement.error();
  if (known) {
    statement->bind(sequence);
  } else {
    statement->bind(id);
  }
  return read_all(statement->bind(limit));
}

Status hide(SqlConnection& database, const std::string& id, Timestamp at) {
  Result<Statement> statement =
      database.prepare("UPDATE recordings SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL");
  if (!statement) return statement.error();
  return change_one(database, statement->bind(milliseconds(at)).bind(id), id);
}

Status unhide(SqlConnection& database, const std::string& id) {
  Result<Statement> statement = database.prepare(
      "UPDATE recordings SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL");
  if (!statement) return statement.error();
  return change_one(database, statement->bind(id), id);
}

Result<std::int64_t> delete_hidden(SqlConnection& database, Timestamp hidden_until) {
  Result<Statement> statement = database.prepare("DELETE FROM recordings WHERE deleted_at <= ?");
  if (!statement) return statement.error();
  const Status deleted = statement->bind(milliseconds(hidden_until)).run();
  if (!deleted) return deleted.error();
  return database.changes();
}

Status write_review(SqlConnection& database, const std::string& id, const ReviewChange& change,
                    Timestamp at) {
  const Result<Recording> recording = read_recording(database, id);
  if (!recording) return recording.error();
  Review review = recording->review.value_or(Review{});
  if (change.note) review.note = *change.note;
  if (change.label) review.label = *change.label;
  Result<Statement> statement = database.prepare(
      "INSERT INTO reviews (sequence, note, label, updated_at) "
      "SELECT sequence, ?, ?, ? FROM recordings WHERE id = ? ON CONFLICT (sequence) DO UPDATE SET "
      "note = excluded.note, label = excluded.label, updated_at = excluded.updated_at");
  if (!statement) return statement.error();
  statement->bind(review.note).bind(review.label).bind(milliseconds(at)).bind(id);
  if (Status written = statement->run(); !written) return written;
  return database.execute("DELETE FROM reviews WHERE note IS NULL AND label IS NULL");
}

Result<std::vector<DeviceSummary>> read_devices(SqlConnection& database) {
  const std::string sql =
      "SELECT recording, reviews.note, reviews.label, reviews.updated_at, recordings.sha256, id, "
      "heard.recordings "
      "FROM (SELECT max(sequence) AS sequence, count(*) AS recordings FROM recordings"
      "      WHERE deleted_at IS NULL GROUP BY device) AS heard "
      "JOIN recordings USING (sequence) LEFT JOIN reviews USING (sequence) "
      "ORDER BY sequence DESC LIMIT ?";
  Result<Statement> statement = database.prepare(sql);
  if (!statement) return statement.error();
  statement->bind(limits::kMaxDevices);
  std::vector<DeviceSummary> devices;
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) return devices;
    Result<Recording> latest = read_row(*statement);
    if (!latest) return latest.error();
    devices.push_back({statement->integer(6), *std::move(latest)});
  }
}

Result<std::map<std::string, DeviceSettings>> read_device_settings(SqlConnection& database) {
  Result<Statement> statement =
      database.prepare("SELECT sample_rate_hz, channels, format, gain, name FROM devices");
  if (!statement) return statement.error();
  std::map<std::string, DeviceSettings> devices;
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) return devices;
    devices[statement->text(4)] = read_settings_row(*statement);
  }
}

Result<DeviceSettings> read_settings_of(SqlConnection& database, const std::string& device) {
  Result<Statement> statement =
      database.prepare("SELECT sample_rate_hz, channels, format, gain FROM devices WHERE name = ?");
  if (!statement) return statement.error();
  const Result<bool> row = statement->bind(device).step();
  if (!row) return row.error();
  return *row ? read_settings_row(*statement) : DeviceSettings{};
}

Status write_device_settings(SqlConnection& database, const std::string& device,
                             const DeviceSettings& settings) {
  if (settings == DeviceSettings{}) {
    Result<Statement> forget = database.prepare("DELETE FROM devices WHERE name = ?");
    if (!forget) return forget.error();
    return forget->bind(device).run();
  }
  Result<Statement> statement = database.prepare(
      "INSERT INTO devices (name, sample_rate_hz, channels, format, gain) "
      "SELECT ?1, ?2, ?3, ?4, ?5 WHERE (SELECT count(*) FROM devices WHERE name <> ?1) < ?6 "
      "ON CONFLICT (name) DO UPDATE SET sample_rate_hz = excluded.sample_rate_hz, channels = "
      "excluded.channels, format = excluded.format, gain = excluded.gain");
  if (!statement) return statement.error();
  statement->bind(device).bind(settings.sample_rate_hz).bind(settings.channels);
  statement->bind(settings.format).bind(settings.gain).bind(limits::kMaxDevices);
  if (Status written = statement->run(); !written) return written;
  if (database.changes() == 0) {
    return fail(ErrorCode::too_large, "settings are kept for at most " +
                                          std::to_string(limits::kMaxDevices) + " devices");
  }
  return Ok{};
}

}  // namespace auscult::storage
