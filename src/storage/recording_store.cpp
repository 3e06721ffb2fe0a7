#include "storage/recording_store.hpp"

#include <unistd.h>

#include <mutex>
#include <system_error>
#include <utility>

#include "core/id.hpp"
#include "json/json.hpp"
#include "storage/cursor.hpp"
#include "storage/files.hpp"
#include "storage/reader_pool.hpp"
#include "storage/schema.hpp"
#include "storage/sqlite.hpp"

namespace auscult::storage {
namespace {

// Room for a class name of any sensible length.
constexpr std::size_t kMaxDataJsonBytes = 4'096;

Error no_recording(const std::string& id) {
  return fail(ErrorCode::not_found, is_id(id) ? "there is no recording " + id
                                              : "a recording's id has the form of a UUID");
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

std::int64_t milliseconds(Timestamp time) { return time.time_since_epoch().count(); }

/// Fails if pages of the recordings' table or of its indexes are damaged. Sound is left out: it is
/// most of the file, and reading it all would delay each start.
Status check_pages(Database& database) {
  const Result<std::string> verdict = database.query_text("PRAGMA quick_check(recordings)");
  if (!verdict) return verdict.error();
  if (*verdict == "ok") return Ok{};
  const auto file = database.query_text("SELECT file FROM pragma_database_list");
  return fail(ErrorCode::storage_failure,
              (file ? *file : "the database") + " is damaged (" + *verdict +
                  "): restore a backup, or save what can be read with `sqlite3 FILE .recover`");
}

Result<Database> open_database(const std::filesystem::path& file) {
  Result<Database> database = Database::open(file, Database::Mode::read_write);
  if (!database) return database;
  if (const Status migrated = migrate(*database); !migrated) return migrated.error();
  const Result<std::string> mode = database->query_text("PRAGMA journal_mode = WAL");
  if (!mode) return mode.error();
  if (*mode != "wal") {
    return fail(ErrorCode::storage_failure,
                file.string() +
                    ": this file system cannot do write-ahead logging (is it a "
                    "network share?): choose a folder on a local disk");
  }
  // A log that once grew large is cut back to 64 MiB at a checkpoint.
  const Status set = database->execute(
      "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
      "PRAGMA journal_size_limit = 67108864");
  if (!set) return set.error();
  if (const Status whole = check_pages(*database); !whole) return whole.error();
  return database;
}

/// The first row of a query for a recording's JSON.
Result<Recording> read_one(Statement& statement, const Error& otherwise) {
  const Result<bool> row = statement.step();
  if (!row) return row.error();
  if (!*row) return otherwise;
  return json::parse_recording(statement.text(0));
}

Result<Recording> read_latest(Database& database, const std::optional<std::string>& device) {
  Result<Statement> statement = database.prepare(
      device ? "SELECT recording FROM recordings WHERE device = ? ORDER BY sequence DESC LIMIT 1"
             : "SELECT recording FROM recordings ORDER BY sequence DESC LIMIT 1");
  if (!statement) return statement.error();
  if (device) statement->bind(*device);
  return read_one(*statement, fail(ErrorCode::not_found,
                                   device ? "there is no recording of the device " + *device
                                          : "there is no recording yet"));
}

Result<StoredAudio> read_audio(Database& database, const std::string& id) {
  Result<Statement> statement = database.prepare(
      "SELECT media_type, bytes FROM audio JOIN recordings USING (sequence) WHERE id = ?");
  if (!statement) return statement.error();
  const Result<bool> row = statement->bind(id).step();
  if (!row) return row.error();
  if (!*row) return no_recording(id);
  return StoredAudio{statement->text(0), statement->blob(1)};
}

Status write_rows(Database& database, const Recording& recording, const StoredAudio& audio) {
  const std::string text = json::dump(json::to_json(recording));
  // One row that cannot be read would stand in the way of the history for good.
  if (const Result<Recording> readable = json::parse_recording(text); !readable) {
    return fail(ErrorCode::internal, "the recording makes no sense: " + readable.error().message);
  }
  Result<Statement> row = database.prepare(
      "INSERT INTO recordings (id, device, class, received_at, confidence, recording) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  if (!row) return row.error();
  row->bind(recording.id).bind(recording.device).bind(recording.result.class_name());
  row->bind(milliseconds(recording.received_at)).bind(recording.result.confidence);
  row->bind(text);
  if (const Status inserted = row->run(); !inserted) return inserted;

  Result<Statement> sound =
      database.prepare("INSERT INTO audio (sequence, media_type, bytes) VALUES (?, ?, ?)");
  if (!sound) return sound.error();
  return sound->bind(database.last_insert_rowid())
      .bind(audio.media_type)
      .bind(std::span<const std::byte>(audio.bytes))
      .run();
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

/// A prepared page of the history with everything bound but the limit, the last parameter.
Result<Statement> prepare_list(Database& database, const ListQuery& query) {
  const Result<std::optional<Cursor>> bound = upper_bound(query);
  if (!bound) return bound.error();
  std::string conditions;
  const auto add = [&conditions](bool wanted, std::string_view condition) {
    if (!wanted) return;
    conditions += conditions.empty() ? " WHERE " : " AND ";
    conditions += condition;
  };
  add(query.device.has_value(), "device = ?");
  add(query.class_name.has_value(), "class = ?");
  add(query.from.has_value(), "received_at >= ?");
  add(bound->has_value(), "(received_at, id) < (?, ?)");
  Result<Statement> statement = database.prepare("SELECT recording FROM recordings" + conditions +
                                                 " ORDER BY received_at DESC, id DESC LIMIT ?");
  if (!statement) return statement;
  if (query.device) statement->bind(*query.device);
  if (query.class_name) statement->bind(*query.class_name);
  if (query.from) statement->bind(milliseconds(*query.from));
  if (*bound) statement->bind(milliseconds((*bound)->received_at)).bind((*bound)->id);
  return statement;
}

}  // namespace

struct RecordingStore::State {
  std::filesystem::path folder;
  FileDescriptor folder_lock;
  ListeningCopy listening_copy;
  // Guards `writer`, and the order in which data.json and output_audio.wav are replaced.
  std::mutex writer_mutex;
  Database writer;
  ReaderPool readers;

  [[nodiscard]] std::filesystem::path data_json() const { return folder / "data.json"; }
  [[nodiscard]] std::filesystem::path wav() const { return folder / "output_audio.wav"; }

  Status mend_files();
  Status replace_if_other(const std::filesystem::path& file, std::span<const std::byte> content);
};

/// Makes data.json and output_audio.wav tell of the latest recording.
Status RecordingStore::State::mend_files() {
  const Result<Recording> latest = read_latest(writer, std::nullopt);
  if (!latest && latest.error().code != ErrorCode::not_found) return latest.error();
  if (!latest) {
    // In a folder where nothing was ever stored they are somebody else's, the prototype's perhaps.
    const Result<std::int64_t> stored =
        writer.query_integer("SELECT count(*) FROM sqlite_sequence");
    if (!stored) return stored.error();
    if (*stored == 0) return Ok{};
    const Status deleted = delete_file(data_json());
    return deleted ? delete_file(wav()) : deleted;
  }
  const std::string text = json::data_json(latest->result);
  if (Status mended = replace_if_other(data_json(), bytes_of(text)); !mended) return mended;

  const Result<StoredAudio> audio = read_audio(writer, latest->id);
  if (!audio) return audio.error();
  const Result<std::vector<std::byte>> copy = listening_copy(*audio, latest->gain);
  return copy ? replace_if_other(wav(), *copy) : delete_file(wav());
}

Status RecordingStore::State::replace_if_other(const std::filesystem::path& file,
                                               std::span<const std::byte> content) {
  if (file_equals(file, content)) return Ok{};
  Result<PendingFile> pending = PendingFile::write(file, content);
  if (!pending) return pending.error();
  return pending->publish();
}

RecordingStore::RecordingStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
RecordingStore::RecordingStore(RecordingStore&&) noexcept = default;
RecordingStore& RecordingStore::operator=(RecordingStore&&) noexcept = default;
RecordingStore::~RecordingStore() = default;

Result<RecordingStore> RecordingStore::open(const std::filesystem::path& folder,
                                            ListeningCopy listening_copy) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(ErrorCode::storage_failure, folder.string() +
                                                " cannot be created: " + error.message() +
                                                "; choose a folder that this user can write to");
  }
  Result<FileDescriptor> lock = lock_folder(folder);
  if (!lock) return lock.error();

  const std::filesystem::path file = folder / "auscult.db";
  Result<Database> writer = open_database(file);
  if (!writer) return writer.error();
  auto state = std::unique_ptr<State>(new State{
      folder, *std::move(lock), listening_copy, {}, *std::move(writer), ReaderPool(file)});
  if (const Status mended = state->mend_files(); !mended) return mended.error();
  return RecordingStore(std::move(state));
}

Status RecordingStore::insert(const Recording& recording, const StoredAudio& audio,
                              std::span<const std::byte> listening_wav) {
  const std::lock_guard lock(state_->writer_mutex);
  // Written before the commit, so that a full disk is noticed while nothing is promised yet; what
  // is left for after it is two renames. Only the commit is synced: open() mends the rest.
  const std::string text = json::data_json(recording.result);
  Result<PendingFile> data_json = PendingFile::write(state_->data_json(), bytes_of(text));
  if (!data_json) return data_json.error();
  Result<PendingFile> wav = PendingFile::write(state_->wav(), listening_wav);
  if (!wav) return wav.error();

  Result<Transaction> transaction = Transaction::begin(state_->writer);
  if (!transaction) return transaction.error();
  if (Status written = write_rows(state_->writer, recording, audio); !written) return written;
  if (Status committed = transaction->commit(); !committed) return committed;

  const Status told = data_json->publish();
  const Status heard = wav->publish();
  if (told && heard) return Ok{};
  return fail(ErrorCode::storage_failure, "the recording is stored as " + recording.id + ", but " +
                                              (told ? heard : told).error().message);
}

Result<Recording> RecordingStore::find(const std::string& id) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  Result<Statement> statement = (*reader)->prepare("SELECT recording FROM recordings WHERE id = ?");
  if (!statement) return statement.error();
  return read_one(statement->bind(id), no_recording(id));
}

Result<StoredAudio> RecordingStore::find_audio(const std::string& id) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_audio(**reader, id);
}

