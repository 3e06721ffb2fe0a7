#pragma once

#include <CLI/CLI.hpp>

#include "http/server.hpp"

namespace auscult::cli {

/// The server's limits as settings, their times in seconds; docs/http-api.md lists them.
class LimitOptions {
 public:
  /// Adds a flag for each to `command`; `server` receives their values, the times by apply().
  void add_to(CLI::App& command, http::ServerConfig& server);

  void apply(http::ServerConfig& server) const;

 private:
  struct Time {
    std::chrono::milliseconds http::ServerConfig::*target = nullptr;
    double seconds = 0;
  };
  std::vector<Time> times_;
};

/// Lets this process open files for `server.max_connections` and what it needs besides, as far as
/// the system's hard limit allows; where that is less, lowers max_connections and says so in the
/// log.
void make_room_for_connections(http::ServerConfig& server);

}  // namespace auscult::cli
