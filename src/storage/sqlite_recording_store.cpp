#include "storage/sqlite_recording_store.hpp"

#include <unistd.h>

#include <exception>
#include <mutex>
#include <system_error>
#include <utility>

#include "json/json.hpp"
#include "storage/copied.hpp"
#include "storage/database_file.hpp"
#include "storage/job_rows.hpp"
#include "storage/request_rows.hpp"
#include "storage/rows.hpp"
#include "storage/session_rows.hpp"
#include "storage/sqlite_store_state.hpp"

namespace auscult::storage {
namespace {

// Room for a class name of any sensible length.
constexpr std::size_t kMaxDataJsonBytes = 4'096;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

Status replace_if_other(const std::filesystem::path& file, std::span<const std::byte> content) {
  if (file_equals(file, content)) return Ok{};
  Result<PendingFile> pending = PendingFile::write(file, content);
  if (!pending) return pending.error();
  return pending->publish();
}

}  // namespace

Status SqliteRecordingStore::State::mend_files() {
  const Result<Recording> latest = read_latest(writer, std::nullopt);
  // One that is damaged is told to who asks for it, and is no reason not to serve the others.
  if (!latest && latest.error().code != ErrorCode::not_found) return Ok{};
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
  if (!audio) return delete_file(wav());
  const Result<std::vector<std::byte>> copy = listening_copy(*audio, latest->gain);
  return copy ? replace_if_other(wav(), *copy) : delete_file(wav());
}

Status SqliteRecordingStore::State::commit(std::span<Insertion* const> together) {
  // Written before the commit, so that a full disk is noticed while nothing is promised yet; what
  // is left for after it is two renames. Only the commit is synced: open() mends the rest.
  const Insertion& last = *together.back();
  const std::string text = json::data_json(last.rows.recording->result);
  Result<PendingFile> data = PendingFile::write(data_json(), bytes_of(text));
  if (!data) return data.error();
  Result<PendingFile> copy = PendingFile::write(wav(), *last.listening_wav);
  if (!copy) return copy.error();

  Result<Transaction> transaction = Transaction::begin(writer);
  if (!transaction) return transaction.error();
  for (const Insertion* insertion : together) {
    const Recording& recording = *insertion->rows.recording;
    const Origin& origin = *insertion->origin;
    if (Status first = check_unanswered(writer, origin); !first) return first;
    if (Status written = write_rows(writer, insertion->rows); !written) return written;
    if (!origin.fingerprint.empty()) {
      Status kept = write_request(writer, origin, recording.received_at);
      if (!kept) return kept;
    }
    if (origin.job) {
      if (Status ended = end_job(writer, *origin.job); !ended) return ended;
    }
    if (Status told = write_deliveries(writer, recording); !told) return told;
    if (origin.session) {
      Status finished = finish_session(writer, *origin.session, recording.id);
      if (!finished) return finished;
    }
  }
  if (Status committed = transaction->commit(); !committed) return committed;

  const Status told = data->publish();
  const Status heard = copy->publish();
  for (Insertion* insertion : together) {
    insertion->outcome = Ok{};
    const Recording& recording = *insertion->rows.recording;
    tell({Change::Kind::stored, recording.id, recording});
  }
  if (told && heard) return Ok{};
  together.back()->outcome =
      fail(ErrorCode::storage_failure, "the recording is stored as " + last.rows.recording->id +
                                           ", but " + (told ? heard : told).error().message);
  return Ok{};
}

void SqliteRecordingStore::State::insert(std::span<Insertion* const> together) {
  const std::lock_guard lock(writer_mutex);
  const Status committed = commit(together);
  if (committed) return;
  if (together.size() == 1) {
    together.front()->outcome = committed;
    return;
  }
  for (Insertion* const& insertion : together) {
    if (const Status alone = commit({&insertion, 1}); !alone) insertion->outcome = alone;
  }
}

Status SqliteRecordingStore::State::read(const Work& work) {
  Result<ReaderPool::Reader> reader = readers.take();
  if (!reader) return reader.error();
  return work(**reader);
}

Status SqliteRecordingStore::State::write(const Work& work) {
  const std::lock_guard lock(writer_mutex);
  Result<Transaction> transaction = Transaction::begin(writer);
  if (!transaction) return transaction.error();
  if (Status done = work(writer); !done) return done;
  return transaction->commit();
}

Status SqliteRecordingStore::State::change(const Work& work) {
  const std::lock_guard lock(writer_mutex);
  return work(writer);
}

SqliteRecordingStore::SqliteRecordingStore(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
SqliteRecordingStore::SqliteRecordingStore(SqliteRecordingStore&&) noexcept = default;
SqliteRecordingStore& SqliteRecordingStore::operator=(SqliteRecordingStore&&) noexcept = default;
SqliteRecordingStore::~SqliteRecordingStore() = default;

Result<SqliteRecordingStore> SqliteRecordingStore::open(const std::filesystem::path& folder,
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

  const std::filesystem::path file = folder / kDatabaseName;
  Result<Database> writer = open_database_file(file);
  if (!writer) return writer.error();
  if (const Status used = begin_to_use(*writer, folder.string()); !used) return used.error();
  // Whoever had begun a job in this folder has ended, so nobody need wait for its lease.
  const Status freed = writer->execute(
      "UPDATE jobs SET due_at = created_at WHERE is_dead = 0 AND error IS NULL AND attempts > 0");
  if (!freed) return freed.error();
  auto state =
      std::make_unique<State>(folder, *std::move(lock), listening_copy, *std::move(writer), file);
  if (const Status mended = state->mend_files(); !mended) return mended.error();
  return SqliteRecordingStore(std::move(state));
}

void SqliteRecordingStore::listen(std::function<void(const Change&)> listener) {
  const std::lock_guard lock(state_->writer_mutex);
  state_->listener = std::move(listener);
}

Status SqliteRecordingStore::insert(const Recording& recording, const CollectedAudio& audio,
                                    const Spool& listening_wav, const Origin& origin) {
  Result<Rows> rows = make_rows(recording, audio);
  if (!rows) return rows.error();
  Insertion insertion{.rows = *std::move(rows), .listening_wav = &listening_wav, .origin = &origin};
  state_->insertions.take(insertion, [this](std::span<Insertion* const> together) {
    try {
      state_->insert(together);
    } catch (const std::exception& error) {  // Out of memory; the others must not wait for ever.
      const Error failure = fail(ErrorCode::internal, error.what());
      for (Insertion* each : together) each->outcome = failure;
    }
  });
  return insertion.outcome;
}

Spool SqliteRecordingStore::new_listening_copy() const { return Spool(state_->folder); }

Spool SqliteRecordingStore::new_kept_copy() const { return Spool(state_->folder); }

Result<Recording> SqliteRecordingStore::find(const std::string& id) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_recording(**reader, id);
}

Result<StoredAudio> SqliteRecordingStore::find_audio(const std::string& id) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_audio(**reader, id);
}

