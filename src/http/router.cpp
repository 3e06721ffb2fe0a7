#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "http/handlers.hpp"
#include "http/text.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::verb;

using access::Scope;

// Who may, for every route: docs/security.md has the same as a table.
constexpr Access kOpen{std::nullopt, Contract::no, Audited::no};
// What the first devices' contract has; open to all unless the service is closed.
constexpr Access kAnswer{Scope::read, Contract::yes, Audited::no};
constexpr Access kDeviceUpload{Scope::upload, Contract::yes, Audited::if_asked};
constexpr Access kUpload{Scope::upload, Contract::no, Audited::if_asked};
constexpr Access kRead{Scope::read, Contract::no, Audited::no};
// Many answers at once leave the house.
constexpr Access kTable{Scope::read, Contract::no, Audited::always};
// Sound, and pictures that show it.
constexpr Access kListen{Scope::listen, Contract::no, Audited::always};
// What people say of recordings, deletion, settings, the model.
constexpr Access kAdmin{Scope::admin, Contract::no, Audited::always};

constexpr std::string_view kRest = "{path}";
constexpr std::string_view kNumber = "{number}";

/// Whether a segment of a pattern stands for any segment.
bool is_any(std::string_view segment) { return segment == "{id}" || segment == "{name}"; }

/// What stands at the places of a pattern that any segment fits; empty where it has none.
struct Captures {
  std::string id;
  std::string number;
};

/// What `path` has there if it fits `pattern`.
std::optional<Captures> fit(std::string_view pattern, std::string_view path) {
  Captures captures;
  while (!pattern.empty() && !path.empty()) {
    // Both start with a slash; a segment goes up to the next one.
    const std::size_t pattern_end = std::min(pattern.find('/', 1), pattern.size());
    const std::size_t path_end = std::min(path.find('/', 1), path.size());
    const std::string_view expected = pattern.substr(1, pattern_end - 1);
    const Result<std::string> segment = percent_decode(path.substr(1, path_end - 1));
    if (!segment) return std::nullopt;
    if (expected == kRest) {
      const Result<std::string> rest = percent_decode(path.substr(1));
      return rest ? std::optional(Captures{*rest, {}}) : std::nullopt;
    }
    if (is_any(expected)) {
      captures.id = *segment;
    } else if (expected == kNumber) {
      captures.number = *segment;
    } else if (*segment != expected) {
      return std::nullopt;
    }
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return captures;
}

}  // namespace

