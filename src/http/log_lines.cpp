#include "http/log_lines.hpp"

#include <spdlog/spdlog.h>

#include <chrono>

#include "core/time.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

using json::Json;

constexpr std::size_t kMaxPathBytes = 200;

// Marks a message that is a JSON object already; known by its address.
constexpr const char* kIsObject = "request";

Json to_json(const RequestLine& line) {
  return {{"message", "request"},
          {"request_id", line.trace.request_id},
          {"trace_id", line.trace.trace_id},
          {"method", line.method},
          {"path", line.path},
          {"route", line.route.empty() ? Json(nullptr) : Json(line.route)},
          {"status", line.status},
          {"bytes", line.bytes},
          {"duration_ms", line.duration_ms},
          {"client_gone", line.client_gone}};
}

class JsonFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto time = std::chrono::time_point_cast<std::chrono::milliseconds>(message.time);
    const auto level = spdlog::level::to_string_view(message.level);
    const std::string_view payload(message.payload.data(), message.payload.size());
    const bool is_object = message.source.funcname == kIsObject && !payload.empty();
    std::string line = json::dump({{"time", format_timestamp(time)},
                                   {"level", std::string_view(level.data(), level.size())}});
    // Two objects are made one.
    line.back() = ',';
    line +=
        is_object ? std::string(payload.substr(1)) : json::dump({{"message", payload}}).substr(1);
    line += '\n';
    out.append(line.data(), line.data() + line.size());
  }
  [[nodiscard]] std::unique_ptr<formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

}  // namespace

void log_request(const RequestLine& line, LogFormat format) {
  RequestLine cut = line;
  cut.path = line.path.substr(0, kMaxPathBytes);
  switch (format) {
    case LogFormat::text:
      spdlog::info("{} {} {} {} B {:.1f} ms{}", cut.method, cut.path, cut.status, cut.bytes,
                   cut.duration_ms, cut.client_gone ? " (the client was gone)" : "");
      return;
    case LogFormat::json:
      if (!spdlog::should_log(spdlog::level::info)) return;
      spdlog::log(spdlog::source_loc{"", 0, kIsObject}, spdlog::level::info, "{}",
                  json::dump(to_json(cut)));
      return;
  }
}

std::unique_ptr<spdlog::formatter> make_json_formatter() {
  return std::make_unique<JsonFormatter>();
}

}  // namespace auscult::http
