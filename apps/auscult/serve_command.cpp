#include "serve_command.hpp"

#include <malloc.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <optional>
#include <ostream>
#include <thread>

#include "access/guard.hpp"
#include "core/limits.hpp"
#include "queue/runner.hpp"
#include "service_manager.hpp"
#include "serving.hpp"
#include "settings.hpp"

namespace auscult::cli {
namespace {

constexpr double kDefaultGain = 10;
// Longer, and who deletes something can no longer rely on it.
constexpr int kMostUndoS = 3'600;
// Threads for uploads that wait for the disk, beside those that classify: so many share a commit.
constexpr std::size_t kStoringThreads = 16;
constexpr int kMostQueueWorkers = 256;
// A month, and a century: past that it is a slip.
constexpr int kMostHours = 24 * 31;
constexpr int kMostDays = 36'500;

Result<double> parse_gain(const std::string& text) {
  double gain = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), gain);
  if (error != std::errc{} || end != text.data() + text.size() || !(gain >= 0) ||
      gain > limits::kMaxGain) {
    return fail(ErrorCode::invalid_argument,
                "gain is '" + text + "', a number from 0 to " +
                    std::to_string(static_cast<int>(limits::kMaxGain)) + " is needed");
  }
  return gain;
}

/// Says who may come in without a key, if others than this machine can.
void warn_if_open(access::Openness openness, const std::string& address) {
  const bool is_local = address.rfind("127.", 0) == 0 || address == "::1";
  if (is_local && openness != access::Openness::everyone) return;
  switch (openness) {
    case access::Openness::contract:
      spdlog::warn(
          "anyone on the network may upload (/upload_audio) and read the latest answer (/); "
          "everything else needs a key, but for programs on this machine. --require-keys closes "
          "it all: docs/security.md");
      return;
    case access::Openness::everyone:
      spdlog::warn(
          "anyone on the network may upload, read, listen to and delete everything; leave out "
          "--open-to-all to have this need a key");
      return;
    case access::Openness::closed:
      return;
  }
}

/// "http://0.0.0.0:8000 and https://0.0.0.0:8443"
std::string addresses(const std::string& host, const http::Server& server) {
  const auto url = [&](const char* scheme, std::uint16_t port) {
    return scheme + host + ":" + std::to_string(port);
  };
  const auto tls_port = server.tls_port();
  if (!tls_port) return url("http://", server.port());
  if (*tls_port == server.port()) return url("https://", server.port());
  return url("http://", server.port()) + " and " + url("https://", *tls_port);
}

Error no_setting(const std::string& text, const std::string& name) {
  return fail(ErrorCode::invalid_argument,
              "device defaults '" + text + "': no setting is called '" + name + "'");
}

}  // namespace

Status add_device_defaults(const std::string& text, service::ServiceConfig& config) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string::npos) {
    return fail(ErrorCode::invalid_argument,
                "device defaults '" + text + "' are not NAME:setting=value,...");
  }
  service::DeviceDefaults defaults;
  std::size_t begin = colon + 1;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string setting = text.substr(begin, end - begin);
    const std::size_t equals = std::min(setting.find('='), setting.size());
    const std::string name = setting.substr(0, equals);
    const std::string value = setting.substr(std::min(equals + 1, setting.size()));
    if (name == "gain") {
      const auto gain = parse_gain(value);
      if (!gain) return gain.error();
      defaults.gain = *gain;
    } else {
      const auto known = audio::declare(defaults.format, name, value);
      if (!known) return known.error();
      if (!*known) {
        return no_setting(text, name);
      }
    }
    begin = end + 1;
  }
  config.devices[text.substr(0, colon)] = defaults;
  return Ok{};
}

