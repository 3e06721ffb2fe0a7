#include "http/diagnosis.hpp"

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
using boost::beast::http::field;
using boost::beast::http::fields;
using json::Json;

Json framing_of(const DiagnosisRequest& asked) {
  const fields& headers = asked.request.headers;
  const auto said = [&headers](field name) {
    return headers.count(name) > 0 ? Json(std::string(headers[name])) : Json(nullptr);
  };
  return {{"http_version", asked.version == 10 ? "1.0" : "1.1"},
          {"content_length", said(field::content_length)},
          {"transfer_encoding", said(field::transfer_encoding)},
          {"content_type", said(field::content_type)},
          {"content_encoding", said(field::content_encoding)},
          {"expect", said(field::expect)},
          {"user_agent", said(field::user_agent)}};
}

Response explain(const DiagnosisRequest& asked, const service::RecordingService& service,
                 classify::Workspace& workspace) {
  DiagnosisHead head = read_diagnosis(asked.request, asked.body);
  head.input.paced_bytes_per_s = asked.paced_bytes_per_s;
  const Result<service::Diagnosis> diagnosis =
      service.diagnose(std::move(head.input), head.device, workspace);
  if (!diagnosis) return problem_response(diagnosis.error());
  return json_response(200, json::dump(to_json(*diagnosis, framing_of(asked))));
}

/// What the connection's strand and the worker share; `answer` belongs to the strand.
struct Job {
  DiagnosisRequest asked;
  asio::steady_timer finished;  ///< Expires when it is due; cancelled when there is an answer.
  std::optional<Response> answer;
};

}  // namespace

asio::awaitable<Response> diagnose(DiagnosisRequest request, Workers& workers,
                                   service::RecordingService& service) {
  const asio::any_io_executor strand = co_await asio::this_coro::executor;
  const Clock::time_point due = request.due;
  const auto job =
      std::make_shared<Job>(Job{std::move(request), asio::steady_timer(strand, due), std::nullopt});
  const auto finish = [job, strand](Response answer) {
    asio::post(strand, [job, answer = std::move(answer)]() mutable {
      job->answer = std::move(answer);
      job->finished.cancel();
    });
  };
  const auto run = [job, finish, &service](classify::Workspace& workspace) {
    finish(explain(job->asked, service, workspace));
  };
  const auto refuse = [finish](const Error& error) { finish(problem_response(error)); };
  const bool taken = workers.try_submit({.run = run, .refuse = refuse, .deadline = due});
  if (!taken) {
    co_return problem_response(
        fail(ErrorCode::unavailable, "busy: too many uploads are waiting; try again"));
  }
  co_await job->finished.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!job->answer) {
    co_return problem_response(
        fail(ErrorCode::deadline_exceeded, "too busy to answer in time; try again"));
  }
  co_return *std::move(job->answer);
}

}  // namespace auscult::http
