#include "http/live_stream.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <utility>

#include "http/gate.hpp"
#include "http/hello.hpp"
#include "http/submission.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

namespace asio = boost::asio;
using json::Json;

// As much as the shipped model hears at once.
constexpr double kPartialS = 10;
// Later than that the next second is more interesting.
constexpr std::chrono::seconds kPartialPatience{2};

std::string text_frame(const Json& message) {
  return encode_frame(Opcode::text, json::dump(message));
}

std::size_t bytes_of(double seconds, const audio::RawFormat& format) {
  return static_cast<std::size_t>(seconds * format.sample_rate_hz) * format.layout.frame_bytes();
}

double seconds_of(std::size_t bytes, const audio::RawFormat& format) {
  const std::size_t frames = bytes / format.layout.frame_bytes();
  return static_cast<double>(frames) / format.sample_rate_hz;
}

// The messages are made here, since GCC 12 cannot compile a braced list within a coroutine's await.

std::string problem_frame(const Error& error) {
  return text_frame(
      {{"type", "error"}, {"code", to_string(error.code)}, {"detail", error.message}});
}

std::string problem_frame(const Problem& problem) {
  return text_frame({{"type", "error"}, {"code", problem.code}, {"detail", problem.detail}});
}

std::string ready_frame(const service::Settings& settings, const audio::RawFormat& format,
                        std::size_t max_bytes) {
  return text_frame({{"type", "ready"},
                     {"device", settings.device},
                     {"sample_rate", format.sample_rate_hz},
                     {"channels", format.layout.channels},
                     {"format", audio::to_string(format.layout.format)},
                     {"gain", settings.gain},
                     {"max_bytes", max_bytes}});
}

std::string final_frame(const char* reason, const std::string& detail, const Recording& recording) {
  return text_frame({{"type", "final"},
                     {"reason", reason},
                     {"detail", detail},
                     {"recording", json::to_json(recording)}});
}

}  // namespace

/// What workers leave for the session; the strand's.
struct LiveStream::Partials {
  bool is_awaited = false;
  std::string frame;  ///< The last partial result, ready to be sent; empty if there is none.
  Connection* connection = nullptr;  ///< Null when the session is over.
};

LiveStream::LiveStream(Connection& connection, boost::beast::flat_buffer& buffer, Shared& shared,
                       Caller caller)
    : connection_(connection),
      buffer_(buffer),
      shared_(shared),
      caller_(std::move(caller)),
      reader_(limits::kMaxHelloBytes),
      model_(shared.context.service.model()),
      lease_(shared.memory),
      partials_(std::make_shared<Partials>()),
      started_(Clock::now()),
      last_audio_(started_) {
  partials_->connection = &connection;
}

LiveStream::~LiveStream() { partials_->connection = nullptr; }

void LiveStream::stop() {
  stopping_ = true;
  connection_.wake();
}

asio::awaitable<bool> LiveStream::send(std::string frame) {
  connection_.set_deadline(Clock::now() + shared_.config.event_timeout);
  co_return !co_await connection_.send(frame, {});
}

Result<std::optional<WebSocketMessage>> LiveStream::next_message() {
  const auto data = buffer_.cdata();
  std::span<const std::byte> bytes(static_cast<const std::byte*>(data.data()), data.size());
  const std::size_t before = bytes.size();
  auto message = reader_.read(bytes);
  buffer_.consume(before - bytes.size());
  return message;
}

asio::awaitable<void> LiveStream::run() {
  const bool greeted = co_await greet();
  if (!greeted) co_return;
  const End end = co_await take_audio();
  co_await conclude(end);
}

/// Whether the hello's key, or that of the request before it, may upload.
std::optional<Problem> LiveStream::check_key(const std::string& key) const {
  access::Guard* guard = shared_.context.guard;
  if (guard == nullptr || (key.empty() && !caller_.owes_key)) return std::nullopt;
  const access::Need need{access::Scope::upload, false};
  access::Presented presented;
  presented.key = key;
  presented.is_local = caller_.presented.is_local;
  const access::Decision decision =
      guard->decide(need, presented, now(), access::Guard::Clock::now());
  if (decision.outcome == access::Decision::Outcome::granted) return std::nullopt;
  if (guard->audit() != nullptr) {
    access::AuditEntry entry;
    entry.at = now();
    entry.event = "refused";
    entry.who = decision.who;
    entry.from = caller_.address;
    entry.route = "/v1/stream";
    entry.detail = "the key of the hello";
    (void)guard->audit()->append_refused(std::move(entry));
  }
  return refusal(decision, need, "/v1/stream");
}