std::span<const Route> routes() {
  static constexpr std::array kRoutes = {
      Route{verb::get, "/", kAnswer, Read{show_latest_answer}},
      Route{verb::post, "/upload_audio", kDeviceUpload, Submit{device_receipt}},
      Route{verb::put, "/upload_audio", kDeviceUpload, Submit{device_receipt}},
      Route{verb::post, "/v1/recordings", kUpload, Submit{recording_receipt, true}},
      Route{verb::get, "/v1/recordings", kRead, Read{list_recordings}},
      Route{verb::post, "/v1/diagnose", kUpload, Diagnose{}},
      Route{verb::get, "/v1/recordings/export.csv", kTable, Read{export_csv}},
      Route{verb::get, "/v1/recordings/manifest.csv", kTable, Read{export_manifest}},
      Route{verb::get, "/v1/recordings/export.zip", kListen, Read{export_zip}},
      Route{verb::get, "/v1/recordings/{id}", kRead, Read{show_recording}},
      Route{verb::patch, "/v1/recordings/{id}", kAdmin, Write{review_recording}},
      Route{verb::delete_, "/v1/recordings/{id}", kAdmin, Read{remove_recording}},
      Route{verb::post, "/v1/recordings/{id}/restore", kAdmin, Read{restore_recording}},
      Route{verb::get, "/v1/recordings/{id}/audio", kListen, Read{show_audio}},
      Route{verb::get, "/v1/recordings/{id}/evidence", kRead, Read{show_evidence}},
      Route{verb::get, "/v1/recordings/{id}/spectrogram.png", kListen, Read{show_spectrogram}},
      Route{verb::get, "/v1/recordings/{id}/waveform.svg", kListen, Read{show_waveform}},
      Route{verb::get, "/v1/recordings/{id}/answers", kRead, Read{list_answers}},
      Route{verb::get, "/v1/jobs", kRead, Read{list_jobs}},
      Route{verb::delete_, "/v1/jobs/{id}", kAdmin, Read{remove_job}},
      Route{verb::post, "/v1/jobs/{id}/retry", kAdmin, Read{retry_job}},
      Route{verb::post, "/v1/reclassifications", kAdmin, Read{begin_reclassification}},
      Route{verb::get, "/v1/reclassifications", kRead, Read{list_reclassifications}},
      Route{verb::get, "/v1/reclassifications/{id}", kRead, Read{show_reclassification}},
      Route{verb::delete_, "/v1/reclassifications/{id}", kAdmin, Read{remove_reclassification}},
      Route{verb::post, "/v1/webhooks", kAdmin, Write{add_webhook}},
      Route{verb::get, "/v1/webhooks", kAdmin, Read{list_webhooks}},
      Route{verb::delete_, "/v1/webhooks/{id}", kAdmin, Read{remove_webhook}},
      Route{verb::post, "/v1/sessions", kUpload, Write{open_upload_session}},
      Route{verb::get, "/v1/sessions/{id}", kUpload, Read{show_upload_session}},
      Route{verb::delete_, "/v1/sessions/{id}", kUpload, Read{remove_upload_session}},
      Route{verb::put, "/v1/sessions/{id}/chunks/{number}", kUpload,
            Write{put_chunk, limits::kMaxChunkBytes}},
      Route{verb::post, "/v1/sessions/{id}/finish", kUpload, Finish{}},
      Route{verb::get, "/v1/latest", kRead, Read{show_latest}},
      Route{verb::get, "/v1/devices", kRead, Read{list_devices}},
      Route{verb::put, "/v1/devices/{name}", kAdmin, Write{set_device}},
      Route{verb::get, "/v1/events", kRead, Feed{}},
      Route{verb::get, "/v1/stream", kUpload, Stream{}},
      Route{verb::get, "/v1/model", kRead, Read{show_model}},
      Route{verb::post, "/v1/model/reload", kAdmin, Read{reload_model}},
      Route{verb::get, "/v2", kRead, Immediate{show_inference_server}},
      Route{verb::get, "/v2/health/live", kOpen, Immediate{show_inference_live}},
      Route{verb::get, "/v2/health/ready", kOpen, Immediate{show_inference_ready}},
      Route{verb::get, "/v2/models/{name}", kRead, Read{show_inference_model}},
      Route{verb::get, "/v2/models/{name}/ready", kRead, Read{show_inference_model_ready}},
      Route{verb::post, "/v2/models/{name}/infer", kUpload, Infer{}},
      Route{verb::get, "/v2/models/{name}/versions/{number}", kRead, Read{show_inference_model}},
      Route{verb::get, "/v2/models/{name}/versions/{number}/ready", kRead,
            Read{show_inference_model_ready}},
      Route{verb::post, "/v2/models/{name}/versions/{number}/infer", kUpload, Infer{}},
      Route{verb::get, "/login", kOpen, Immediate{show_login}},
      Route{verb::post, "/v1/login", kOpen, Write{log_in}},
      Route{verb::post, "/v1/logout", kOpen, Write{log_out}},
      Route{verb::get, "/ui", kOpen, Immediate{redirect_to_dashboard}},
      Route{verb::get, "/ui/{path}", kOpen, Read{show_asset}},
      Route{verb::get, "/healthz", kOpen, Immediate{show_health}},
      Route{verb::get, "/readyz", kOpen, Read{show_readiness}},
      Route{verb::get, "/metrics", kRead, Read{show_metrics}},
      Route{verb::get, "/openapi.json", kRead, Immediate{show_openapi}},
  };
  return kRoutes;
}

Match match(verb method, std::string_view path) {
  // A path that a route spells out is not another one's `{id}`.
  std::string_view pattern;
  Captures captures;
  for (const Route& route : routes()) {
    std::optional<Captures> fitted = fit(route.pattern, path);
    if (!fitted || (!pattern.empty() && route.pattern.find('{') != std::string_view::npos)) {
      continue;
    }
    pattern = route.pattern;
    captures = *std::move(fitted);
  }
  Match found;
  if (pattern.empty()) return found;
  for (const Route& route : routes()) {
    if (route.pattern != pattern) continue;
    if (route.method == method || (route.method == verb::get && method == verb::head)) {
      found.route = &route;
      found.id = captures.id;
      found.number = captures.number;
    }
    found.allow.append(boost::beast::http::to_string(route.method)).append(", ");
    if (route.method == verb::get) found.allow += "HEAD, ";
  }
  found.allow += "OPTIONS";
  return found;
}

}  // namespace auscult::http
