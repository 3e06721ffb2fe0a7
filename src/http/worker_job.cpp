#include "http/worker_job.hpp"

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

/// What the connection's strand and the worker share; `answer` belongs to the strand.
struct Pending {
  asio::steady_timer finished;  ///< Expires when it is due; cancelled when there is an answer.
  std::optional<Response> answer;
};

}  // namespace

asio::awaitable<Response> run_on_worker(WorkerJob job, Workers& workers) {
  const asio::any_io_executor strand = co_await asio::this_coro::executor;
  const auto refusal = job.refuse;
  const auto pending =
      std::make_shared<Pending>(Pending{asio::steady_timer(strand, job.due), std::nullopt});
  const auto finish = [pending, strand](Response answer) {
    asio::post(strand, [pending, answer = std::move(answer)]() mutable {
      pending->answer = std::move(answer);
      pending->finished.cancel();
    });
  };
  const auto run = [work = std::move(job.run), finish](classify::Workspace& workspace) {
    finish(work(workspace));
  };
  const auto refuse = [finish, refusal](const Error& error) { finish(refusal(error)); };
  const bool taken = workers.try_submit({.run = run, .refuse = refuse, .deadline = job.due});
  if (!taken) {
    co_return refusal(
        fail(ErrorCode::unavailable, "busy: too many uploads are waiting; try again"));
  }
  co_await pending->finished.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!pending->answer) {
    co_return refusal(fail(ErrorCode::deadline_exceeded, "too busy to answer in time; try again"));
  }
  co_return *std::move(pending->answer);
}

}  // namespace auscult::http
