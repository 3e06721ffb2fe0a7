#include <utility>

#include "core/rate_suspect.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/list_query.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

using json::Json;

/// What a list of devices needs of their recordings; windows and beats would make it long.
Json in_short(const Recording& recording) {
  Json whole = json::to_json(recording);
  Json shown = Json::object();
  for (const char* name : {"id", "received_at", "class", "confidence", "quality", "reliable",
                           "unreliable_reasons", "heart_rate_bpm", "duration_s", "sample_rate_hz",
                           "channels", "container", "sample_format", "level"}) {
    shown[name] = std::move(whole[name]);
  }
  return shown;
}

Json to_json(const service::Device& device) {
  Json object = {{"name", device.name}, {"recordings", device.recordings}};
  const std::optional<Recording>& latest = device.latest;
  Json level = nullptr;
  Json clipped = nullptr;
  if (latest && latest->level) {
    level = latest->level->rms_dbfs;
    clipped = latest->level->clipped_fraction;
  }
  // Only a file says its own rate; raw PCM has what was declared or assumed. What the sound itself
  // says counts more than either.
  std::optional<int> detected_hz;
  if (latest && latest->source.container != "pcm") detected_hz = latest->source.sample_rate_hz;
  if (latest) {
    const auto suspect = find_rate_suspect(latest->result.quality);
    if (suspect) detected_hz = suspect->likely_rate_hz;
  }
  object.update({
      {"last_seen", latest ? Json(format_timestamp(latest->received_at)) : Json(nullptr)},
      {"declared_rate_hz", latest ? Json(latest->source.sample_rate_hz) : Json(nullptr)},
      {"detected_rate_hz", detected_hz ? Json(*detected_hz) : Json(nullptr)},
      {"level_dbfs", level},
      {"clipped_fraction", clipped},
      {"warnings", device.warnings},
      {"latest", latest ? in_short(*latest) : Json(nullptr)},
      {"defaults", json::to_json(device.settings)},
      {"assumed", json::to_json(device.assumed)},
  });
  return object;
}

}  // namespace

Response list_devices(const Context& context, const Request& request) {
  const Status names = check_names(request.query, {});
  if (!names) return problem_response(names.error());
  const Result<std::vector<service::Device>> devices = context.service.devices();
  if (!devices) return problem_response(devices.error());
  Json list = Json::array();
  for (const service::Device& device : *devices) list.push_back(to_json(device));
  return json_response(200, json::dump({{"devices", std::move(list)}}));
}

Response set_device(const Context& context, const Request& request, std::string_view body) {
  const Result<DeviceSettings> settings = parse_device_settings(body);
  if (!settings) return problem_response(settings.error());
  const Status set = context.service.set_device_settings(request.id, *settings);
  if (!set) return problem_response(set.error());
  return json_response(200, json::dump(json::to_json(*settings)));
}

}  // namespace auscult::http
