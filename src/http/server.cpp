#include "http/server.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "http/connection_count.hpp"
#include "http/session.hpp"

namespace auscult::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Beyond the caps so many connections at a time get a 503; the rest are closed at once.
constexpr std::size_t kRefusedAtOnce = 64;
// Out of file descriptors: wait for some to close rather than spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

using Strand = asio::strand<asio::io_context::executor_type>;

}  // namespace

struct Server::State {
  State(const ServerConfig& config, ConnectionCount::Bounds bounds,
        service::RecordingService& service, std::unique_ptr<Workers> pool)
      : memory(config.memory_budget_bytes),
        io(config.io_threads),
        strand(asio::make_strand(io)),
        acceptor(strand),
        tls_acceptor(strand),
        shutdown_timer(strand),
        purge_timer(strand),
        shared{config, Context{service, memory, config.guard},
               *pool,  asio::thread_pool(static_cast<std::size_t>(config.reader_threads)),
               memory, {*pool, memory}},
        connections(std::move(bounds)),
        workers(std::move(pool)) {
    shared.context.metrics = &shared.metrics;
  }

  static error_code listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint);
  asio::awaitable<void> accept(tcp::acceptor& from, bool encrypted);
  asio::awaitable<void> purge();
  void start(tcp::socket socket, const Strand& session_strand, bool encrypted);
  const char* reason_to_refuse(const asio::ip::address& address);
  void reload_certificate() const;
  void forget(const Session* session);
  asio::awaitable<void> shut_down();
  void for_each_session(void (Session::*call)());

  MemoryBudget memory;  // First, since what is left in `io` may hold a lease.
  asio::io_context io;
  Strand strand;  ///< Of the acceptors and the timers.
  tcp::acceptor acceptor;
  tcp::acceptor tls_acceptor;                   ///< Open if TLS has a port of its own.
  std::unique_ptr<TlsCertificate> certificate;  ///< Null: no TLS.
  asio::steady_timer shutdown_timer;
  asio::steady_timer purge_timer;
  Shared shared;

  struct Entry {
    Strand strand;
    std::weak_ptr<Session> session;
    asio::ip::address address;
    bool is_refused = false;
  };
  std::mutex mutex;
  // Under `mutex`:
  std::unordered_map<const Session*, Entry> sessions;
  ConnectionCount connections;  ///< Without those that are refused.
  std::size_t refused = 0;

  // Last, so that they are joined before what they post to is gone.
  std::unique_ptr<Workers> workers;
};

error_code Server::State::listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  return error;
}

