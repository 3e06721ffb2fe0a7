#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/memory_budget.hpp"
#include "http/connection.hpp"
#include "http/pace.hpp"
#include "http/session.hpp"
#include "http/upload.hpp"
#include "http/websocket.hpp"

namespace auscult::http {

/// One recording that is sent while it is made, on a WebSocket: docs/http-api.md. The client says
/// what comes, then sends it; each second it is told what the last ten seconds sound like, if a
/// worker is free for that. Whatever ends it, what came is stored like an upload. The strand of its
/// connection only.
class LiveStream {
 public:
  /// `buffer` holds what was read after the request's header.
  LiveStream(Connection& connection, boost::beast::flat_buffer& buffer, Shared& shared,
             Caller caller);
  ~LiveStream();
  LiveStream(const LiveStream&) = delete;
  LiveStream& operator=(const LiveStream&) = delete;

  /// Serves the session to its end; the request has been answered with 101.
  boost::asio::awaitable<void> run();

  /// Ends the recording here, as the server does when it ends.
  void stop();

 private:
  /// Why no more audio comes.
  enum class End { finished, gone, closed, slow, limit, stopping, misused };
  struct Partials;

  boost::asio::awaitable<bool> greet();
  [[nodiscard]] std::optional<Problem> check_key(const std::string& key) const;
  boost::asio::awaitable<End> take_audio();
  boost::asio::awaitable<void> conclude(End end);
  boost::asio::awaitable<Result<Recording>> store();

  /// What has come so far, message by message; empty if more has to be read.
  Result<std::optional<WebSocketMessage>> next_message();
  boost::asio::awaitable<std::optional<End>> take(WebSocketMessage message);
  std::optional<End> append(const WebSocketMessage& message);
  std::optional<End> take_text(std::string_view text);
  void ask_for_partial();
  boost::asio::awaitable<bool> send(std::string frame);
  [[nodiscard]] Clock::time_point deadline() const;
  static std::pair<const char*, CloseCode> ending_of(End end);

  Connection& connection_;
  boost::beast::flat_buffer& buffer_;
  Shared& shared_;
  Caller caller_;
  MessageReader reader_;
  UploadParameters parameters_;  ///< What the client said.
  /// That which it began with, also if another takes its place meanwhile.
  std::shared_ptr<const service::ServingModel> model_;
  audio::RawFormat format_;  ///< What it comes to with the device's settings.
  std::vector<std::byte> body_;
  MemoryBudget::Lease lease_;
  Pace pace_;
  std::shared_ptr<Partials> partials_;
  std::size_t asked_bytes_ = 0;  ///< Of the body, when a partial result was last asked for.
  Clock::time_point started_;
  Clock::time_point last_audio_;
  bool stopping_ = false;
  std::string complaint_;  ///< What the client did wrong, if anything.
};

}  // namespace auscult::http
