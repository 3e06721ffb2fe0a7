#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "limit_options.hpp"
#include "model_options.hpp"
#include "service/recording_service.hpp"
#include "serving.hpp"
#include "store_options.hpp"

namespace auscult::cli {

/// Reads "NAME:setting=value,...", e.g. "ward-3:sample_rate=8000,sample_width=4,gain=20", into the
/// settings of one device. Fails with invalid_argument, naming what it does not understand.
Status add_device_defaults(const std::string& text, service::ServiceConfig& config);

/// `auscult serve`: the service, until SIGTERM or SIGINT; SIGHUP has it load its model anew.
class ServeCommand {
 public:
  explicit ServeCommand(CLI::App& app);

  /// 0 after a clean end, 1 if it could not start.
  int run(std::ostream& out, std::ostream& err);

  [[nodiscard]] bool chosen() const { return command_->parsed(); }

 private:
  [[nodiscard]] Result<service::ServiceConfig> service_config() const;
  [[nodiscard]] access::Openness openness() const;
  Status serve(std::ostream& out);
  static void reload(service::RecordingService& recordings);

  CLI::App* command_;
  ModelOptions model_;
  http::ServerConfig server_;
  LimitOptions limits_;
  StoreOptions store_;
  unsigned workers_ = 0;
  std::size_t queue_ = 0;
  unsigned queue_workers_ = 1;
  int sample_rate_ = 16'000;
  int channels_ = 1;
  std::string sample_format_ = "s16le";
  double gain_ = 10;
  int undo_s_ = 60;
  int retry_window_s_ = 60;
  int key_hours_ = 24;
  int session_hours_ = 24;
  int keep_days_ = 0;
  std::int64_t keep_bytes_ = 0;
  bool keep_reviewed_ = true;
  std::vector<std::string> device_defaults_;
  LogOptions log_;
  bool require_keys_ = false;
  bool open_to_all_ = false;
  bool print_config_ = false;
};

}  // namespace auscult::cli
