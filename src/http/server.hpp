#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/guard.hpp"
#include "auscult/result.hpp"
#include "core/limits.hpp"
#include "core/memory_budget.hpp"
#include "http/log_lines.hpp"
#include "model/model.hpp"
#include "service/recording_service.hpp"
#include "service/worker_pool.hpp"

namespace auscult::http {

/// The threads that take uploads, with the memory a model needs on each.
using Workers = service::WorkerPool<classify::Workspace>;

struct ServerConfig {
  std::string address = "0.0.0.0";
  std::uint16_t port = 8000;  ///< 0: any free one, see Server::port().
  int io_threads = 1;         ///< They only move bytes; the workers do the work.
  int reader_threads = 2;     ///< Ask the store: history, audio, deletion.
  /// PEM files; with them `port` speaks TLS, or, if there is a `tls_port`, that one, and `port`
  /// plain HTTP. They are read again when they change.
  std::string tls_certificate;
  std::string tls_key;
  std::optional<std::uint16_t> tls_port;
  /// Who may; null: everybody may everything. Outlives the server.
  access::Guard* guard = nullptr;
  LogFormat log_format = LogFormat::text;  ///< Of what is logged of each request.
  /// Called every `purge_interval` while requests can be served. Empty: nothing.
  std::function<void()> alive = {};
  bool audit_uploads = false;  ///< Whether the audit log has uploads, too.

  std::size_t max_body_bytes = limits::kDefaultMaxBodyBytes;
  /// What all requests together may hold of bodies, samples decoded from them and answers; the rest
  /// is told to come back. The largest upload takes some 750 MB while it is worked on (an hour of
  /// 8 bits), a device's 5 MB.
  std::size_t memory_budget_bytes = std::size_t{1} << 30U;
  /// A browser sends 1 KiB, a device a tenth of it.
  std::uint32_t max_header_bytes = 16U << 10U;
  /// A few hundred devices, their dashboards, and a thousand more that only stand in the way. One
  /// that is silent holds some 10 kB.
  std::size_t max_connections = 4'096;
  /// What a ward behind one address has. 0: any number.
  std::size_t max_connections_per_address = 256;
  /// Addresses or networks ("10.0.0.0/8") of proxies, each of which carries many clients: the bound
  /// of an address is not for them. What they say of their clients (X-Forwarded-For) is not read.
  std::vector<std::string> trusted_proxies;
  /// Then the connection ends after the answer, so that nobody keeps one for ever; a client opens
  /// another.
  std::size_t max_requests_per_connection = 1'000;

  /// How long a kept connection may be silent between two requests.
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds header_timeout{10'000};
  /// A body (in or out) has `rate_grace` to start, must then keep up this average (the slowest
  /// live stream, 4 kHz of 8 bits, sends four times as much), and end within `body_timeout`.
  std::size_t min_bytes_per_s = 1'000;
  std::chrono::milliseconds rate_grace{15'000};
  std::chrono::milliseconds body_timeout{300'000};
  /// A live stream must keep up the same average, be silent no longer than `rate_grace`, and end
  /// within an hour.
  std::chrono::milliseconds stream_timeout{3'600'000};
  /// From the body's end to the answer; what has not started by then is not started.
  std::chrono::milliseconds work_timeout{30'000};
  /// After a request is refused half-way, so much of the rest is taken in before the connection
  /// closes, that the client may see the answer.
  std::chrono::milliseconds drain_timeout{10'000};
  std::size_t drain_bytes = 4 * limits::kDefaultMaxBodyBytes;
  /// The silence after which a feed of events shows that it is still there, and how long one event
  /// may take to be sent before its listener is cut off.
  std::chrono::milliseconds event_heartbeat{15'000};
  std::chrono::milliseconds event_timeout{10'000};
  /// How often what was removed is looked through for what is past its grace, and the certificate
  /// for a new one.
  std::chrono::milliseconds purge_interval{5'000};
  /// How long stop() waits for requests under way.
  std::chrono::milliseconds shutdown_timeout{20'000};
};

/// The HTTP interface of the service: docs/http-api.md.
class Server {
 public:
  /// Listens at once; connections wait until run(). `service` outlives the server, `workers` run
  /// the uploads. Fails with invalid_argument on an address that is none or cannot be bound, saying
  /// which, on metrics that are no JSON, on a certificate that cannot be used, and on no threads.
  static Result<Server> create(const ServerConfig& config, service::RecordingService& service,
                               std::unique_ptr<Workers> workers);

  Server(Server&& other) noexcept;
  Server& operator=(Server&& other) noexcept;
  ~Server();

  [[nodiscard]] std::uint16_t port() const;
  /// Empty if nothing speaks TLS; may be port().
  [[nodiscard]] std::optional<std::uint16_t> tls_port() const;

  /// What all requests are counted against, for others in the process that do the same work.
  MemoryBudget& memory();

  /// Reads the certificate again and logs what came of it; a bad one leaves the old in place. Any
  /// thread.
  void reload_certificate();

  /// Serves until stop(), and returns when every request has been answered. Once only.
  void run();

  /// Takes no more connections, closes idle ones and lets the requests under way finish, up to
  /// `shutdown_timeout`. Any thread, any number of times; not from a signal handler.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace auscult::http
