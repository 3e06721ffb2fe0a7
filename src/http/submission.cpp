#include "http/submission.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace auscult::http {
namespace {

namespace asio = boost::asio;

// Between two looks at a full queue: a few times as long as an upload takes.
constexpr std::chrono::milliseconds kPause{50};

Result<Recording> run(const Submission& submission, service::RecordingService& service,
                      classify::Workspace& workspace) {
  const Result<service::Upload> upload =
      read_upload(submission.head, submission.body, submission.received_at);
  if (!upload) return upload.error();
  return service.submit(*upload, workspace, submission.paced_bytes_per_s);
}

/// What the connection's strand and the worker share; `outcome` belongs to the strand.
struct Job {
  Submission submission;
  asio::steady_timer finished;  ///< Expires when it is due; cancelled when there is an outcome.
  std::optional<Result<Recording>> outcome;
};

}  // namespace

asio::awaitable<Result<Recording>> submit(Submission submission, Workers& workers,
                                          service::RecordingService& service, Patience patience) {
  const asio::any_io_executor strand = co_await asio::this_coro::executor;
  const Clock::time_point due = submission.due;
  const auto job = std::make_shared<Job>(
      Job{std::move(submission), asio::steady_timer(strand, due), std::nullopt});
  const auto finish = [job, strand](Result<Recording> outcome) {
    asio::post(strand, [job, outcome = std::move(outcome)]() mutable {
      job->outcome = std::move(outcome);
      job->finished.cancel();
    });
  };
  const auto offer = [&] {
    return workers.try_submit({.run =
                                   [job, finish, &service](classify::Workspace& workspace) {
                                     finish(run(job->submission, service, workspace));
                                   },
                               .refuse = finish,
                               .deadline = due});
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
  co_await job->finished.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!job->outcome) {
    co_return fail(ErrorCode::deadline_exceeded, "too busy to answer in time; try again");
  }
  co_return *std::move(job->outcome);
}

}  // namespace auscult::http