ServeCommand::ServeCommand(CLI::App& app)
    : command_(app.add_subcommand("serve", "Run the service")), gain_(kDefaultGain) {
  command_->footer(
      "Example:\n"
      "  auscult serve --port 8000 --data-dir /var/lib/auscult\n"
      "  auscult serve --device-defaults ward-3:sample_rate=8000,gain=20 --print-config");
  add_setting(*command_, "--address", server_.address, "Where to listen");
  add_setting(*command_, "--port", server_.port, "Where to listen; 0 takes any free port");
  add_setting(*command_, "--tls-cert", server_.tls_certificate,
              "Certificate with its chain (PEM): --port speaks TLS; read again when it changes");
  add_setting(*command_, "--tls-key", server_.tls_key, "Its private key (PEM)");
  command_
      ->add_option("--tls-port", server_.tls_port,
                   "Speak TLS here instead, and plain HTTP on --port")
      ->envname(environment_name("--tls-port"));
  command_
      ->add_flag("--require-keys", require_keys_,
                 "Take nothing without an API key (`auscult keys create`), not even "
                 "uploads or requests of this machine")
      ->envname(environment_name("--require-keys"));
  command_->add_flag("--open-to-all", open_to_all_, "Everything for everybody, without keys")
      ->envname(environment_name("--open-to-all"));
  command_->add_flag("--audit-uploads", server_.audit_uploads, "Have uploads in the audit log, too")
      ->envname(environment_name("--audit-uploads"));
  store_.add_to(*command_);
  add_model_options(*command_, model_);

  add_setting(*command_, "--sample-rate", sample_rate_, "Of raw PCM that does not say, in Hz")
      ->check(CLI::Range(limits::kMinSampleRateHz, limits::kMaxSampleRateHz));
  add_setting(*command_, "--channels", channels_, "Of raw PCM that does not say")
      ->check(CLI::Range(1, limits::kMaxChannels));
  add_setting(*command_, "--sample-format", sample_format_,
              "Of raw PCM that does not say: u8, s16le, s24be, f32le, ...");
  add_setting(*command_, "--gain", gain_, "Amplification of output_audio.wav, the listening copy")
      ->check(CLI::Range(0.0, limits::kMaxGain));
  command_
      ->add_option("--device-defaults", device_defaults_,
                   "NAME:setting=value,... for one device; settings: sample_rate, channels, "
                   "sample_width, format, byte_order, gain")
      ->envname("AUSCULT_DEVICE_DEFAULTS")
      ->allow_extra_args(false);

  add_setting(*command_, "--undo-s", undo_s_, "Seconds for which a deletion can be undone")
      ->check(CLI::Range(0, kMostUndoS));
  add_setting(
      *command_, "--retry-window-s", retry_window_s_,
      "Seconds in which the same bytes from the same device count as sent again, and get the "
      "first one's answer; 0: never")
      ->check(CLI::Range(0, kMostUndoS));
  add_setting(*command_, "--key-hours", key_hours_,
              "For how long an Idempotency-Key or a finished session gives its answer again")
      ->check(CLI::Range(1, kMostHours));
  add_setting(*command_, "--session-hours", session_hours_,
              "How long a recording may take to come in pieces")
      ->check(CLI::Range(1, kMostHours));
  add_setting(*command_, "--keep-days", keep_days_,
              "Recordings received earlier are deleted for good; 0: none")
      ->check(CLI::Range(0, kMostDays));
  add_setting(*command_, "--keep-bytes", keep_bytes_,
              "Of the database; the oldest recordings beyond it are deleted for good; 0: none")
      ->check(CLI::NonNegativeNumber);
  add_setting(*command_, "--keep-reviewed", keep_reviewed_,
              "Whether these two leave recordings with a note or a corrected label");

  add_setting(*command_, "--workers", workers_, "Threads that classify; 0: one a processor");
  add_setting(
      *command_, "--queue-workers", queue_workers_,
      "Threads for what was only kept (mode=async) and for reclassifications, with one more "
      "for webhooks; 0: all this is left to `auscult worker`")
      ->check(CLI::Range(0, kMostQueueWorkers));
  add_setting(*command_, "--queue", queue_, "Uploads that may wait for a worker; 0: 16 a worker");
  limits_.add_to(*command_, server_);
  log_.add_to(*command_);
  command_->add_flag("--print-config", print_config_, "Show all settings as TOML and end")
      ->configurable(false);
}

Result<service::ServiceConfig> ServeCommand::service_config() const {
  service::ServiceConfig config;
  config.defaults = {.format = {.sample_rate_hz = sample_rate_, .channels = channels_},
                     .gain = gain_};
  config.undo_grace = std::chrono::seconds(undo_s_);
  config.retry_window = std::chrono::seconds(retry_window_s_);
  config.key_lifetime = std::chrono::hours(key_hours_);
  config.session_lifetime = std::chrono::hours(session_hours_);
  config.sessions.max_bytes = static_cast<std::int64_t>(server_.max_body_bytes);
  config.keep = std::chrono::hours(24) * keep_days_;
  config.keep_bytes = keep_bytes_;
  config.keep_reviewed = keep_reviewed_;
  const auto known = audio::declare(config.defaults.format, "format", sample_format_);
  if (!known) return known.error();
  for (const auto& text : device_defaults_) {
    const auto added = add_device_defaults(text, config);
    if (!added) return added.error();
  }
  return config;
}

