#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "core/limits.hpp"
#include "core/recording.hpp"
#include "storage/job.hpp"
#include "storage/spool.hpp"
#include "storage/sql_access.hpp"
#include "storage/upload_session.hpp"

namespace auscult::storage {

/// A recording's audio as audio::archive() made it.
struct StoredAudio {
  std::string media_type;
  std::vector<std::byte> bytes;
  bool operator==(const StoredAudio&) const = default;
};

/// The same on its way into a store, in the spool that the store gave for it.
struct CollectedAudio {
  std::string media_type;
  Spool bytes;
};

/// What to list; unset members do not filter. `from` is inclusive, `to` exclusive.
struct ListQuery {
  std::optional<std::string> device;
  std::optional<std::string> class_name;
  std::optional<Timestamp> from;
  std::optional<Timestamp> to;
  std::optional<double> min_confidence;  ///< Percent, inclusive.
  std::optional<Quality::Verdict> quality;
  std::optional<std::string> text;  ///< Part of device, note or corrected label; ASCII case aside.
  bool corrected_only = false;      ///< Those with a corrected label.
  int limit = limits::kDefaultPageSize;
  std::optional<std::string> cursor;  ///< Page::next_cursor of the page before.
};

struct Page {
  std::vector<Recording> recordings;  ///< Newest received first.
  std::optional<std::string> next_cursor;
};

/// What a store holds.
struct StoreSize {
  std::int64_t recordings = 0;  ///< Those that are shown.
  std::int64_t bytes = 0;       ///< Of the database and its log, on disk.
};

/// What to change of a review: members that are unset stay, an empty value takes the old one away.
struct ReviewChange {
  std::optional<std::optional<std::string>> note;
  std::optional<std::optional<std::string>> label;
};

/// A device and what came of it.
struct DeviceSummary {
  std::int64_t recordings = 0;
  Recording latest;  ///< The one stored last.
};

/// The upload session of which a recording is made.
struct FinishedSession {
  std::string id;
  int chunks = 0;        ///< That are in the recording: all there are, or it is not stored.
  Timestamp kept_until;  ///< So long at least the session says what it became.
};

/// Both ends inclusive.
struct Period {
  Timestamp from;
  Timestamp to;
};

/// What a recording was made for, kept in the same commit: by it the same request, sent again,
/// finds its answer.
struct Origin {
  std::string fingerprint;         ///< Of all that was sent; empty: it is not to be found.
  std::string body_sha256;         ///< Of what was sent, if it had to be known for this.
  std::optional<std::string> key;  ///< The device's own name for the request.
  std::optional<FinishedSession> session;
  /// Nothing is stored if the request's answer, as find_answered() or find_repeated() would give
  /// it, was received within this time: another process was quicker.
  std::optional<Period> unless_answered;
  std::optional<JobClaim> job;  ///< What ends with it, or it is not stored.
};

/// The answer to an earlier request, without what people said of it since.
struct Answered {
  std::string fingerprint;
  Recording recording;
};

/// What happened to a recording, told after its commit.
struct Change {
  enum class Kind { stored, updated, removed };
  Kind kind = Kind::stored;
  std::string id;
  std::optional<Recording> recording;  ///< As it is now; empty if it was removed.
};

/// What is not to be kept for ever; unset members bound nothing.
struct Retention {
  std::optional<Timestamp> received_before;  ///< What was received earlier goes.
  /// Of the database; beyond it the oldest go, but never the latest. Free pages, and what is in
  /// open sessions or waits to be judged, do not count.
  std::optional<std::int64_t> max_bytes;
  bool keep_reviewed = true;  ///< Whether what people said something of stays all the same.
};

/// The recordings, and what is kept beside them: in a folder (SqliteRecordingStore), or in a
/// database that several processes share (postgres::PostgresRecordingStore). The latest is the one
/// stored last, so that a clock set back does not hide what came after. docs/storage.md says what
/// every store promises.
///
/// Any thread: writers take turns, readers wait for nobody.
class RecordingStore {
 public:
  virtual ~RecordingStore() = default;

  /// Calls `listener`, or nobody if that is empty, with every change from now on: one after the
  /// other, in the order of their commits, also with those of other processes on the same store. It
  /// must not throw, nor call the store. When this returns, the listener before is not called any
  /// more.
  virtual void listen(std::function<void(const Change&)> listener) = 0;

  /// Returns after the commit is on disk and data_json() tells of it; concurrent inserts leave that
  /// at the one committed last. Fails with storage_failure, and with internal on a recording that
  /// could not be read back (a number that is not finite), and then has stored nothing unless the
  /// message says so. With an origin's session its chunks are deleted in the same commit;
  /// unavailable if that is not open any more or has other chunks, if the origin's request has been
  /// answered, or if its job is another worker's. `listening_wav` is what a store in a folder shows
  /// as the latest upload. Those that come at the same time share one commit; one that fails fails
  /// alone.
  virtual Status insert(const Recording& recording, const CollectedAudio& audio,
                        const Spool& listening_wav, const Origin& origin) = 0;
  Status insert(const Recording& recording, const StoredAudio& audio,
                std::span<const std::byte> listening_wav, const Origin& origin = {}) {
    CollectedAudio sound{audio.media_type, new_kept_copy()};
    if (Status collected = sound.bytes.append(audio.bytes); !collected) return collected;
    Spool wav = new_listening_copy();
    if (Status collected = wav.append(listening_wav); !collected) return collected;
    return insert(recording, sound, wav, origin);
  }

  /// Where a listening copy is to be collected for insert().
  [[nodiscard]] virtual Spool new_listening_copy() const = 0;
  /// Where the audio that is kept is to be collected for it.
  [[nodiscard]] virtual Spool new_kept_copy() const = 0;