asio::awaitable<void> Server::State::accept(tcp::acceptor& from, bool encrypted) {
  while (!shared.stopping) {
    const Strand session_strand = asio::make_strand(io);
    auto [error, socket] =
        co_await from.async_accept(session_strand, asio::as_tuple(asio::use_awaitable));
    if (!error) {
      try {
        start(std::move(socket), session_strand, encrypted);
      } catch (const std::exception& failure) {  // Out of memory; later there may be some.
        spdlog::error("cannot serve a connection: {}", failure.what());
      }
    } else if (!shared.stopping) {
      spdlog::warn("cannot accept a connection: {}", error.message());
      asio::steady_timer pause(strand, kAcceptPause);
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
}

void Server::State::reload_certificate() const {
  if (certificate == nullptr) return;
  const Status loaded = certificate->reload();
  if (loaded) {
    spdlog::info("the certificate was read again; new connections get it");
  } else {
    spdlog::error("the new certificate is not used, the old one stays: {}", loaded.error().message);
  }
}

/// Deletes for good what was removed, and what is not kept any longer, when its time has come, and
/// looks for a new certificate.
asio::awaitable<void> Server::State::purge() {
  while (!shared.stopping) {
    const auto run = [this]() -> asio::awaitable<void> {
      const Status tidied = shared.context.service.tidy(now());
      if (!tidied) spdlog::error("cannot delete what is to go: {}", tidied.error().message);
      if (certificate != nullptr && certificate->has_changed()) reload_certificate();
      if (shared.config.alive) shared.config.alive();
      co_return;
    };
    co_await asio::co_spawn(shared.readers, run, asio::use_awaitable);
    if (shared.stopping) co_return;
    purge_timer.expires_after(shared.config.purge_interval);
    co_await purge_timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

/// Counts a connection from `address`, or says why there can be no more. Under `mutex`.
const char* Server::State::reason_to_refuse(const asio::ip::address& address) {
  switch (connections.take(address)) {
    case ConnectionCount::Verdict::taken:
      ++shared.metrics.connections;
      return nullptr;
    case ConnectionCount::Verdict::too_many:
      return "too many connections; try again";
    case ConnectionCount::Verdict::too_many_from_there:
      return "too many connections from your address; try again";
  }
  return nullptr;
}

void Server::State::start(tcp::socket socket, const Strand& session_strand, bool encrypted) {
  error_code gone;
  const asio::ip::address address = socket.remote_endpoint(gone).address();
  if (gone) return;
  const auto session = std::make_shared<Session>(std::move(socket), shared,
                                                 encrypted ? certificate->current() : nullptr);
  const char* refusal = nullptr;
  {
    const std::lock_guard lock(mutex);
    refusal = reason_to_refuse(address);
    if (refusal != nullptr) shared.metrics.refused_connections.add();
    if (refusal != nullptr && refused >= kRefusedAtOnce) return;
    if (refusal != nullptr) ++refused;
    sessions.emplace(session.get(), Entry{session_strand, session, address, refusal != nullptr});
  }
  asio::co_spawn(
      session_strand,
      [session, refusal] { return refusal != nullptr ? session->refuse(refusal) : session->run(); },
      [this, session](const std::exception_ptr& failure) {
        forget(session.get());
        if (!failure) return;
        try {
          std::rethrow_exception(failure);
        } catch (const std::exception& error) {
          spdlog::error("a connection failed: {}", error.what());
        }
      });
}

void Server::State::forget(const Session* session) {
  const std::lock_guard lock(mutex);
  if (const auto found = sessions.find(session); found != sessions.end()) {
    if (found->second.is_refused) {
      --refused;
    } else {
      connections.give_back(found->second.address);
      --shared.metrics.connections;
    }
    sessions.erase(found);
  }
  if (shared.stopping && sessions.empty()) {
    asio::post(strand, [this] { shutdown_timer.cancel(); });
  }
}

void Server::State::for_each_session(void (Session::*call)()) {
  const std::lock_guard lock(mutex);
  for (const auto& [key, entry] : sessions) {
    asio::post(entry.strand, [weak = entry.session, call] {
      if (const auto session = weak.lock()) (session.get()->*call)();
    });
  }
}

asio::awaitable<void> Server::State::shut_down() {
  error_code ignored;
  acceptor.close(ignored);
  tls_acceptor.close(ignored);
  purge_timer.cancel();
  for_each_session(&Session::stop);
  {
    const std::lock_guard lock(mutex);
    if (sessions.empty()) co_return;
  }
  shutdown_timer.expires_after(shared.config.shutdown_timeout);
  const auto [cancelled] = co_await shutdown_timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (cancelled) co_return;
  spdlog::warn("requests did not finish in time and are cut off");
  for_each_session(&Session::abort);
}

Result<Server> Server::create(const ServerConfig& config, service::RecordingService& service,
                              std::unique_ptr<Workers> workers) {
  ConnectionCount::Bounds bounds{config.max_connections, config.max_connections_per_address, {}};
  for (const std::string& proxy : config.trusted_proxies) {
    const Result<Network> network = parse_network(proxy);
    if (!network) return network.error();
    bounds.proxies.push_back(*network);
  }
  if (config.io_threads < 1 || config.reader_threads < 1 || config.min_bytes_per_s < 1) {
    return fail(ErrorCode::invalid_argument, "threads and the lowest rate must be at least 1");
  }
  error_code error;
  const auto address = asio::ip::make_address(config.address, error);
  if (error) {
    return fail(ErrorCode::invalid_argument,
                "\"" + config.address + "\" is not an IP address; try 0.0.0.0 or 127.0.0.1");
  }
  if (config.tls_certificate.empty() != config.tls_key.empty() ||
      (config.tls_port && config.tls_certificate.empty())) {
    return fail(ErrorCode::invalid_argument,
                "TLS needs both a certificate and its key, each a PEM file");
  }
  auto state = std::make_unique<State>(config, std::move(bounds), service, std::move(workers));
  if (!config.tls_certificate.empty()) {
    auto certificate = TlsCertificate::load(config.tls_certificate, config.tls_key);
    if (!certificate) return certificate.error();
    state->certificate = *std::move(certificate);
  }
  const auto listen = [&](tcp::acceptor& acceptor, std::uint16_t port) -> Status {
    const error_code failure = State::listen(acceptor, {address, port});
    if (!failure) return Ok{};
    return fail(ErrorCode::invalid_argument, "cannot listen on " + config.address + " port " +
                                                 std::to_string(port) + ": " + failure.message());
  };
  if (const Status open = listen(state->acceptor, config.port); !open) return open.error();
  if (config.tls_port) {
    const Status open = listen(state->tls_acceptor, *config.tls_port);
    if (!open) return open.error();
  }
  return Server(std::move(state));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

std::uint16_t Server::port() const {
  error_code ignored;
  return state_->acceptor.local_endpoint(ignored).port();
}

std::optional<std::uint16_t> Server::tls_port() const {
  if (state_->certificate == nullptr) return std::nullopt;
  if (!state_->tls_acceptor.is_open()) return port();
  error_code ignored;
  return state_->tls_acceptor.local_endpoint(ignored).port();
}

MemoryBudget& Server::memory() { return state_->memory; }

void Server::reload_certificate() { state_->reload_certificate(); }

void Server::run() {
  const bool beside = state_->tls_acceptor.is_open();
  const bool encrypted = state_->certificate != nullptr && !beside;
  asio::co_spawn(state_->strand, state_->accept(state_->acceptor, encrypted), asio::detached);
  if (beside) {
    asio::co_spawn(state_->strand, state_->accept(state_->tls_acceptor, true), asio::detached);
  }
  asio::co_spawn(state_->strand, state_->purge(), asio::detached);
  std::vector<std::jthread> others;
  for (int i = 1; i < state_->shared.config.io_threads; ++i) {
    others.emplace_back([this] { state_->io.run(); });
  }
  state_->io.run();
}

void Server::stop() {
  if (state_->shared.stopping.exchange(true)) return;
  asio::co_spawn(
      state_->strand, [state = state_.get()] { return state->shut_down(); }, asio::detached);
}

}  // namespace auscult::http