Result<Recording> RecordingStore::latest(const std::optional<std::string>& device) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_latest(**reader, device);
}

Result<Page> RecordingStore::list(const ListQuery& query) const {
  if (query.limit < 1 || query.limit > limits::kMaxPageSize) {
    return fail(ErrorCode::invalid_argument, "limit is " + std::to_string(query.limit) +
                                                 ", and must be from 1 to " +
                                                 std::to_string(limits::kMaxPageSize));
  }
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  Result<Statement> statement = prepare_list(**reader, query);
  if (!statement) return statement.error();
  // One more than asked for tells whether there is a next page.
  statement->bind(std::int64_t{query.limit} + 1);

  Page page;
  for (;;) {
    const Result<bool> row = statement->step();
    if (!row) return row.error();
    if (!*row) return page;
    if (page.recordings.size() == static_cast<std::size_t>(query.limit)) {
      page.next_cursor = encode({page.recordings.back().received_at, page.recordings.back().id});
      return page;
    }
    Result<Recording> recording = json::parse_recording(statement->text(0));
    if (!recording) return recording.error();
    page.recordings.push_back(*std::move(recording));
  }
}

Status RecordingStore::remove(const std::string& id) {
  const std::lock_guard lock(state_->writer_mutex);
  {
    Result<Statement> statement = state_->writer.prepare("DELETE FROM recordings WHERE id = ?");
    if (!statement) return statement.error();
    if (Status deleted = statement->bind(id).run(); !deleted) return deleted;
  }
  if (state_->writer.changes() == 0) return no_recording(id);
  // The log still holds the deleted pages as they were; a reader in their way only puts it off.
  (void)state_->writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  return state_->mend_files();
}

Result<std::string> RecordingStore::data_json() const {
  Result<std::string> text = read_file(state_->data_json(), kMaxDataJsonBytes);
  if (!text) return text;
  if (!json::Json::accept(*text)) {
    return fail(ErrorCode::storage_failure, state_->data_json().string() + ": is not JSON");
  }
  return text;
}

Status RecordingStore::check() const {
  if (::access(state_->folder.c_str(), W_OK) != 0) {
    return fail(ErrorCode::storage_failure, state_->folder.string() + " cannot be written");
  }
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(state_->folder, error);
  if (!error && space.available < limits::kMinFreeDiskBytes) {
    return fail(ErrorCode::unavailable, state_->folder.string() + ": only " +
                                            std::to_string(space.available) +
                                            " bytes are free on its disk: free some space");
  }
  const std::lock_guard lock(state_->writer_mutex);
  const Result<Transaction> transaction = Transaction::begin(state_->writer);
  if (!transaction) return transaction.error();
  return Ok{};
}

}  // namespace auscult::storage
