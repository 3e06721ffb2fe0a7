#include "http/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "core/limits.hpp"
#include "http/diagnosis.hpp"
#include "http/event_feed.hpp"
#include "http/live_stream.hpp"
#include "http/submission.hpp"

namespace auscult::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kMaxLoggedPathBytes = 200;

/// What to tell the client of a request that could not be read (if it is still there).
Problem problem_of(const error_code& failure, bool header_done, const ServerConfig& config) {
  using beast_http::error;
  if (failure == boost::beast::error::timeout) {
    return {408, "request_timeout",
            header_done ? "the body came too slowly" : "the header came too slowly"};
  }
  if (failure == error::body_limit) {
    return {413, std::string(to_string(ErrorCode::too_large)),
            "the body has more than " + std::to_string(config.max_body_bytes) + " bytes"};
  }
  if (!header_done && (failure == error::header_limit || failure == error::buffer_overflow)) {
    return {431, "header_too_large",
            "the header has more than " + std::to_string(config.max_header_bytes) + " bytes"};
  }
  if (failure == error::bad_version) {
    return {505, "http_version_not_supported", "this is not HTTP/1.0 or HTTP/1.1"};
  }
  if (failure == error::partial_message) {
    return {400, "incomplete_request", "the request ended before its end"};
  }
  if (failure.category() == beast_http::make_error_code(error::bad_value).category()) {
    return {400, "malformed_request", "not well-formed HTTP: " + failure.message()};
  }
  return {400, "incomplete_request", "the connection broke: " + failure.message()};
}

/// Runs a handler; what it throws (out of memory, most likely) is our own failure.
template <typename Handle>
Response guarded(std::string_view path, const Handle& handle) {
  try {
    return handle();
  } catch (const std::exception& error) {
    spdlog::error("{}: {}", path, error.what());
    return to_response(to_problem(fail(ErrorCode::internal, "internal error")), path);
  }
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, Shared& shared,
                 std::shared_ptr<const TlsContext> tls)
    : shared_(shared),
      connection_(std::move(socket), std::move(tls)),
      buffer_(shared.config.max_header_bytes + Connection::kReadBytes) {}

void Session::stop() {
  if (stream_ != nullptr) stream_->stop();
  if (idle_) connection_.interrupt();
}

asio::awaitable<void> Session::run() {
  bool open = true;
  if (connection_.is_encrypted()) open = co_await shake_hands();
  // GCC 12 miscompiles a co_await in the condition of a loop.
  while (open) {
    open = co_await await_request();
    if (open) open = co_await serve_request();
  }
  co_await finish();
}

/// False if no request can follow; who spoke without TLS has then been told.
asio::awaitable<bool> Session::shake_hands() {
  connection_.set_deadline(Clock::now() + shared_.config.header_timeout);
  idle_ = true;
  if (shared_.stopping) connection_.interrupt();
  const Connection::Handshake outcome = co_await connection_.handshake();
  idle_ = false;
  if (outcome == Connection::Handshake::plain_http) {
    const Exchange exchange{"-", "-", {1, false}, false, Clock::now()};
    const Problem problem{400, "tls_required", "this port speaks TLS: use https://"};
    co_await reply(exchange, to_response(problem, exchange.path));
  }
  co_return outcome == Connection::Handshake::done;
}

asio::awaitable<void> Session::refuse() {
  // Who expects TLS would not understand it, and a handshake costs more than it is worth.
  if (connection_.is_encrypted()) co_return;
  const Exchange exchange{"-", "-", {1, false}, false, Clock::now()};
  const Error error = fail(ErrorCode::unavailable, "too many connections; try again");
  co_await reply(exchange, to_response(to_problem(error), exchange.path));
  co_await finish();
}

asio::awaitable<void> Session::finish() {
  idle_ = true;
  if (shared_.stopping) connection_.interrupt();
  connection_.set_deadline(Clock::now() + shared_.config.drain_timeout);
  co_await connection_.finish(shared_.config.drain_bytes);
}

asio::awaitable<bool> Session::await_request() {
  if (buffer_.size() > 0) co_return true;
  if (shared_.stopping) co_return false;
  connection_.set_deadline(Clock::now() + shared_.config.idle_timeout);
  idle_ = true;
  const error_code error = co_await connection_.receive(buffer_);
  idle_ = false;
  co_return !error;
}

asio::awaitable<error_code> Session::read_step(Parser& parser) {
  error_code error;
  if (buffer_.size() > 0) {
    const std::size_t used = parser.put(buffer_.data(), error);
    buffer_.consume(used);
    if (error != beast_http::error::need_more) co_return error;
    if (buffer_.size() == buffer_.max_size()) co_return beast_http::error::buffer_overflow;
  }
  error = co_await connection_.receive(buffer_);
  if (error == asio::error::eof) co_return beast_http::error::partial_message;
  co_return error;
}

