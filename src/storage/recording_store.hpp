#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "core/limits.hpp"
#include "core/recording.hpp"
#include "storage/upload_session.hpp"

namespace auscult::storage {

/// A recording's audio as audio::archive() made it.
struct StoredAudio {
  std::string media_type;
  std::vector<std::byte> bytes;
  bool operator==(const StoredAudio&) const = default;
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

/// What a recording was made for, kept in the same commit: by it the same request, sent again,
/// finds its answer.
struct Origin {
  std::string fingerprint;         ///< Of all that was sent; empty: it is not to be found.
  std::optional<std::string> key;  ///< The device's own name for the request.
  std::optional<FinishedSession> session;
};

/// The answer to an earlier request, without what people said of it since.
struct Answered {
  std::string fingerprint;
  Recording recording;
};

/// What is not to be kept for ever; unset members bound nothing.
struct Retention {
  std::optional<Timestamp> received_before;  ///< What was received earlier goes.
  /// Of the database; beyond it the oldest go, but never the latest. Free pages and what is in open
  /// sessions do not count.
  std::optional<std::int64_t> max_bytes;
  bool keep_reviewed = true;  ///< Whether what people said something of stays all the same.
};

/// The recordings in one folder: auscult.db (SQLite in WAL mode, every commit synced to disk),
/// data.json and output_audio.wav, the latest recording's answer and listening copy, each replaced
/// atomically. The latest is the one stored last, so that a clock set back does not hide what came
/// after. docs/storage.md has the format.
///
/// Any thread: writers take turns, readers wait for nobody. One process at a time.
class RecordingStore {
 public:
  /// Opens or creates the store, brings its schema up to date, and mends data.json and
  /// output_audio.wav if a crash came between the commit and their renewal: `listening_copy` makes
  /// the WAV of a stored audio at a gain; if it cannot, or the audio is damaged, there is no
  /// output_audio.wav until the next recording. Fails with storage_failure: what, where, and what
  /// to do.
  using ListeningCopy = Result<std::vector<std::byte>> (*)(const StoredAudio& audio, double gain);
  static Result<RecordingStore> open(const std::filesystem::path& folder,
                                     ListeningCopy listening_copy);

  RecordingStore(RecordingStore&&) noexcept;
  RecordingStore& operator=(RecordingStore&&) noexcept;
  ~RecordingStore();

  /// Returns after the commit is on disk and data.json and output_audio.wav tell of it; concurrent
  /// inserts leave these two at the one committed last. Fails with storage_failure, and with
  /// internal on a recording that could not be read back (a number that is not finite), and then
  /// has stored nothing unless the message says so. With an origin's session its chunks are deleted
  /// in the same commit; unavailable if that is not open any more or has other chunks.
  /// Those that come at the same time share one commit; one that fails fails alone. `stored` is
  /// called once it is on disk, for one recording after the other in their order in the store, by
  /// whichever thread committed; it must not throw, nor call the store.
  Status insert(const Recording& recording, const StoredAudio& audio,
                std::span<const std::byte> listening_wav, const Origin& origin = {},
                const std::function<void()>& stored = {});

  /// The recording that was made for a key; empty if there is none or it was removed.
  [[nodiscard]] Result<std::optional<Answered>> find_answered(const std::string& key) const;
  /// The last one of those without a key that was made of the same request and received from `from`
  /// to `to`, both inclusive; empty if there is none or it was removed.
  [[nodiscard]] Result<std::optional<Recording>> find_repeated(const std::string& fingerprint,
                                                               Timestamp from, Timestamp to) const;
  /// Forgets what requests were received until then; those with a key until the other.
  Status forget_requests(Timestamp unkeyed_until, Timestamp keyed_until);

