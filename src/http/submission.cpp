#include "http/submission.hpp"

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace auscult::http {
namespace {

namespace asio = boost::asio;

// Between two looks at a full queue: a few times as long as an upload takes.
constexpr std::chrono::milliseconds kPause{50};

Result<service::Outcome> run(Submission& taken, service::RecordingService& service,
                             Workers& workers, classify::Workspace& workspace) {
  // The body and its share of the memory are given back before the answer is.
  Submission submission = std::move(taken);
  if (submission.finish) {
    return service.sessions().finish(*submission.finish, submission.received_at, workspace,
                                     &submission.lease);
  }
  Result<service::Upload> upload =
      read_upload(submission.head, submission.body, submission.received_at);
  if (!upload) return upload.error();
  upload->paced_bytes_per_s = submission.paced_bytes_per_s;
  upload->memory = &submission.lease;
  upload->model = submission.model;
  upload->heard = [&] {
    submission.lease.give_back(submission.body.capacity());
    submission.body = std::vector<std::byte>();  // Not {}, which would keep the memory.
  };
  upload->computed = [&] { workers.give_back(workspace); };
  if (submission.repeats == Submission::Repeats::replay) {
    return service.submit_once(*upload, workspace);
  }
  Result<Recording> recording = service.submit(*upload, workspace);
  if (!recording) return recording.error();
  service::Outcome outcome = service::Stored{*std::move(recording), false};
  return outcome;
}

/// What the connection's strand and the worker share; all but the submission, and that until it is
/// the worker's turn, belong to the strand.
struct Job {
  Submission submission;
  asio::steady_timer finished;  ///< Expires when it is due; cancelled when there is an outcome.
  std::optional<Result<service::Outcome>> outcome;
  std::atomic<bool> is_abandoned = false;
};

}  // namespace

asio::awaitable<Result<service::Outcome>> submit(Submission submission, Workers& workers,
                                                 service::RecordingService& service,
                                                 Patience patience) {
  const asio::any_io_executor strand = co_await asio::this_coro::executor;
  const Clock::time_point due = submission.due;
  Connection* const client = submission.client;
  // Not by make_shared(): an aggregate with an atomic can only be made in place.
  const std::shared_ptr<Job> job(
      new Job{std::move(submission), asio::steady_timer(strand, due), std::nullopt, false});
  const auto finish = [job, strand](Result<service::Outcome> outcome) {
    asio::post(strand, [job, outcome = std::move(outcome)]() mutable {
      job->outcome = std::move(outcome);
      job->finished.cancel();
    });
  };
  const auto offer = [&] {
    return workers.try_submit(
        {.run =
             [job, finish, &service, &workers](classify::Workspace& workspace) {
               finish(run(job->submission, service, workers, workspace));
             },
         .refuse = finish,
         .deadline = due,
         .is_wanted = [job] { return !job->is_abandoned; }});
  };
  bool taken = offer();
  asio::steady_timer pause(strand);
  while (!taken && patience == Patience::until_due && Clock::now() < due) {
    pause.expires_after(kPause);
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    taken = offer();
  }
  if (!taken) {
    co_return fail(ErrorCode::unavailable, "busy: too many uploads are waiting; try again");
  }
  if (client != nullptr) {
    client->watch([job] {
      job->is_abandoned = true;
      job->finished.cancel();
    });
  }
  co_await job->finished.async_wait(asio::as_tuple(asio::use_awaitable));
  if (client != nullptr) client->stop_watching();
  if (job->is_abandoned && !job->outcome) {
    co_return fail(ErrorCode::unavailable, "the client has gone");
  }
  if (!job->outcome) {
    co_return fail(ErrorCode::deadline_exceeded, "too busy to answer in time; try again");
  }
  co_return *std::move(job->outcome);
}

}  // namespace auscult::http
