#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "http/handlers.hpp"
#include "http/text.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::verb;

constexpr std::string_view kRest = "{path}";

/// Whether a segment of a pattern stands for any segment.
bool is_any(std::string_view segment) { return segment == "{id}" || segment == "{name}"; }

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
    if (expected == kRest) {
      const Result<std::string> rest = percent_decode(path.substr(1));
      return rest ? std::optional(*rest) : std::nullopt;
    }
    if (is_any(expected)) {
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
      Route{verb::post, "/v1/diagnose", Diagnose{}},
      Route{verb::get, "/v1/recordings/export.csv", Read{export_csv}},
      Route{verb::get, "/v1/recordings/manifest.csv", Read{export_manifest}},
      Route{verb::get, "/v1/recordings/export.zip", Read{export_zip}},
      Route{verb::get, "/v1/recordings/{id}", Read{show_recording}},
      Route{verb::patch, "/v1/recordings/{id}", Write{review_recording}},
      Route{verb::delete_, "/v1/recordings/{id}", Read{remove_recording}},
      Route{verb::post, "/v1/recordings/{id}/restore", Read{restore_recording}},
      Route{verb::get, "/v1/recordings/{id}/audio", Read{show_audio}},
      Route{verb::get, "/v1/recordings/{id}/evidence", Read{show_evidence}},
      Route{verb::get, "/v1/recordings/{id}/spectrogram.png", Read{show_spectrogram}},
      Route{verb::get, "/v1/recordings/{id}/waveform.svg", Read{show_waveform}},
      Route{verb::get, "/v1/latest", Read{show_latest}},
      Route{verb::get, "/v1/devices", Read{list_devices}},
      Route{verb::put, "/v1/devices/{name}", Write{set_device}},
      Route{verb::get, "/v1/events", Feed{}},
      Route{verb::get, "/v1/stream", Stream{}},
      Route{verb::get, "/v1/model", Read{show_model}},
      Route{verb::get, "/ui", Immediate{redirect_to_dashboard}},
      Route{verb::get, "/ui/{path}", Read{show_asset}},
      Route{verb::get, "/healthz", Immediate{show_health}},
      Route{verb::get, "/readyz", Read{show_readiness}},
      Route{verb::get, "/openapi.json", Immediate{show_openapi}},
  };
  return kRoutes;
}

Match match(verb method, std::string_view path) {
  // A path that a route spells out is not another one's `{id}`.
  std::string_view pattern;
  std::string id;
  for (const Route& route : routes()) {
    std::optional<std::string> fitted = fit(route.pattern, path);
    if (!fitted || (!pattern.empty() && route.pattern.find('{') != std::string_view::npos)) {
      continue;
    }
    pattern = route.pattern;
    id = *std::move(fitted);
  }
  Match found;
  if (pattern.empty()) return found;
  for (const Route& route : routes()) {
    if (route.pattern != pattern) continue;
    if (route.method == method || (route.method == verb::get && method == verb::head)) {
      found.route = &route;
      found.id = id;
    }
    found.allow.append(boost::beast::http::to_string(route.method)).append(", ");
    if (route.method == verb::get) found.allow += "HEAD, ";
  }
  found.allow += "OPTIONS";
  return found;
}

}  // namespace auscult::http
