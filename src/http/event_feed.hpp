#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "http/connection.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "service/events.hpp"

namespace auscult::http {

/// Where a feed of events starts.
struct FeedStart {
  /// The recording that the client was told of last: what was stored after it comes first.
  std::optional<std::string> last_id;
};

/// Reads Last-Event-ID, or `last_event_id` of the query for clients that cannot send it. Fails with
/// invalid_argument on one that is no recording's id and on other parameters.
Result<FeedStart> read_feed_start(const Request& request);

/// The head of a feed that follows: text/event-stream without an end.
Response feed_response();

/// An event as it is sent (WHATWG HTML, section 9.2): `recording` with the recording's id,
/// `updated` and `deleted` without, since they are no place to go on from.
std::string encode_event(const service::Event& event);

struct FeedTerms {
  std::chrono::milliseconds heartbeat;  ///< Silence after which a comment is sent.
  std::chrono::milliseconds send;       ///< How long one event may take to be sent.
  /// Asked before each event, so that a key's end is its own.
  std::function<boost::asio::awaitable<bool>()> may_go_on;
};

/// Sends events on `connection`, whose head is sent already, until the client goes, lags more than
/// kMaxEventBacklog events behind, or the connection is interrupted. It listens before it asks the
/// store, so that nothing is lost between the two.
class EventFeed {
 public:
  /// Empty if there are kMaxEventListeners already. On the connection's strand.
  static std::optional<EventFeed> open(Connection& connection, service::RecordingService& service,
                                       const boost::asio::any_io_executor& strand);

  EventFeed(EventFeed&&) noexcept = default;
  EventFeed& operator=(EventFeed&&) = delete;
  ~EventFeed();

  boost::asio::awaitable<void> run(FeedStart start, boost::asio::thread_pool& readers,
                                   FeedTerms terms);

 private:
  struct Backlog;
  EventFeed(Connection& connection, service::RecordingService& service,
            std::shared_ptr<Backlog> backlog, service::EventHub::Subscription subscription);

  boost::asio::awaitable<bool> send_stored(FeedStart start, boost::asio::thread_pool& readers,
                                           FeedTerms terms);
  boost::asio::awaitable<bool> send_backlog(FeedTerms terms);
  boost::asio::awaitable<bool> send(std::string text, FeedTerms terms);

  Connection& connection_;
  service::RecordingService& service_;
  std::shared_ptr<Backlog> backlog_;
  service::EventHub::Subscription subscription_;
};

}  // namespace auscult::http