/// Takes the first message and answers it; false if there will be no recording.
asio::awaitable<bool> LiveStream::greet() {
  connection_.set_deadline(Clock::now() + shared_.config.header_timeout);
  std::optional<WebSocketMessage> hello;
  Status read = Ok{};
  while (!hello) {
    auto message = next_message();
    if (!message) {
      read = message.error();
      break;
    }
    hello = *std::move(message);
    if (hello) break;
    const auto error = co_await connection_.receive(buffer_);
    if (error || stopping_) co_return false;
  }
  if (read && hello->opcode != Opcode::text) {
    read = fail(ErrorCode::invalid_argument, "the first message must be the text of a hello");
  }
  service::Upload upload;
  Result<service::Settings> settings = fail(ErrorCode::internal, "");
  std::optional<Problem> refused;
  if (read) {
    Result<Hello> parsed = parse_hello(hello->text());
    read = parsed ? Status(Ok{}) : Status(parsed.error());
    if (parsed) {
      parameters_ = std::move(parsed->parameters);
      refused = check_key(parsed->key);
    }
  }
  if (refused) {
    co_await send(problem_frame(*refused));
    co_await send(encode_close(CloseCode::policy_violation, refused->code));
    co_return false;
  }
  if (read) {
    upload.declared = parameters_.declared;
    upload.gain = parameters_.gain;
    upload.device = parameters_.device.value_or("");
    const auto ask = [this,
                      &upload]() -> asio::awaitable<std::optional<Result<service::Settings>>> {
      co_return shared_.context.service.settle(upload);
    };
    settings = *co_await asio::co_spawn(shared_.readers, ask, asio::use_awaitable);
    read = settings ? Status(Ok{}) : Status(settings.error());
  }
  if (!read) {
    co_await send(problem_frame(read.error()));
    co_await send(encode_close(CloseCode::policy_violation, "no recording can be made of this"));
    co_return false;
  }
  format_ = audio::raw_format(settings->declared);
  reader_.set_max_message_bytes(limits::kMaxStreamMessageBytes);
  co_return co_await send(ready_frame(*settings, format_, shared_.config.max_body_bytes));
}

Clock::time_point LiveStream::deadline() const {
  const ServerConfig& config = shared_.config;
  const auto earned = std::chrono::milliseconds(body_.size() * 1000 / config.min_bytes_per_s);
  return std::min({started_ + config.rate_grace + earned, started_ + config.stream_timeout,
                   last_audio_ + config.rate_grace});
}

asio::awaitable<LiveStream::End> LiveStream::take_audio() {
  started_ = last_audio_ = Clock::now();
  for (;;) {
    Result<std::optional<WebSocketMessage>> message = next_message();
    if (!message) {
      complaint_ = message.error().message;
      co_return message.error().code == ErrorCode::too_large ? End::limit : End::misused;
    }
    if (*message) {
      const std::optional<End> end = co_await take(**std::move(message));
      if (end) co_return *end;
      continue;
    }
    if (stopping_ || shared_.stopping) co_return End::stopping;
    if (!partials_->frame.empty()) {
      std::string frame = std::move(partials_->frame);
      partials_->frame.clear();
      const bool open = co_await send(std::move(frame));
      if (!open) co_return End::gone;
      continue;  // Who would have woken us meanwhile found nobody asleep.
    }
    connection_.set_deadline(deadline());
    const auto error = co_await connection_.receive(buffer_);
    if (!error) continue;
    if (error != boost::beast::error::timeout) co_return End::gone;
    // Otherwise somebody woke us.
    if (Clock::now() >= deadline()) co_return End::slow;
  }
}

asio::awaitable<std::optional<LiveStream::End>> LiveStream::take(WebSocketMessage message) {
  switch (message.opcode) {
    case Opcode::binary:
      co_return append(message);
    case Opcode::text:
      co_return take_text(message.text());
    case Opcode::close:
      co_return End::closed;
    case Opcode::pong:
      co_return std::nullopt;
    case Opcode::ping:
      break;
  }
  const bool open = co_await send(encode_frame(Opcode::pong, message.text()));
  if (!open) co_return End::gone;
  co_return std::nullopt;
}

std::optional<LiveStream::End> LiveStream::append(const WebSocketMessage& message) {
  const std::vector<std::byte>& bytes = message.payload;
  if (body_.size() + bytes.size() > shared_.config.max_body_bytes) {
    complaint_ =
        "the recording has more than " + std::to_string(shared_.config.max_body_bytes) + " bytes";
    return End::limit;
  }
  // The vector may double what it holds.
  if (!lease_.grow_to(2 * (body_.size() + bytes.size()) + reader_.held_bytes())) {
    complaint_ = "too many uploads at once";
    return End::limit;
  }
  body_.insert(body_.end(), bytes.begin(), bytes.end());
  last_audio_ = Clock::now();
  pace_.add(last_audio_, bytes.size());
  if (body_.size() - asked_bytes_ >= bytes_of(1, format_)) ask_for_partial();
  return std::nullopt;
}

