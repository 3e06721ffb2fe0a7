// What a Session answers a request with, once its header has been read: the handlers that its route
// names, and what each kind of body becomes.
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "core/limits.hpp"
#include "http/diagnosis.hpp"
#include "http/event_feed.hpp"
#include "http/handlers.hpp"
#include "http/inference.hpp"
#include "http/session.hpp"
#include "http/submission.hpp"
#include "http/upload_session_request.hpp"

namespace auscult::http {
namespace {

namespace asio = boost::asio;

/// Runs a handler; what it throws (out of memory, most likely) is our own failure.
template <typename Handle>
Response guarded(std::string_view request_id, std::string_view path, const Handle& handle) {
  try {
    return handle();
  } catch (const std::exception& error) {
    spdlog::error("{} (request {}): {}", path, request_id, error.what());
    return to_response(to_problem(fail(ErrorCode::internal, "internal error")), path);
  }
}

std::string_view text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t most_body_bytes(const Route& route, const ServerConfig& config) {
  if (const auto* write = std::get_if<Write>(&route.handler)) return write->max_bytes;
  if (std::holds_alternative<Finish>(route.handler)) return limits::kMaxJsonBodyBytes;
  return config.max_body_bytes;
}

}  // namespace

asio::awaitable<Response> Session::answer(Parser& parser, const std::string& path,
                                          Admission admission) {
  const auto& handler = admission.route->handler;
  if (const auto* immediate = std::get_if<Immediate>(&handler)) {
    co_return guarded(request_id_, path, immediate->handle);
  }
  if (const auto* read = std::get_if<Read>(&handler)) {
    co_return co_await ask(path, [&] { return read->handle(shared_.context, admission.request); });
  }
  if (std::holds_alternative<Feed>(handler)) co_return feed_response();
  if (admission.expects_continue && !parser.is_done()) {
    connection_.set_deadline(Clock::now() + shared_.config.header_timeout);
    co_await connection_.send("HTTP/1.1 100 Continue\r\n\r\n", {});
  }
  Body body{{}, MemoryBudget::Lease(shared_.memory)};
  const std::optional<Problem> problem =
      co_await read_body(parser, body.lease, most_body_bytes(*admission.route, shared_.config));
  if (problem) co_return to_response(*problem, path);
  body.bytes = std::move(parser.get().body());
  if (std::holds_alternative<Write>(handler)) {
    co_return co_await take_json(std::move(body), path, admission);
  }
  if (std::holds_alternative<Finish>(handler)) {
    co_return co_await take_finish(std::move(body), path, admission);
  }
  const Clock::time_point due = Clock::now() + shared_.config.work_timeout;
  if (std::holds_alternative<Diagnose>(handler)) {
    DiagnosisRequest request{std::move(admission.request),
                             parser.get().version(),
                             std::move(body.bytes),
                             std::move(body.lease),
                             due,
                             pace_.steady_bytes_per_s()};
    co_return co_await diagnose(std::move(request), shared_.workers, shared_.context.service);
  }
  if (std::holds_alternative<Infer>(handler)) {
    InferenceCall call{std::move(admission.request), std::move(body.bytes), std::move(body.lease),
                       due};
    co_return co_await infer(std::move(call), shared_.workers, shared_.context.service);
  }
  co_return co_await take_upload(std::move(body), path, std::move(admission));
}

asio::awaitable<Response> Session::take_upload(Body body, const std::string& path,
                                               Admission admission) {
  if (admission.is_later) {
    co_return co_await ask(path, [&] {
      return keep_upload(shared_.context, admission.upload, body.bytes, pace_.steady_bytes_per_s());
    });
  }
  Submission submission{std::move(admission.upload), std::move(body.bytes), std::move(body.lease),
                        now(), Clock::now() + shared_.config.work_timeout};
  submission.paced_bytes_per_s = pace_.steady_bytes_per_s();
  submission.client = &connection_;
  const Result<service::Outcome> outcome =
      co_await submit(std::move(submission), shared_.workers, shared_.context.service);
  if (!outcome) co_return to_response(to_problem(outcome.error()), path);
  const auto receipt = std::get<Submit>(admission.route->handler).receipt;
  co_return guarded(request_id_, path, [&] { return outcome_response(*outcome, path, receipt); });
}

asio::awaitable<Response> Session::take_finish(Body body, const std::string& path,
                                               const Admission& admission) {
  Result<service::FinishRequest> request =
      parse_finish_request(admission.request.id, admission.request.query, text_of(body.bytes));
  if (!request) co_return problem_response(request.error());

  // On a reader thread, since no worker is needed to tell what is missing or was answered before.
  std::int64_t bytes = 0;
  const auto look = [&]() -> Response {
    const auto ready = shared_.context.service.sessions().ready(*request, now());
    if (!ready) return problem_response(ready.error());
    if (const auto* outcome = std::get_if<service::Outcome>(&*ready)) {
      return outcome_response(*outcome, path, recording_receipt);
    }
    bytes = std::get<std::int64_t>(*ready);
    return {};
  };
  Response looked = co_await ask(path, look);
  if (bytes == 0) co_return looked;
  if (!body.lease.grow_to(static_cast<std::size_t>(bytes))) {
    const Error busy = fail(ErrorCode::unavailable, "too many uploads at once; try again");
    co_return problem_response(busy);
  }
  Submission submission{
      {}, {}, std::move(body.lease), now(), Clock::now() + shared_.config.work_timeout};
  submission.finish = *std::move(request);
  const Result<service::Outcome> outcome =
      co_await submit(std::move(submission), shared_.workers, shared_.context.service);
  if (!outcome) co_return problem_response(outcome.error());
  co_return guarded(request_id_, path,
                    [&] { return outcome_response(*outcome, path, recording_receipt); });
}

asio::awaitable<Response> Session::take_json(Body body, const std::string& path,
                                             const Admission& admission) {
  const auto handle = std::get<Write>(admission.route->handler).handle;
  co_return co_await ask(
      path, [&] { return handle(shared_.context, admission.request, text_of(body.bytes)); });
}

template <typename Handle>
asio::awaitable<Response> Session::ask(const std::string& path, const Handle& handle) {
  const auto run = [this, &path, &handle]() -> asio::awaitable<Response> {
    co_return guarded(request_id_, path, handle);
  };
  co_return co_await asio::co_spawn(shared_.readers, run, asio::use_awaitable);
}

}  // namespace auscult::http
