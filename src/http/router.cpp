#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "http/handlers.hpp"
#include "http/text.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::verb;

constexpr std::string_view kIdSegment = "{id}";

/// The segment at `{id}` (empty if there is none) if `path` fits `pattern`.
std::optional<std::string> fit(std::string_view pattern, std::string_view path) {
  std::string id;
  while (!pattern.empty() && !path.empty()) {
    // Both start with a slash; a segment goes up to the next one.
    const std::size_t pattern_end = std::min(pattern.find('/', 1), pattern.size());
    const std::size_t path_end = std::min(path.find('/', 1), path.size());
    const std::string_view expected = pattern.substr(1, pattern_end - 1);
    const Result<std::string> segment = percent_decode(path.substr(1, path_end - 1));
    if (!segment) return std::nullopt;
    if (expected == kIdSegment) {
      id = *segment;
    } else if (*segment != expected) {
      return std::nullopt;
    }
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return id;
}

}  // namespace

std::span<const Route> routes() {
  static constexpr std::array kRoutes = {
      Route{verb::get, "/", Read{show_latest_answer}},
      Route{verb::post, "/upload_audio", Submit{device_receipt}},
      Route{verb::put, "/upload_audio", Submit{device_receipt}},
      Route{verb::post, "/v1/recordings", Submit{recording_receipt}},
      Route{verb::get, "/v1/recordings", Read{list_recordings}},
      Route{verb::get, "/v1/recordings/{id}", Read{show_recording}},
      Route{verb::delete_, "/v1/recordings/{id}", Read{remove_recording}},
      Route{verb::get, "/v1/recordings/{id}/audio", Read{show_audio}},
      Route{verb::get, "/v1/recordings/{id}/evidence", Read{show_evidence}},
      Route{verb::get, "/v1/latest", Read{show_latest}},
      Route{verb::get, "/v1/model", Read{show_model}},
      Route{verb::get, "/healthz", Immediate{show_health}},
      Route{verb::get, "/readyz", Read{show_readiness}},
      Route{verb::get, "/openapi.json", Immediate{show_openapi}},
  };
  return kRoutes;
}

Match match(verb method, std::string_view path) {
  Match found;
  for (const Route& route : routes()) {
    std::optional<std::string> id = fit(route.pattern, path);
    if (!id) continue;
    if (route.method == method || (route.method == verb::get && method == verb::head)) {
      found.route = &route;
      found.id = *std::move(id);
    }
    found.allow.append(boost::beast::http::to_string(route.method)).append(", ");
    if (route.method == verb::get) found.allow += "HEAD, ";
  }
  if (!found.allow.empty()) found.allow += "OPTIONS";
  return found;
}

}  // namespace auscult::http
