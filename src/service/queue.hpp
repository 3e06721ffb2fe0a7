#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "core/memory_budget.hpp"
#include "service/settings.hpp"
#include "storage/job_store.hpp"
#include "storage/reclassifications.hpp"
#include "storage/webhooks.hpp"

namespace auscult::service {

class RecordingService;

/// What one call of Queue::work() is given.
struct Worker {
  classify::Workspace& workspace;
  MemoryBudget& memory;
  std::chrono::milliseconds lease;    ///< For how long its job is its own; renewed for a long one.
  std::function<bool()> is_stopping;  ///< Asked between two recordings.
};

/// How often something is tried, and how long after a failure for the first time; four times as
/// long after each further one.
struct Patience {
  int tries = 0;
  std::chrono::seconds first_pause;
  std::chrono::seconds longest_pause;
};

/// What is done later: uploads that were only kept, histories that are judged anew, and who is to
/// be told of what. No HTTP. Any thread.
class Queue {
 public:
  /// Both outlive the queue.
  Queue(RecordingService& recordings, storage::SqlAccess& store)
      : recordings_(recordings), jobs_(store), reclassifications_(store), webhooks_(store) {}

  /// Keeps an upload that is settled, by what its request is known by.
  Result<storage::Queued> keep(const Upload& upload, const storage::Origin& origin,
                               const storage::JobLimits& limits);

  /// Does an upload's or a reclassification's job, and ends it: what came of it is stored, or it is
  /// put off, or given up, which is no failure. Fails if the store does, or the job has passed to
  /// another worker; then it is tried again when its lease has passed.
  Status work(const storage::Job& job, const Worker& worker);
  /// Gives up a job that failed if another try would fail again or it has had its tries, else puts
  /// it off, longer each time.
  Status retry_later(const storage::Job& job, const Error& error, const Patience& patience);

  /// Has what `which` chooses judged anew by the model in use. `chosen` is the same as text.
  Result<storage::Reclassification> reclassify(const std::string& chosen,
                                               const storage::ListQuery& which);

  /// What is to be done now and then: forgets whom it could not tell a week ago.
  Status tidy(Timestamp at);

  /// Tells those who wait that there may be something to do; what other processes make of it they
  /// find out by looking.
  void wake();
  /// Returns after wake(), at the stop, or after so long.
  void wait(const std::stop_token& stop, std::chrono::milliseconds longest);

  storage::JobStore& jobs() { return jobs_; }
  storage::Reclassifications& reclassifications() { return reclassifications_; }
  storage::WebhookStore& webhooks() { return webhooks_; }

 private:
  Status judge_upload(const storage::Job& job, const Worker& worker);
  Status judge_anew(const storage::Job& job, const Worker& worker);
  Result<storage::NewAnswer> answer_anew(const storage::Pending& pending, const Worker& worker);

  RecordingService& recordings_;
  storage::JobStore jobs_;
  storage::Reclassifications reclassifications_;
  storage::WebhookStore webhooks_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::uint64_t wakes_ = 0;  // Guarded by mutex_.
};

}  // namespace auscult::service
