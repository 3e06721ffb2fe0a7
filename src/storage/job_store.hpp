#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "core/limits.hpp"
#include "storage/job.hpp"
#include "storage/recording_store.hpp"
#include "storage/sql_access.hpp"

namespace auscult::storage {

/// What uploads that wait may hold.
struct JobLimits {
  std::int64_t max_uploads = limits::kMaxQueuedUploads;
  std::int64_t max_bytes = limits::kMaxQueuedBytes;
};

/// An upload that is to be judged later; what it points to outlives the call.
struct NewUploadJob {
  std::string id;  ///< That the recording will have.
  std::string details;
  std::optional<std::string> key;
  std::string fingerprint;              ///< Empty: it is not looked for.
  std::optional<Period> unless_queued;  ///< Without a key: when the same one counts as this one.
  Timestamp created_at;
  std::span<const std::byte> body;
};

/// What is in the queue under the id.
struct Queued {
  std::string id;
  std::string fingerprint;
  bool is_new = true;  ///< Whether it was put there now, or for the same request before.
};

/// Jobs of one kind.
struct JobCount {
  JobKind kind = JobKind::upload;
  std::int64_t waiting = 0;
  std::int64_t dead = 0;
  std::optional<Timestamp> oldest;  ///< Since when the first of those waits.
};

/// What is to be done, in the database of a store. A job is one worker's for the time of its lease;
/// one that lets that pass, since it ended or was cut off, loses it to another. Who does the work
/// commits its result together with the end of the job, so that it is done once. Any thread.
class JobStore {
 public:
  /// The access outlives the store.
  explicit JobStore(SqlAccess& access) : access_(access) {}

  /// Returns when the upload is on disk. One with the same key, or without one the same fingerprint
  /// in its period, that still waits is returned in its place. Fails with unavailable if the queue
  /// is full.
  Result<Queued> enqueue(const NewUploadJob& upload, const JobLimits& limits);

  /// A job that is due, for the time of the lease; empty if there is none. Several workers get
  /// different ones. Of those bound to a model only those of `model`, a SHA-256.
  Result<std::optional<Job>> claim(JobKind kind, const std::string& model, Timestamp at,
                                   std::chrono::milliseconds lease);
  /// The body of an upload. Fails with storage_failure if it is not what was stored.
  Result<std::vector<std::byte>> body(const std::string& id);

  /// These fail with unavailable if the claim has passed to another worker.
  /// More time for it.
  Status renew(const JobClaim& claim, Timestamp until);
  /// It is done.
  Status finish(const JobClaim& claim);
  /// It failed, and is to be tried again.
  Status put_off(const JobClaim& claim, const Error& error, Timestamp due_at);
  /// It failed for good, and stays for people to see.
  Status bury(const JobClaim& claim, const Error& error);

  /// Fails with not_found if there is none.
  Result<Job> find(const std::string& id);
  /// Of a kind, those that were given up first, then the oldest.
  Result<std::vector<Job>> list(std::optional<JobKind> kind, bool dead_only, int limit);
  Result<std::vector<JobCount>> count();
  /// Has one that was given up tried again. Fails with not_found if it is none.
  Status revive(const std::string& id, Timestamp at);
  /// Forgets one that was given up. Fails likewise.
  Status drop(const std::string& id);
  /// Forgets those of a kind that were given up and made earlier.
  Status forget_dead(JobKind kind, Timestamp made_before);

 private:
  Status settle(const JobClaim& claim, const std::string& sql, const Error* error,
                std::optional<Timestamp> due_at);

  SqlAccess& access_;
};

}  // namespace auscult::storage