std::optional<LiveStream::End> LiveStream::take_text(std::string_view text) {
  const Json message = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (message.is_object() && message.value("type", Json()) == "finish") return End::finished;
  complaint_ = R"(the only text after the first is {"type": "finish"})";
  return End::misused;
}

/// Has a worker classify the last seconds, unless it is still at the ones before or has something
/// else to do.
void LiveStream::ask_for_partial() {
  if (partials_->is_awaited) return;
  const std::size_t frame = format_.layout.frame_bytes();
  const std::size_t whole = body_.size() / frame * frame;
  const std::size_t first = whole - std::min(whole, bytes_of(kPartialS, format_));
  struct Excerpt {
    std::vector<std::byte> bytes;
    MemoryBudget::Lease lease;
  };
  const auto excerpt = std::make_shared<Excerpt>(Excerpt{{}, MemoryBudget::Lease(shared_.memory)});
  if (!excerpt->lease.grow_to(whole - first)) return;
  const auto begin = body_.begin() + static_cast<std::ptrdiff_t>(first);
  excerpt->bytes.assign(begin, body_.begin() + static_cast<std::ptrdiff_t>(whole));

  const Json head = {{"type", "partial"},
                     {"elapsed_s", seconds_of(whole, format_)},
                     {"start_s", seconds_of(first, format_)}};
  const auto leave = [partials = partials_, strand = connection_.executor()](std::string text) {
    asio::post(strand, [partials, text = std::move(text)]() mutable {
      partials->is_awaited = false;
      partials->frame = std::move(text);
      if (partials->connection != nullptr) partials->connection->wake();
    });
  };
  const auto run = [excerpt, leave, head, parameters = parameters_, model = model_,
                    &service = shared_.context.service](classify::Workspace& workspace) {
    service::Upload upload;
    upload.body = excerpt->bytes;
    upload.declared = parameters.declared;
    upload.device = parameters.device.value_or("");
    upload.memory = &excerpt->lease;
    upload.model = model;
    const Result<Classification> result = service.classify(upload, workspace);
    Json message = head;
    if (result) message["result"] = json::to_json(*result);
    leave(result ? text_frame(message) : std::string());
  };
  partials_->is_awaited =
      shared_.workers.try_submit({.run = run,
                                  .refuse = [leave](const Error&) { leave({}); },
                                  .deadline = Clock::now() + kPartialPatience},
                                 /*most_waiting=*/0);
  if (partials_->is_awaited) asked_bytes_ = body_.size();
}

asio::awaitable<Result<Recording>> LiveStream::store() {
  UploadHead head;
  head.query = std::move(parameters_);
  Submission submission{std::move(head),
                        std::move(body_),
                        std::move(lease_),
                        now(),
                        Clock::now() + shared_.config.work_timeout,
                        Submission::Repeats::store,
                        {},
                        pace_.steady_bytes_per_s(),
                        nullptr,
                        model_};
  Result<service::Outcome> outcome = co_await submit(std::move(submission), shared_.workers,
                                                     shared_.context.service, Patience::until_due);
  if (!outcome) co_return outcome.error();
  co_return std::get<service::Stored>(*std::move(outcome)).recording;
}

/// How an end is told to the client.
std::pair<const char*, CloseCode> LiveStream::ending_of(End end) {
  switch (end) {
    case End::finished:
      return {"finished", CloseCode::normal};
    case End::gone:
    case End::closed:
      return {"closed", CloseCode::normal};
    case End::slow:
      return {"slow", CloseCode::policy_violation};
    case End::limit:
      return {"limit", CloseCode::too_big};
    case End::stopping:
      return {"stopping", CloseCode::going_away};
    case End::misused:
      return {"misused", CloseCode::protocol_error};
  }
  return {"closed", CloseCode::internal_error};
}

/// Stores what came and says so, if anybody is still there to hear it.
asio::awaitable<void> LiveStream::conclude(End end) {
  const double elapsed_s = seconds_of(body_.size(), format_);
  const Result<Recording> recording = co_await store();
  if (recording) {
    spdlog::info("stream of {:.1f} s from {} stored as {}", elapsed_s, recording->device,
                 recording->id);
  } else if (elapsed_s > 0) {
    spdlog::error("stream of {:.1f} s not stored: {}", elapsed_s, recording.error().message);
  }
  if (end == End::gone) co_return;
  const auto [reason, code] = ending_of(end);
  bool open = true;
  if (end == End::closed) {
    // Who has closed listens no more.
  } else if (recording) {
    open = co_await send(final_frame(reason, complaint_, *recording));
  } else {
    co_await send(problem_frame(recording.error()));
  }
  if (open) {
    co_await send(encode_close(code, complaint_));
  }
  // The client may still be sending; closed before it has read this, it would lose it.
  connection_.set_deadline(Clock::now() + shared_.config.event_timeout);
  co_await connection_.finish(shared_.config.drain_bytes);
}

}  // namespace auscult::http