access::Openness ServeCommand::openness() const {
  if (require_keys_) return access::Openness::closed;
  return open_to_all_ ? access::Openness::everyone : access::Openness::contract;
}

int ServeCommand::run(std::ostream& out, std::ostream& err) {
  if (print_config_) {
    std::string text = command_->config_to_str(/*default_also=*/true, /*write_description=*/true);
    const std::size_t url = store_.store.empty() ? std::string::npos : text.find(store_.store);
    if (url != std::string::npos) text.replace(url, store_.store.size(), store_.shown());
    out << "[serve]\n" << text;
    return 0;
  }
  const Status served = serve(out);
  if (!served) err << "auscult: " << served.error().message << '\n';
  return served ? 0 : 1;
}

void ServeCommand::reload(service::RecordingService& recordings) {
  const auto model = recordings.reload_model();
  if (model) {
    spdlog::info("SIGHUP: the model is now {} {} ({})", (*model)->info().name,
                 (*model)->info().version, (*model)->info().sha256);
  } else {
    spdlog::error("SIGHUP: the model was not reloaded, the one before stays: {}",
                  model.error().message);
  }
}

Status ServeCommand::serve(std::ostream& out) {
  log_.apply();
  if (log_.is_json()) server_.log_format = http::LogFormat::json;
  const sigset_t signals = block_signals();

  // Not by CLI11's excludes(), which takes a configuration's "false" for a choice.
  if (require_keys_ && open_to_all_) {
    return fail(ErrorCode::invalid_argument,
                "--require-keys and --open-to-all exclude each other: give one of them");
  }
  const auto config = service_config();
  if (!config) return config.error();
  give_large_blocks_back();
  const auto models = service::ModelSlot::create([this] { return load_serving_model(model_); });
  if (!models) return models.error();
  // What loading and testing the model took besides it goes back to the system.
  malloc_trim(0);
  const std::shared_ptr<const service::ServingModel> model = (*models)->current();
  auto store = open_served(store_);
  if (!store) return store.error();
  service::RecordingService recordings(**models, *store->recordings, *config);
  access::Guard guard(std::move(store->keys), store->recordings->sql(), openness(),
                      store->audit.get());
  server_.guard = &guard;
  warn_if_open(openness(), server_.address);

  const unsigned workers =
      workers_ > 0 ? workers_ : std::max(1U, std::thread::hardware_concurrency());
  const std::size_t queue = queue_ > 0 ? queue_ : std::size_t{16} * workers;
  limits_.apply(server_);
  make_room_for_connections(server_);

  server_.alive = [] { tell_service_manager("WATCHDOG=1"); };
  std::vector<classify::Workspace> workspaces;
  for (unsigned i = 0; i < workers; ++i) workspaces.push_back(model->classifier.make_workspace());
  auto server = http::Server::create(
      server_, recordings,
      std::make_unique<http::Workers>(std::move(workspaces), queue, kStoringThreads));
  if (!server) return server.error();

  std::optional<queue::Runner> runner;
  if (queue_workers_ > 0) {
    runner.emplace(recordings, server->memory(), queue::RunnerConfig{.judges = queue_workers_});
  }

  out << "auscult listens on " << addresses(server_.address, *server) << " (" << model->info().name
      << ", " << workers << " workers, data in " << store_.shown() << ")" << std::endl;
  tell_service_manager("READY=1");
  std::jthread ending([&] {
    int signal = SIGHUP;
    while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
      server->reload_certificate();
      reload(recordings);
    }
    tell_service_manager("STOPPING=1");
    spdlog::info("signal {}: finishing what is under way", signal);
    server->stop();
  });
  server->run();
  // Had run() ended by itself, the thread would still wait.
  // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread): it waits for the signal, which is blocked.
  pthread_kill(ending.native_handle(), SIGTERM);
  return Ok{};
}

}  // namespace auscult::cli