Result<Recording> SqliteRecordingStore::latest(const std::optional<std::string>& device) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_latest(**reader, device);
}

Result<Page> SqliteRecordingStore::list(const ListQuery& query) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_page(**reader, query);
}

Result<std::vector<Recording>> SqliteRecordingStore::stored_after(const std::string& id,
                                                                  int limit) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_stored_after(**reader, id, limit);
}

Status SqliteRecordingStore::remove(const std::string& id, Timestamp at) {
  const std::lock_guard lock(state_->writer_mutex);
  if (Status hidden = hide(state_->writer, id, at); !hidden) return hidden;
  state_->tell({Change::Kind::removed, id, std::nullopt});
  return state_->mend_files();
}

Result<Recording> SqliteRecordingStore::restore(const std::string& id) {
  const std::lock_guard lock(state_->writer_mutex);
  if (const Status shown = unhide(state_->writer, id); !shown) return shown.error();
  Result<Recording> recording = read_recording(state_->writer, id);
  if (recording) state_->tell({Change::Kind::updated, id, *recording});
  if (const Status mended = state_->mend_files(); !mended) return mended.error();
  return recording;
}

Result<std::int64_t> SqliteRecordingStore::purge(Timestamp removed_until) {
  const std::lock_guard lock(state_->writer_mutex);
  Result<std::int64_t> purged = delete_hidden(state_->writer, removed_until);
  if (purged && *purged > 0) state_->writer.empty_log();
  return purged;
}

Result<Recording> SqliteRecordingStore::review(const std::string& id, const ReviewChange& change,
                                               Timestamp at) {
  const std::lock_guard lock(state_->writer_mutex);
  Result<Transaction> transaction = Transaction::begin(state_->writer);
  if (!transaction) return transaction.error();
  if (const Status changed = write_review(state_->writer, id, change, at); !changed) {
    return changed.error();
  }
  Result<Recording> recording = read_recording(state_->writer, id);
  if (!recording) return recording;
  if (const Status committed = transaction->commit(); !committed) return committed.error();
  state_->tell({Change::Kind::updated, id, *recording});
  return recording;
}

Result<std::vector<DeviceSummary>> SqliteRecordingStore::devices() const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_devices(**reader);
}

Result<std::map<std::string, DeviceSettings>> SqliteRecordingStore::device_settings() const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_device_settings(**reader);
}

Result<DeviceSettings> SqliteRecordingStore::settings_of(const std::string& device) const {
  Result<ReaderPool::Reader> reader = state_->readers.take();
  if (!reader) return reader.error();
  return read_settings_of(**reader, device);
}

Status SqliteRecordingStore::set_device_settings(const std::string& device,
                                                 const DeviceSettings& settings) {
  const std::lock_guard lock(state_->writer_mutex);
  return write_device_settings(state_->writer, device, settings);
}

SqlAccess& SqliteRecordingStore::sql() { return *state_; }

Result<std::string> SqliteRecordingStore::data_json() const {
  Result<std::string> text = read_file(state_->data_json(), kMaxDataJsonBytes);
  if (!text) return text;
  if (!json::Json::accept(*text)) {
    return fail(ErrorCode::storage_failure, state_->data_json().string() + ": is not JSON");
  }
  return text;
}

Status SqliteRecordingStore::check() const {
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