asio::awaitable<error_code> Session::read_header(Parser& parser) {
  parser.header_limit(shared_.config.max_header_bytes);
  parser.body_limit(shared_.config.max_body_bytes);
  connection_.set_deadline(Clock::now() + shared_.config.header_timeout);
  error_code error;
  while (!error && !parser.is_header_done()) error = co_await read_step(parser);
  co_return error;
}

Clock::time_point Session::rate_deadline(Clock::time_point started, std::size_t bytes) const {
  const ServerConfig& config = shared_.config;
  const auto earned = std::chrono::milliseconds(bytes * 1000 / config.min_bytes_per_s);
  return started + std::min(config.body_timeout, config.rate_grace + earned);
}

asio::awaitable<std::optional<Problem>> Session::read_body(Parser& parser,
                                                           MemoryBudget::Lease& lease,
                                                           std::size_t max_bytes) {
  const Clock::time_point started = Clock::now();
  pace_ = {};
  while (!parser.is_done()) {
    const std::size_t before = parser.get().body().size();
    connection_.set_deadline(rate_deadline(started, parser.get().body().size()));
    const error_code error = co_await read_step(parser);
    if (error) co_return problem_of(error, true, shared_.config);
    // Who knows the length beforehand sends what is stored.
    if (parser.chunked()) pace_.add(Clock::now(), parser.get().body().size() - before);
    if (parser.get().body().size() > max_bytes) {
      co_return to_problem(fail(ErrorCode::too_large,
                                "the body has more than " + std::to_string(max_bytes) + " bytes"));
    }
    if (!lease.grow_to(parser.get().body().capacity())) {
      co_return to_problem(fail(ErrorCode::unavailable, "too many uploads at once; try again"));
    }
  }
  co_return std::nullopt;
}

asio::awaitable<bool> Session::serve_request() {
  Exchange exchange;
  exchange.started = Clock::now();
  Parser parser;
  const error_code error = co_await read_header(parser);
  const RequestHeader& header = parser.get();
  exchange.method = header.method_string();
  exchange.path = path_of(header.target());
  exchange.head_only = header.method() == beast_http::verb::head;
  exchange.framing = {header.version() == 10 ? 0 : 1, false};

  const std::optional<Problem> problem =
      error ? problem_of(error, false, shared_.config) : check_framing(header);
  if (problem) co_return co_await reply(exchange, to_response(*problem, exchange.path));

  std::variant<Admission, Response> admitted = admit(header);
  Response response;
  if (auto* admission = std::get_if<Admission>(&admitted)) {
    if (std::holds_alternative<Feed>(admission->route->handler) && !exchange.head_only) {
      co_await feed(exchange, admission->request);
      co_return false;
    }
    if (std::holds_alternative<Stream>(admission->route->handler)) {
      co_await stream(exchange, header);
      co_return false;
    }
    response = co_await answer(parser, exchange.path, std::move(*admission));
  } else {
    response = std::get<Response>(std::move(admitted));
  }
  // A large answer to a slow client is held in memory as a large body is.
  MemoryBudget::Lease lease(shared_.bodies);
  if (!lease.grow_to(content_of(response).size())) {
    const Error busy = fail(ErrorCode::unavailable, "too many large answers at once; try again");
    response = to_response(to_problem(busy), exchange.path);
  }
  // A body that was not wanted was not read either: the connection ends after the answer.
  exchange.framing.keep_alive = parser.is_done() && parser.keep_alive() && !shared_.stopping;
  co_return co_await reply(exchange, response);
}

asio::awaitable<Response> Session::answer(Parser& parser, const std::string& path,
                                          Admission admission) {
  const auto& handler = admission.route->handler;
  if (const auto* immediate = std::get_if<Immediate>(&handler)) {
    co_return guarded(path, immediate->handle);
  }
  if (const auto* read = std::get_if<Read>(&handler)) {
    co_return co_await ask(path, [&] { return read->handle(shared_.context, admission.request); });
  }
  if (std::holds_alternative<Feed>(handler)) co_return feed_response();
  if (admission.expects_continue && !parser.is_done()) {
    connection_.set_deadline(Clock::now() + shared_.config.header_timeout);
    co_await connection_.send("HTTP/1.1 100 Continue\r\n\r\n", {});
  }
  if (std::holds_alternative<Write>(handler)) {
    co_return co_await take_json(parser, path, admission);
  }
  if (std::holds_alternative<Diagnose>(handler)) {
    co_return co_await take_diagnosis(parser, path, std::move(admission));
  }
  co_return co_await take_upload(parser, path, std::move(admission));
}

