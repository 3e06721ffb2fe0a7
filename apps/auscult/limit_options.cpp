#include "limit_options.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "settings.hpp"

namespace auscult::cli {
namespace {

using Config = http::ServerConfig;

// Files a server needs besides its connections: database, log, model, listening sockets.
constexpr std::size_t kOtherFiles = 128;

// A day: what is longer is meant as "never", which no connection gets.
constexpr double kMostSeconds = 86'400;

struct TimeFlag {
  const char* flag;
  std::chrono::milliseconds Config::*target;
  const char* help;
};

constexpr std::array<TimeFlag, 8> kTimeFlags = {{
    {"--idle-timeout-s", &Config::idle_timeout, "Silence between two requests"},
    {"--header-timeout-s", &Config::header_timeout, "For the whole header of a request"},
    {"--rate-grace-s", &Config::rate_grace, "Until --min-bytes-per-s is asked for"},
    {"--body-timeout-s", &Config::body_timeout, "For the whole body of a request or an answer"},
    {"--stream-timeout-s", &Config::stream_timeout, "For one live stream"},
    {"--work-timeout-s", &Config::work_timeout,
     "From the end of an upload to its answer; what has not begun by then is not begun"},
    {"--drain-timeout-s", &Config::drain_timeout,
     "For what a refused client still sends, so that it sees the answer"},
    {"--shutdown-timeout-s", &Config::shutdown_timeout, "For requests under way at the end"},
}};

}  // namespace

void LimitOptions::add_to(CLI::App& command, Config& server) {
  add_setting(command, "--max-header-bytes", server.max_header_bytes, "Of one request");
  add_setting(command, "--max-body-bytes", server.max_body_bytes, "Of one upload");
  add_setting(command, "--memory-budget-bytes", server.memory_budget_bytes,
              "What all requests together may hold of bodies, their samples and answers");
  add_setting(command, "--max-connections", server.max_connections, "Open at a time");
  add_setting(command, "--max-connections-per-address", server.max_connections_per_address,
              "Of these from one address (IPv6: one /64); 0: no bound");
  command
      .add_option("--trusted-proxies", server.trusted_proxies,
                  "Addresses or networks of proxies, with commas between: not bound by "
                  "--max-connections-per-address. X-Forwarded-For is not read")
      ->envname("AUSCULT_TRUSTED_PROXIES")
      ->delimiter(',');
  add_setting(command, "--max-requests-per-connection", server.max_requests_per_connection,
              "Then it is closed after the answer")
      ->check(CLI::PositiveNumber);
  add_setting(command, "--min-bytes-per-s", server.min_bytes_per_s,
              "The average at which a body must come or an answer be taken")
      ->check(CLI::PositiveNumber);
  times_.reserve(kTimeFlags.size());
  for (const TimeFlag& time : kTimeFlags) {
    const std::chrono::duration<double> seconds = server.*time.target;
    times_.push_back({time.target, seconds.count()});
    add_setting(command, time.flag, times_.back().seconds, std::string(time.help) + ", in seconds")
        ->check(CLI::Range(0.001, kMostSeconds));
  }
}

void LimitOptions::apply(Config& server) const {
  for (const Time& time : times_) {
    server.*time.target = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double>(time.seconds));
  }
}

void make_room_for_connections(Config& server) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const rlim_t wanted = server.max_connections + kOtherFiles;
  if (files.rlim_cur < wanted) {
    files.rlim_cur = std::min(wanted, files.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) getrlimit(RLIMIT_NOFILE, &files);
  }
  if (files.rlim_cur >= wanted) return;
  const std::size_t room =
      files.rlim_cur > 2 * kOtherFiles ? files.rlim_cur - kOtherFiles : kOtherFiles;
  spdlog::warn("only {} connections instead of {}: the system lets this process open {} files",
               room, server.max_connections, files.rlim_cur);
  server.max_connections = room;
}

}  // namespace auscult::cli
