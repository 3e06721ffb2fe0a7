#include "http/session.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>
#include <utility>

#include "http/credentials.hpp"
#include "http/event_feed.hpp"
#include "http/gate.hpp"
#include "http/head_watch.hpp"
#include "http/live_stream.hpp"
#include "http/log_lines.hpp"
#include "http/security_headers.hpp"

namespace auscult::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;

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

std::string_view text_of(const boost::beast::flat_buffer& buffer) {
  return {static_cast<const char*>(buffer.cdata().data()), buffer.size()};
}

// About what the buffers of a connection hold.
constexpr std::size_t kSmallAnswerBytes = 16'384;

/// What became of a request, and of what it made.
void note_outcome(const Response& response, access::AuditEntry& entry) {
  entry.outcome = response.status;
  for (const auto& [name, value] : response.headers) {
    if (name == "Location") entry.target = value.substr(value.rfind('/') + 1);
  }
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, Shared& shared,
                 const std::shared_ptr<const TlsContext>& tls)
    : shared_(shared),
      connection_(std::move(socket), tls),
      buffer_(shared.config.max_header_bytes + Connection::kReadBytes) {}

void Session::stop() {
  if (stream_ != nullptr) stream_->stop();
  if (idle_) connection_.interrupt();
}

asio::awaitable<void> Session::run() {
  bool open = true;
  if (connection_.is_encrypted()) {
    open = co_await shake_hands();
  }
  // GCC 12 miscompiles a co_await in the condition of a loop.
  while (open) {
    open = co_await await_request();
    if (open) {
      open = co_await serve_request();
    }
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

asio::awaitable<void> Session::refuse(const char* why) {
  // Who expects TLS would not understand it, and a handshake costs more than it is worth.
  if (connection_.is_encrypted()) co_return;
  const Exchange exchange{"-", "-", {1, false}, false, Clock::now()};
  const Error error = fail(ErrorCode::unavailable, why);
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
  if (skip_empty_lines()) co_return true;
  connection_.set_deadline(Clock::now() + shared_.config.idle_timeout);
  for (bool has_come = false; !has_come; has_come = skip_empty_lines()) {
    if (shared_.stopping) co_return false;
    if (buffer_.size() == 0) buffer_.shrink_to_fit();  // Who waits holds nothing of the last body.
    idle_ = true;
    const error_code error = co_await connection_.receive(buffer_, Connection::kHeadReadBytes);
    idle_ = false;
    if (error) co_return false;
  }
  co_return true;
}

/// Drops the line ends that clients put together by hand send after a body (RFC 9112, section 2.2).
/// Returns whether anything is left.
bool Session::skip_empty_lines() {
  const std::string_view text = text_of(buffer_);
  std::size_t empty = 0;
  while (text.substr(empty, 2) == "\r\n") empty += 2;
  const bool is_left = text.size() > empty && text.substr(empty) != "\r";
  buffer_.consume(empty);
  return is_left;
}

/// Has the parser take what it can of what has come; need_more if that leads nowhere.
error_code Session::parse(Parser& parser) {
  if (buffer_.size() == 0) return beast_http::error::need_more;
  error_code error;
  const std::size_t used = parser.put(buffer_.data(), error);
  buffer_.consume(used);
  if (error == beast_http::error::need_more && buffer_.size() == buffer_.max_size()) {
    return beast_http::error::buffer_overflow;
  }
  return error;
}

asio::awaitable<error_code> Session::receive(std::size_t most) {
  const error_code error = co_await connection_.receive(buffer_, most);
  co_return error == asio::error::eof ? beast_http::error::partial_message : error;
}

asio::awaitable<std::optional<Problem>> Session::read_header(Parser& parser) {
  parser.header_limit(shared_.config.max_header_bytes);
  parser.body_limit(shared_.config.max_body_bytes);
  connection_.set_deadline(Clock::now() + shared_.config.header_timeout);
  HeadWatch watch;
  std::size_t seen = 0;
  while (!parser.is_header_done()) {
    const std::optional<std::string_view> wrong = watch.take(text_of(buffer_).substr(seen));
    if (wrong) co_return Problem{400, "malformed_request", std::string(*wrong)};
    error_code error = parse(parser);
    seen = buffer_.size();
    if (error == beast_http::error::need_more) {
      error = co_await receive(Connection::kHeadReadBytes);
    }
    if (error) co_return problem_of(error, false, shared_.config);
  }
  co_return std::nullopt;
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
  const std::vector<std::byte>& body = parser.get().body();
  pace_ = {};
  while (!parser.is_done()) {
    const std::size_t before = body.size();
    // Before the body grows.
    const std::size_t wanted = body.size() + buffer_.size();
    const std::size_t capacity =
        wanted <= body.capacity()
            ? body.capacity()
            : UploadBody::grown(body.capacity(), wanted, parser.content_length());
    if (!lease.grow_to(capacity)) {
      co_return to_problem(fail(ErrorCode::unavailable, "too many uploads at once; try again"));
    }
    error_code error = parse(parser);
    if (error == beast_http::error::need_more) {
      connection_.set_deadline(rate_deadline(started, body.size()));
      error = co_await receive(Connection::kReadBytes);
    }
    if (error) co_return problem_of(error, true, shared_.config);
    // Who knows the length beforehand sends what is stored.
    if (parser.chunked()) pace_.add(Clock::now(), body.size() - before);
    if (body.size() > max_bytes) {
      co_return to_problem(fail(ErrorCode::too_large,
                                "the body has more than " + std::to_string(max_bytes) + " bytes"));
    }
  }
  co_return std::nullopt;
}

asio::awaitable<bool> Session::serve_request() {
  Exchange exchange;
  exchange.started = Clock::now();
  Parser parser;
  ++requests_;
  std::optional<Problem> problem = co_await read_header(parser);
  const RequestHeader& header = parser.get();
  exchange.method = header.method_string();
  exchange.path = path_of(header.target());
  exchange.head_only = header.method() == beast_http::verb::head;
  exchange.framing = {header.version() == 10 ? 0 : 1, false};
  exchange.trace = begin_trace(header.count("traceparent") == 1 ? header["traceparent"] : "");
  request_id_ = exchange.trace.request_id;

  if (!problem) problem = check_framing(header);
  if (problem) {
    co_return co_await reply(exchange, to_response(*problem, exchange.path));
  }

  std::variant<Admission, Response> admitted = admit(header);
  Response response;
  const Peer peer{connection_.peer_address(), connection_.is_encrypted()};
  const auto* found = std::get_if<Admission>(&admitted);
  const Route* route = found == nullptr ? nullptr : found->route;
  exchange.route = route;
  if (route != nullptr) {
    const std::string session = read_credentials(header, peer.encrypted).session;
    const bool known = !route->access.scope || co_await learn_login(session);
    if (!known) {
      const Error unread = fail(ErrorCode::unavailable, "the logins cannot be read");
      co_return co_await reply(exchange, to_response(to_problem(unread), exchange.path));
    }
    std::variant<Caller, Refusal> checked =
        check_caller(shared_.config.guard, *found, header, peer);
    if (const auto* refused = std::get_if<Refusal>(&checked)) {
      co_await record(refused_entry(*route, peer, exchange.method, *refused));
      exchange.framing.keep_alive = parser.is_done() && parser.keep_alive() && !shared_.stopping;
      co_return co_await reply(exchange, to_response(refused->problem, exchange.path));
    }
    std::get<Admission>(admitted).request.caller = std::get<Caller>(std::move(checked));
  }
  std::optional<access::AuditEntry> entry;
  if (auto* admission = std::get_if<Admission>(&admitted)) {
    entry = audit_entry(*route, admission->request, 0, shared_.config.audit_uploads);
    if (std::holds_alternative<Feed>(admission->route->handler) && !exchange.head_only) {
      co_await feed(exchange, admission->request);
      co_return false;
    }
    if (std::holds_alternative<Stream>(admission->route->handler)) {
      co_await record(std::move(entry));
      co_await stream(exchange, header, admission->request.caller);
      co_return false;
    }
    response = co_await answer(parser, exchange.path, std::move(*admission));
  } else {
    response = std::get<Response>(std::move(admitted));
  }
  if (entry) {
    note_outcome(response, *entry);
    const bool recorded = co_await record(std::move(entry));
    // What was changed is changed; what would be heard unseen is not.
    if (!recorded && route->access.scope == access::Scope::listen) {
      const Error unseen = fail(ErrorCode::unavailable, "the audit log cannot be written");
      response = to_response(to_problem(unseen), exchange.path);
    }
  }
  // A large answer to a slow client is held in memory as a large body is. A small one is a part of
  // what a connection takes, and is told whatever others hold.
  const std::size_t bytes = content_of(response).size();
  MemoryBudget::Lease lease(shared_.memory);
  if (bytes > kSmallAnswerBytes && !lease.grow_to(bytes)) {
    const Error busy = fail(ErrorCode::unavailable, "too many large answers at once; try again");
    response = to_response(to_problem(busy), exchange.path);
  }
  // A body that was not wanted was not read either: the connection ends after the answer.
  exchange.framing.keep_alive = parser.is_done() && parser.keep_alive() && !shared_.stopping &&
                                requests_ < shared_.config.max_requests_per_connection;
  co_return co_await reply(exchange, response);
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
  access::Guard* guard = shared_.config.guard;
  const auto may_go_on = [this, guard,
                          presented = request.caller.presented]() -> asio::awaitable<bool> {
    if (guard == nullptr) co_return true;
    const bool known = co_await learn_login(presented.session);
    const access::Need need{access::Scope::read, false};
    co_return known &&
        guard->review(need, presented, now()).outcome == access::Decision::Outcome::granted;
  };
  const FeedTerms terms{shared_.config.event_heartbeat, shared_.config.event_timeout, may_go_on};
  if (open) {
    co_await events->run(*start, shared_.readers, terms);
  }
}

/// Has the guard look up a login that it does not know of, on a reader thread; false if that cannot
/// be done.
asio::awaitable<bool> Session::learn_login(const std::string& session) {
  access::Guard* guard = shared_.config.guard;
  if (guard == nullptr || guard->knows(session)) co_return true;
  const auto run = [guard, &session]() -> asio::awaitable<bool> {
    co_return bool(guard->look_up(session));
  };
  co_return co_await asio::co_spawn(shared_.readers, run, asio::use_awaitable);
}

/// Writes into the audit log, on a reader thread; false if that cannot be done.
asio::awaitable<bool> Session::record(std::optional<access::AuditEntry> entry) {
  access::AuditLog* audit =
      shared_.config.guard == nullptr ? nullptr : shared_.config.guard->audit();
  if (audit == nullptr || !entry) co_return true;
  const auto run = [audit, &entry]() -> asio::awaitable<bool> {
    const Status written = entry->event == "refused" ? audit->append_refused(*std::move(entry))
                                                     : audit->append(*entry);
    if (!written) spdlog::error("the audit log has a gap: {}", written.error().message);
    co_return bool(written);
  };
  co_return co_await asio::co_spawn(shared_.readers, run, asio::use_awaitable);
}

asio::awaitable<void> Session::stream(Exchange exchange, const RequestHeader& header,
                                      const Caller& caller) {
  const Response answer = answer_upgrade(header);
  exchange.framing.keep_alive = answer.status == 101;  // It says what the connection becomes.
  const bool open = co_await reply(exchange, answer);
  if (!open) co_return;
  LiveStream live(connection_, buffer_, shared_, caller);
  stream_ = &live;
  co_await live.run();
  stream_ = nullptr;
}

asio::awaitable<bool> Session::reply(const Exchange& exchange, Response response) {
  add_security_headers(response, exchange.path,
                       connection_.is_encrypted() && !shared_.config.tls_port);
  add_trace_headers(response, exchange.path, exchange.trace);
  const std::string head = encode_head(response, exchange.framing, now());
  const auto content = exchange.head_only ? std::span<const std::byte>{} : content_of(response);
  connection_.set_deadline(rate_deadline(Clock::now(), content.size()));
  const error_code error = co_await connection_.send(head, content);

  const std::chrono::duration<double> took = Clock::now() - exchange.started;
  shared_.metrics.requests.answered(exchange.route, response.status, took.count());
  log_request({.method = exchange.method,
               .path = exchange.path,
               .route = exchange.route == nullptr ? "" : exchange.route->pattern,
               .status = response.status,
               .bytes = content.size(),
               .duration_ms = 1'000 * took.count(),
               .client_gone = bool(error),
               .trace = exchange.trace},
              shared_.config.log_format);
  co_return !error && exchange.framing.keep_alive;
}

}  // namespace auscult::http