  /// The recording that was made for a key; empty if there is none or it was removed.
  [[nodiscard]] virtual Result<std::optional<Answered>> find_answered(
      const std::string& key) const = 0;
  /// The last one of those without a key that was made of the same request and received from `from`
  /// to `to`, both inclusive; empty if there is none or it was removed.
  [[nodiscard]] virtual Result<std::optional<Recording>> find_repeated(
      const std::string& fingerprint, Timestamp from, Timestamp to) const = 0;
  /// Forgets what requests were received until then; those with a key until the other.
  virtual Status forget_requests(Timestamp unkeyed_until, Timestamp keyed_until) = 0;

  /// Fails with not_found if there is none, and find_audio() with storage_failure if the sound is
  /// not what was stored.
  [[nodiscard]] virtual Result<Recording> find(const std::string& id) const = 0;
  [[nodiscard]] virtual Result<StoredAudio> find_audio(const std::string& id) const = 0;
  /// The latest recording of `device`, or of all; not_found if there is none.
  [[nodiscard]] virtual Result<Recording> latest(
      const std::optional<std::string>& device) const = 0;
  /// Fails with invalid_argument on a cursor that is none of ours or a limit not in
  /// [1, kMaxPageSize].
  [[nodiscard]] virtual Result<Page> list(const ListQuery& query) const = 0;
  /// Recordings that were stored after the one named, oldest first; what is known of it if it is
  /// gone is its time, by its id. `limit` as for list().
  [[nodiscard]] virtual Result<std::vector<Recording>> stored_after(const std::string& id,
                                                                    int limit) const = 0;

  /// Takes a recording away from every other call but restore() and purge(). data_json()
  /// follows to the latest one left, and has nothing after the last. Fails with
  /// not_found if there is none.
  virtual Status remove(const std::string& id, Timestamp at) = 0;
  /// Undoes remove(). Fails with not_found if it is not removed, or purged already.
  virtual Result<Recording> restore(const std::string& id) = 0;
  /// Deletes what was removed at `removed_until` or before for good, recording, audio and review:
  /// their bytes are overwritten. Returns how many.
  virtual Result<std::int64_t> purge(Timestamp removed_until) = 0;

  /// Deletes for good the oldest recordings that are over `retention`, at most kRetireBatch of
  /// them; returns their ids, none when nothing is over. data_json() follows as in remove().
  virtual Result<std::vector<std::string>> retire(const Retention& retention) = 0;
  /// Gives some of the space that deletions left back to the disk, if there is much of it.
  virtual Status shrink() = 0;

  /// Opens a session of which `chunks`, `bytes`, `received` and `recording_id` are not set. Fails
  /// with unavailable if there are too many.
  virtual Status open_session(const UploadSession& session, const SessionLimits& limits) = 0;
  /// Fails with not_found if there is none, or it has expired `at` that time.
  [[nodiscard]] virtual Result<UploadSession> find_session(const std::string& id,
                                                           Timestamp at) const = 0;
  /// Returns after the chunk is on disk. Fails with not_found as find_session() does, with
  /// too_large over the limits of one session, and with unavailable over those of all or a
  /// device's.
  virtual Result<ChunkOutcome> put_chunk(const Chunk& chunk, const SessionLimits& limits,
                                         Timestamp at) = 0;
  /// The bytes of all chunks that have come, in the order of their numbers.
  [[nodiscard]] virtual Result<std::vector<std::byte>> session_bytes(
      const std::string& id) const = 0;
  /// Deletes a session and its chunks, not what it became. Fails with not_found if there is none.
  virtual Status remove_session(const std::string& id) = 0;
  /// Deletes what has expired. Returns how many.
  virtual Result<std::int64_t> purge_sessions(Timestamp at) = 0;

  /// Changes what is said of a recording; with nothing left to say it has no review. Returns the
  /// recording as it is then. Fails with not_found if there is none.
  virtual Result<Recording> review(const std::string& id, const ReviewChange& change,
                                   Timestamp at) = 0;

  /// At most kMaxDevices, those heard last first.
  [[nodiscard]] virtual Result<std::vector<DeviceSummary>> devices() const = 0;
  /// By the device's name; those that have any.
  [[nodiscard]] virtual Result<std::map<std::string, DeviceSettings>> device_settings() const = 0;
  /// Those of one device; all empty if it has none.
  [[nodiscard]] virtual Result<DeviceSettings> settings_of(const std::string& device) const = 0;
  /// Replaces a device's settings; with none left it is forgotten. Fails with too_large beyond
  /// kMaxDevices devices.
  virtual Status set_device_settings(const std::string& device, const DeviceSettings& settings) = 0;

  /// Counts them: some milliseconds for each hundred thousand; a database may estimate more than
  /// that. Fails with storage_failure.
  [[nodiscard]] virtual Result<StoreSize> size() const = 0;

  /// The text of data.json, which tells of the latest recording; not_found if nothing is stored,
  /// storage_failure if it cannot be read or is not JSON.
  [[nodiscard]] virtual Result<std::string> data_json() const = 0;
  /// Where what is kept beside the recordings gets at its rows: JobStore and its like. Lives as
  /// long as the store.
  virtual SqlAccess& sql() = 0;

  /// Whether the database answers and can be written: unavailable if the disk is nearly full or it
  /// cannot be reached, storage_failure otherwise.
  [[nodiscard]] virtual Status check() const = 0;

 protected:
  RecordingStore() = default;
  RecordingStore(const RecordingStore&) = default;
  RecordingStore(RecordingStore&&) = default;
  RecordingStore& operator=(const RecordingStore&) = default;
  RecordingStore& operator=(RecordingStore&&) = default;
};

}  // namespace auscult::storage