  /// Fails with not_found if there is none, and find_audio() with storage_failure if the sound is
  /// not what was stored.
  [[nodiscard]] Result<Recording> find(const std::string& id) const;
  [[nodiscard]] Result<StoredAudio> find_audio(const std::string& id) const;
  /// The latest recording of `device`, or of all; not_found if there is none.
  [[nodiscard]] Result<Recording> latest(const std::optional<std::string>& device) const;
  /// Fails with invalid_argument on a cursor that is none of ours or a limit not in
  /// [1, kMaxPageSize].
  [[nodiscard]] Result<Page> list(const ListQuery& query) const;
  /// Recordings that were stored after the one named, oldest first; what is known of it if it is
  /// gone is its time, by its id. `limit` as for list().
  [[nodiscard]] Result<std::vector<Recording>> stored_after(const std::string& id, int limit) const;

  /// Takes a recording away from every other call but restore() and purge(). data.json and
  /// output_audio.wav follow to the latest one left, and vanish with the last. Fails with
  /// not_found if there is none.
  Status remove(const std::string& id, Timestamp at);
  /// Undoes remove(). Fails with not_found if it is not removed, or purged already.
  Result<Recording> restore(const std::string& id);
  /// Deletes what was removed at `removed_until` or before for good, recording, audio and review:
  /// their bytes are overwritten. Returns how many.
  Result<std::int64_t> purge(Timestamp removed_until);

  /// Deletes for good the oldest recordings that are over `retention`, at most kRetireBatch of
  /// them; returns their ids, none when nothing is over. The files follow as in remove().
  Result<std::vector<std::string>> retire(const Retention& retention);
  /// Gives some of the space that deletions left back to the disk, if there is much of it.
  Status shrink();

  /// Opens a session of which `chunks`, `bytes`, `received` and `recording_id` are not set. Fails
  /// with unavailable if there are too many.
  Status open_session(const UploadSession& session, const SessionLimits& limits);
  /// Fails with not_found if there is none, or it has expired `at` that time.
  [[nodiscard]] Result<UploadSession> find_session(const std::string& id, Timestamp at) const;
  /// Returns after the chunk is on disk. Fails with not_found as find_session() does, with
  /// too_large over the limits of one session, and with unavailable over those of all or a
  /// device's.
  Result<ChunkOutcome> put_chunk(const Chunk& chunk, const SessionLimits& limits, Timestamp at);
  /// The bytes of all chunks that have come, in the order of their numbers.
  [[nodiscard]] Result<std::vector<std::byte>> session_bytes(const std::string& id) const;
  /// Deletes a session and its chunks, not what it became. Fails with not_found if there is none.
  Status remove_session(const std::string& id);
  /// Deletes what has expired. Returns how many.
  Result<std::int64_t> purge_sessions(Timestamp at);

  /// Changes what is said of a recording; with nothing left to say it has no review. Returns the
  /// recording as it is then. Fails with not_found if there is none.
  Result<Recording> review(const std::string& id, const ReviewChange& change, Timestamp at);

  /// At most kMaxDevices, those heard last first.
  [[nodiscard]] Result<std::vector<DeviceSummary>> devices() const;
  /// By the device's name; those that have any.
  [[nodiscard]] Result<std::map<std::string, DeviceSettings>> device_settings() const;
  /// Those of one device; all empty if it has none.
  [[nodiscard]] Result<DeviceSettings> settings_of(const std::string& device) const;
  /// Replaces a device's settings; with none left it is forgotten. Fails with too_large beyond
  /// kMaxDevices devices.
  Status set_device_settings(const std::string& device, const DeviceSettings& settings);

  /// Counts them all: some milliseconds for each hundred thousand. Fails with storage_failure.
  [[nodiscard]] Result<StoreSize> size() const;

  /// The text of data.json as it lies on disk; not_found if nothing is stored, storage_failure if
  /// it cannot be read or is not JSON.
  [[nodiscard]] Result<std::string> data_json() const;
  /// Whether the database answers and can be written: unavailable if the disk is nearly full,
  /// storage_failure otherwise.
  [[nodiscard]] Status check() const;

 private:
  struct State;
  explicit RecordingStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace auscult::storage
