#include "http/event_feed.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <deque>
#include <memory>
#include <set>
#include <utility>

#include "core/id.hpp"
#include "core/limits.hpp"
#include "http/list_query.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

namespace asio = boost::asio;

constexpr const char* kHeartbeat = ": still here\n\n";
// Two seconds until a client that was cut off comes back.
constexpr const char* kHello = "retry: 2000\n\n";

}  // namespace

Result<FeedStart> read_feed_start(const Request& request) {
  const Status names = check_names(request.query, {"last_event_id"});
  if (!names) return names.error();
  FeedStart start;
  start.last_id = find_filled(request.query, "last_event_id");
  // The header is of the present, the query of when the page was made.
  const auto header = request.headers.find("Last-Event-ID");
  if (header != request.headers.end() && !header->value().empty()) {
    start.last_id = std::string(header->value());
  }
  if (start.last_id && !is_id(*start.last_id)) {
    return fail(ErrorCode::invalid_argument, "Last-Event-ID is no recording's id");
  }
  return start;
}

Response feed_response() {
  Response response;
  response.content_type = "text/event-stream";
  // The second is for nginx, which would hold events back.
  response.headers = {{"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"},
                      {"X-Content-Type-Options", "nosniff"}};
  response.endless = true;
  return response;
}

std::string encode_event(const service::Event& event) {
  std::string text;
  if (event.kind == service::Event::Kind::stored) text += "id: " + event.id + "\n";
  switch (event.kind) {
    case service::Event::Kind::stored:
      text += "event: recording\n";
      break;
    case service::Event::Kind::updated:
      text += "event: updated\n";
      break;
    case service::Event::Kind::removed:
      text += "event: deleted\n";
      break;
  }
  const json::Json data =
      event.recording ? json::to_json(*event.recording) : json::Json{{"id", event.id}};
  return text + "data: " + json::dump(data) + "\n\n";
}

/// What has happened and is not yet sent. The connection's strand.
struct EventFeed::Backlog {
  std::deque<std::shared_ptr<const service::Event>> events;
  bool overflowed = false;
  Connection* connection = nullptr;  ///< Null when the feed has ended.
};

EventFeed::EventFeed(Connection& connection, service::RecordingService& service,
                     std::shared_ptr<Backlog> backlog, service::EventHub::Subscription subscription)
    : connection_(connection),
      service_(service),
      backlog_(std::move(backlog)),
      subscription_(std::move(subscription)) {}

EventFeed::~EventFeed() {
  if (backlog_ != nullptr) backlog_->connection = nullptr;
}

std::optional<EventFeed> EventFeed::open(Connection& connection, service::RecordingService& service,
                                         const asio::any_io_executor& strand) {
  const auto backlog = std::make_shared<Backlog>();
  backlog->connection = &connection;
  auto subscription = service.events().subscribe(
      [strand, backlog](const std::shared_ptr<const service::Event>& event) {
        asio::post(strand, [backlog, event] {
          if (backlog->connection == nullptr || backlog->overflowed) return;
          backlog->overflowed = backlog->events.size() == limits::kMaxEventBacklog;
          if (!backlog->overflowed) backlog->events.push_back(event);
          backlog->connection->wake();
        });
      });
  if (!subscription) return std::nullopt;
  return EventFeed(connection, service, backlog, *std::move(subscription));
}

asio::awaitable<bool> EventFeed::send(std::string text, FeedTerms terms) {
  const bool may = co_await terms.may_go_on();
  if (!may) co_return false;
  connection_.set_deadline(Clock::now() + terms.send);
  co_return !co_await connection_.send(text, {});
}

asio::awaitable<bool> EventFeed::send_stored(FeedStart start, asio::thread_pool& readers,
                                             FeedTerms terms) {
  if (!start.last_id) co_return true;
  std::set<std::string> sent;
  for (bool more = true; more;) {
    const auto ask = [this, after = *start.last_id]()
        -> asio::awaitable<std::optional<Result<std::vector<Recording>>>> {
      co_return service_.stored_after(after, limits::kDefaultPageSize);
    };
    const auto page = co_await asio::co_spawn(readers, ask, asio::use_awaitable);
    if (!page || !*page) co_return false;
    for (const Recording& recording : **page) {
      sent.insert(recording.id);
      start.last_id = recording.id;
      // Named, since GCC 12 destroys twice what a braced list makes within a co_await.
      const service::Event event{service::Event::Kind::stored, recording.id, recording};
      const bool open = co_await send(encode_event(event), terms);
      if (!open) co_return false;
    }
    more = (*page)->size() == limits::kDefaultPageSize;
  }
  // What came while we were reading may have been read too.
  std::erase_if(backlog_->events, [&](const auto& event) {
    return event->kind == service::Event::Kind::stored && sent.contains(event->id);
  });
  co_return true;
}

asio::awaitable<bool> EventFeed::send_backlog(FeedTerms terms) {
  while (!backlog_->events.empty() && !backlog_->overflowed) {
    const auto event = std::move(backlog_->events.front());
    backlog_->events.pop_front();
    const bool open = co_await send(encode_event(*event), terms);
    if (!open) co_return false;
  }
  co_return !backlog_->overflowed;
}

asio::awaitable<void> EventFeed::run(FeedStart start, asio::thread_pool& readers, FeedTerms terms) {
  bool open = co_await send(kHello, terms);
  if (open) {
    open = co_await send_stored(std::move(start), readers, terms);
  }
  boost::beast::flat_buffer ignored(Connection::kReadBytes);
  while (open) {
    open = co_await send_backlog(terms);
    if (!open) break;
    // Nothing is expected: this waits for an event, the heartbeat or the client's end.
    connection_.set_deadline(Clock::now() + terms.heartbeat);
    const auto error = co_await connection_.receive(ignored);
    ignored.clear();
    if (!error) continue;
    open = error == boost::beast::error::timeout;
    if (open && backlog_->events.empty() && !backlog_->overflowed) {
      open = co_await send(kHeartbeat, terms);
    }
  }
}

}  // namespace auscult::http
