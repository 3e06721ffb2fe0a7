#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "access/guard.hpp"
#include "classify/classifier.hpp"
#include "client.hpp"
#include "http/server.hpp"
#include "queue/runner.hpp"
#include "service/recording_service.hpp"
#include "storage/sqlite_key_store.hpp"
#include "storage/sqlite_recording_store.hpp"

namespace auscult::api_test {

struct Configuration {
  http::ServerConfig server = {};
  service::ServiceConfig service = {};
  /// With it there is a guard over the keys in the service's folder, and an audit log.
  std::optional<access::Openness> openness = {};
  std::size_t workers = 1;
  std::size_t queue = 16;
  unsigned queue_workers = 0;  ///< Threads that do what lies in the store's queue; 0: nobody does.
  std::string model_metrics = {};
  service::ModelSlot::Load load_model = {};  ///< Also the first; by default the shipped model.
};

/// The whole service in this process: the shipped model, a store in a folder of its own, a server
/// on a free port of the loopback interface.
class ServiceUnderTest {
 public:
  explicit ServiceUnderTest(Configuration configuration = {});
  ~ServiceUnderTest();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] std::uint16_t tls_port() const { return server_->tls_port().value_or(0); }
  [[nodiscard]] Client connect() const { return Client(port()); }
  /// One request on a connection of its own.
  Reply exchange(std::string_view request) const { return connect().exchange(request); }

  service::RecordingService& recordings() { return *service_; }
  http::Server& server() { return *server_; }
  http::Workers& workers() { return *workers_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  void stop() { server_->stop(); }
  /// Waits until the server has answered everything.
  void join();

 private:
  std::filesystem::path folder_;
  std::unique_ptr<service::ModelSlot> models_;
  std::optional<storage::SqliteRecordingStore> store_;
  std::optional<service::RecordingService> service_;
  std::unique_ptr<access::AuditLog> audit_;
  std::optional<access::Guard> guard_;
  http::Workers* workers_ = nullptr;
  std::optional<http::Server> server_;
  std::optional<queue::Runner> runner_;
  std::thread thread_;
};

/// A new folder under the system's for temporary files; the caller removes it.
std::filesystem::path temporary_folder(const std::string& name);
/// The folder of the shipped model.
std::filesystem::path shipped_model();

/// Keeps one worker busy until it is released.
class BusyWorker {
 public:
  /// Returns when the worker is busy.
  explicit BusyWorker(http::Workers& workers);
  ~BusyWorker() { release(); }
  BusyWorker(const BusyWorker&) = delete;
  BusyWorker& operator=(const BusyWorker&) = delete;
  void release();

 private:
  struct Gate {
    std::latch entered{1};
    std::latch released{1};
  };
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  bool is_released_ = false;
};

/// Something like heart sounds, s16 little-endian mono at `rate_hz`: two bursts in each beat.
std::string heart_sounds(double duration_s = 3.0, int rate_hz = 16'000);

}  // namespace auscult::api_test
