#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/memory_budget.hpp"
#include "http/admission.hpp"
#include "http/connection.hpp"
#include "http/pace.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/server_metrics.hpp"
#include "http/trace.hpp"
#include "http/upload_body.hpp"

namespace auscult::http {

/// What all sessions of a server share; it outlives them. Any thread.
struct Shared {
  ServerConfig config;
  Context context;
  Workers& workers;
  boost::asio::thread_pool readers;
  MemoryBudget& memory;
  ServerMetrics metrics;
  std::atomic<bool> stopping = false;
};

class LiveStream;

/// One connection and the requests on it, one after the other. Its strand only.
class Session {
 public:
  /// With `tls` the connection is encrypted.
  Session(boost::asio::ip::tcp::socket socket, Shared& shared,
          const std::shared_ptr<const TlsContext>& tls = nullptr);

  /// Answers requests until the connection ends.
  boost::asio::awaitable<void> run();

  /// Answers 503 and `why` without reading anything.
  boost::asio::awaitable<void> refuse(const char* why);

  /// Ends the connection now if no request is under way, else after it.
  void stop();

  /// Ends every wait on the connection.
  void abort() { connection_.interrupt(); }

 private:
  using Parser = boost::beast::http::request_parser<UploadBody>;

  /// The request that is being answered, as far as framing and log need it.
  struct Exchange {
    std::string method;
    std::string path;
    Framing framing;
    bool head_only = false;
    Clock::time_point started;
    const Route* route = nullptr;  ///< Null as long as it is not known.
    Trace trace = {};              ///< Empty as long as no header was read.
  };

  /// What was sent, and its share of the memory.
  struct Body {
    std::vector<std::byte> bytes;
    MemoryBudget::Lease lease;
  };

  boost::asio::awaitable<bool> shake_hands();
  boost::asio::awaitable<bool> await_request();
  boost::asio::awaitable<bool> serve_request();
  [[nodiscard]] bool skip_empty_lines();
  boost::asio::awaitable<std::optional<Problem>> read_header(Parser& parser);
  boost::asio::awaitable<std::optional<Problem>> read_body(Parser& parser,
                                                           MemoryBudget::Lease& lease,
                                                           std::size_t max_bytes);
  boost::system::error_code parse(Parser& parser);
  boost::asio::awaitable<boost::system::error_code> receive(std::size_t most);
  boost::asio::awaitable<Response> answer(Parser& parser, const std::string& path,
                                          Admission admission);
  boost::asio::awaitable<Response> take_upload(Body body, const std::string& path,
                                               Admission admission);
  boost::asio::awaitable<Response> take_json(Body body, const std::string& path,
                                             const Admission& admission);
  boost::asio::awaitable<Response> take_finish(Body body, const std::string& path,
                                               const Admission& admission);
  template <typename Handle>
  boost::asio::awaitable<Response> ask(const std::string& path, const Handle& handle);
  boost::asio::awaitable<void> feed(Exchange exchange, const Request& request);
  boost::asio::awaitable<void> stream(Exchange exchange, const RequestHeader& header,
                                      const Caller& caller);
  boost::asio::awaitable<bool> learn_login(const std::string& session);
  boost::asio::awaitable<bool> record(std::optional<access::AuditEntry> entry);
  boost::asio::awaitable<bool> reply(const Exchange& exchange, Response response);
  boost::asio::awaitable<void> finish();
  [[nodiscard]] Clock::time_point rate_deadline(Clock::time_point started, std::size_t bytes) const;

  Shared& shared_;
  Connection connection_;
  boost::beast::flat_buffer buffer_;
  std::string request_id_;        ///< Of the one that is being answered.
  std::size_t requests_ = 0;      ///< That were read on this connection.
  LiveStream* stream_ = nullptr;  ///< The one that is being served.
  Pace pace_;                     ///< Of the body that is being read.
  bool idle_ = false;             ///< Between requests, or draining after the last one.
};

}  // namespace auscult::http