asio::awaitable<Response> Session::take_upload(Parser& parser, const std::string& path,
                                               Admission admission) {
  MemoryBudget::Lease lease(shared_.bodies);
  const std::optional<Problem> problem =
      co_await read_body(parser, lease, shared_.config.max_body_bytes);
  if (problem) co_return to_response(*problem, path);
  Submission submission{std::move(admission.upload),
                        std::move(parser.get().body()),
                        std::move(lease),
                        now(),
                        Clock::now() + shared_.config.work_timeout,
                        pace_.steady_bytes_per_s()};
  const Result<Recording> recording =
      co_await submit(std::move(submission), shared_.workers, shared_.context.service);
  if (!recording) co_return to_response(to_problem(recording.error()), path);
  const auto receipt = std::get<Submit>(admission.route->handler).receipt;
  co_return guarded(path, [&] { return receipt(*recording); });
}

asio::awaitable<Response> Session::take_json(Parser& parser, const std::string& path,
                                             const Admission& admission) {
  MemoryBudget::Lease lease(shared_.bodies);
  const std::optional<Problem> problem =
      co_await read_body(parser, lease, limits::kMaxJsonBodyBytes);
  if (problem) co_return to_response(*problem, path);
  const std::vector<std::byte>& body = parser.get().body();
  const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
  const auto handle = std::get<Write>(admission.route->handler).handle;
  co_return co_await ask(path, [&] { return handle(shared_.context, admission.request, text); });
}

asio::awaitable<Response> Session::take_diagnosis(Parser& parser, const std::string& path,
                                                  Admission admission) {
  MemoryBudget::Lease lease(shared_.bodies);
  const std::optional<Problem> problem =
      co_await read_body(parser, lease, shared_.config.max_body_bytes);
  if (problem) co_return to_response(*problem, path);
  DiagnosisRequest request{std::move(admission.request),
                           parser.get().version(),
                           std::move(parser.get().body()),
                           std::move(lease),
                           Clock::now() + shared_.config.work_timeout,
                           pace_.steady_bytes_per_s()};
  co_return co_await diagnose(std::move(request), shared_.workers, shared_.context.service);
}

template <typename Handle>
asio::awaitable<Response> Session::ask(const std::string& path, const Handle& handle) {
  const auto run = [&path, &handle]() -> asio::awaitable<Response> {
    co_return guarded(path, handle);
  };
  co_return co_await asio::co_spawn(shared_.readers, run, asio::use_awaitable);
}

asio::awaitable<void> Session::feed(Exchange exchange, const Request& request) {
  const asio::any_io_executor strand = co_await asio::this_coro::executor;
  const Result<FeedStart> start = read_feed_start(request);
  std::optional<EventFeed> events =
      start ? EventFeed::open(connection_, shared_.context.service, strand) : std::nullopt;
  if (!events) {
    const Error busy = fail(ErrorCode::unavailable, "too many listeners; try again");
    co_await reply(exchange, problem_response(start ? busy : start.error()));
    co_return;
  }
  exchange.framing.keep_alive = true;  // Its head is not its end.
  const bool open = co_await reply(exchange, feed_response());
  idle_ = true;  // It may be ended at any time.
  if (shared_.stopping) connection_.interrupt();
  const FeedTimes times{shared_.config.event_heartbeat, shared_.config.event_timeout};
  if (open) co_await events->run(*start, shared_.readers, times);
}

asio::awaitable<void> Session::stream(Exchange exchange, const RequestHeader& header) {
  const Response answer = answer_upgrade(header);
  exchange.framing.keep_alive = answer.status == 101;  // It says what the connection becomes.
  const bool open = co_await reply(exchange, answer);
  if (!open) co_return;
  LiveStream live(connection_, buffer_, shared_);
  stream_ = &live;
  co_await live.run();
  stream_ = nullptr;
}

asio::awaitable<bool> Session::reply(const Exchange& exchange, const Response& response) {
  const std::string head = encode_head(response, exchange.framing, now());
  const auto content = exchange.head_only ? std::span<const std::byte>{} : content_of(response);
  connection_.set_deadline(rate_deadline(Clock::now(), content.size()));
  const error_code error = co_await connection_.send(head, content);

  const std::chrono::duration<double, std::milli> took = Clock::now() - exchange.started;
  spdlog::info("{} {} {} {} B {:.1f} ms{}", exchange.method,
               std::string_view(exchange.path).substr(0, kMaxLoggedPathBytes), response.status,
               content.size(), took.count(), error ? " (the client was gone)" : "");
  co_return !error && exchange.framing.keep_alive;
}

}  // namespace auscult::http
