#include "http/handlers.hpp"

#include <spdlog/spdlog.h>

#include <cmath>

#include "core/id.hpp"
#include "http/json_body.hpp"
#include "http/list_query.hpp"
#include "http/negotiation.hpp"
#include "http/openapi.hpp"
#include "http/sound_lease.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::field;
using json::Json;

Error no_recording(const std::string& id) {
  return fail(ErrorCode::not_found, "there is no recording \"" + id + "\"");
}

}  // namespace

Response show_latest_answer(const Context& context, const Request& request) {
  if (prefers_html(request.headers[field::accept])) return show_dashboard(context, request);
  Result<std::string> data = context.service.data_json();
  if (!data) return text_response(500, "Error loading data: " + data.error().message);
  Response response = json_response(200, *std::move(data));
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

Response device_receipt(const Recording& recording) {
  const auto percent = static_cast<int>(std::floor(recording.result.confidence));
  return text_response(200,
                       recording.result.class_name() + "|Conf: " + std::to_string(percent) + "%");
}

Response recording_receipt(const Recording& recording) {
  Response response = json_response(201, json::dump(json::to_json(recording)));
  response.headers.emplace_back("Location", "/v1/recordings/" + recording.id);
  return response;
}

Response list_recordings(const Context& context, const Request& request) {
  const Result<storage::ListQuery> query =
      parse_list_query(request.query, context.service.model()->info().labels);
  if (!query) return problem_response(query.error());
  const Result<storage::Page> page = context.service.list(*query);
  if (!page) return problem_response(page.error());

  Json recordings = Json::array();
  for (const Recording& recording : page->recordings) {
    recordings.push_back(json::to_json(recording));
  }
  const Json next = page->next_cursor ? Json(*page->next_cursor) : Json(nullptr);
  return json_response(200,
                       json::dump({{"recordings", std::move(recordings)}, {"next_cursor", next}}));
}

Response show_recording(const Context& context, const Request& request) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  const Result<Recording> recording = context.service.find(request.id);
  if (!recording) return show_waiting(context, request.id, recording.error());
  return json_response(200, json::dump(json::to_json(*recording)));
}

Response remove_recording(const Context& context, const Request& request) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  const Status removed = context.service.remove(request.id, now());
  if (!removed) return problem_response(removed.error());
  Response response;
  response.status = 204;
  return response;
}

Response restore_recording(const Context& context, const Request& request) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  const Result<Recording> restored = context.service.restore(request.id, now());
  if (!restored) return problem_response(restored.error());
  return json_response(200, json::dump(json::to_json(*restored)));
}

Response review_recording(const Context& context, const Request& request, std::string_view body) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  const Result<storage::ReviewChange> change = parse_review_change(body);
  if (!change) return problem_response(change.error());
  const Result<Recording> reviewed = context.service.review(request.id, *change, now());
  if (!reviewed) return problem_response(reviewed.error());
  return json_response(200, json::dump(json::to_json(*reviewed)));
}

Response show_audio(const Context& context, const Request& request) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  const Result<Recording> recording = context.service.find(request.id);
  if (!recording) return problem_response(recording.error());

  // A recording never changes, so its id names its bytes.
  const std::string etag = "\"" + request.id + "\"";
  Response response;
  response.headers = {{"Accept-Ranges", "bytes"}, {"ETag", etag}, {"Cache-Control", "private"}};
  if (matches_etag(request.headers[field::if_none_match], etag)) {
    response.status = 304;
    return response;
  }
  const Result<MemoryBudget::Lease> lease = lease_sound(context, *recording);
  if (!lease) return problem_response(lease.error());
  Result<std::vector<std::byte>> wav = context.service.wav(request.id);
  if (!wav) return problem_response(wav.error());
  response.content_type = "audio/wav";
  const std::string_view if_range = request.headers[field::if_range];
  const bool ranged = if_range.empty() || if_range == etag;
  const Result<std::optional<ByteRange>> range =
      parse_range(ranged ? request.headers[field::range] : "", wav->size());
  const std::string size = std::to_string(wav->size());
  if (!range) {
    return to_response({416,
                        "range_not_satisfiable",
                        range.error().message,
                        {{"Content-Range", "bytes */" + size}, {"Accept-Ranges", "bytes"}}},
                       "/v1");
  }
  if (!*range) {
    response.content = *std::move(wav);
    return response;
  }
  const auto [first, length] = **range;
  response.status = 206;
  response.headers.emplace_back(
      "Content-Range",
      "bytes " + std::to_string(first) + "-" + std::to_string(first + length - 1) + "/" + size);
  const auto begin = wav->begin() + static_cast<std::ptrdiff_t>(first);
  response.content = std::vector<std::byte>(begin, begin + static_cast<std::ptrdiff_t>(length));
  return response;
}

Response show_evidence(const Context& context, const Request& request) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  const Result<Recording> recording = context.service.find(request.id);
  if (!recording) return problem_response(recording.error());
  const Result<MemoryBudget::Lease> lease = lease_sound(context, *recording);
  if (!lease) return problem_response(lease.error());
  const Result<Classification> evidence = context.service.evidence(request.id);
  if (!evidence) return problem_response(evidence.error());
  Json answer = json::to_json(*evidence);
  Json shown = {{"id", request.id},
                {"same_model", evidence->model.sha256 == recording->result.model.sha256}};
  for (const char* name : {"class", "class_index", "confidence", "beats", "windows", "model"}) {
    shown[name] = std::move(answer[name]);
  }
  return json_response(200, json::dump(shown));
}

Response show_latest(const Context& context, const Request& request) {
  const Status names = check_names(request.query, {"device"});
  if (!names) return problem_response(names.error());
  const Result<Recording> latest = context.service.latest(find_filled(request.query, "device"));
  if (!latest) return problem_response(latest.error());
  return json_response(200, json::dump(json::to_json(*latest)));
}

namespace {

Response describe(const service::ServingModel& model) {
  const model::ModelInfo& info = model.info();
  const Json quality =
      model.metrics.empty() ? Json(nullptr) : Json::parse(model.metrics, nullptr, false);
  return json_response(
      200, json::dump({{"name", info.name},
                       {"version", info.version},
                       {"sha256", info.sha256},
                       {"labels", info.labels},
                       {"sample_rate_hz", info.sample_rate_hz},
                       {"precision", info.precision == model::Precision::bf16 ? "bf16" : "f32"},
                       {"measured_quality", quality.is_discarded() ? Json(nullptr) : quality}}));
}

}  // namespace

Response show_model(const Context& context, const Request& /*request*/) {
  return describe(*context.service.model());
}

Response reload_model(const Context& context, const Request& /*request*/) {
  const auto model = context.service.reload_model();
  if (!model) {
    // Whatever is wrong with the files, who asks cannot help it.
    const Error& error = model.error();
    spdlog::error("the model was not reloaded, the one before stays: {}", error.message);
    return problem_response(
        error.code == ErrorCode::unavailable
            ? error
            : fail(ErrorCode::unsupported_model, "the model before stays: " + error.message));
  }
  spdlog::info("the model is now {} {} ({})", (*model)->info().name, (*model)->info().version,
               (*model)->info().sha256);
  return describe(**model);
}

Response show_health() { return json_response(200, R"({"status":"ok"})"); }

Response show_readiness(const Context& context, const Request& /*request*/) {
  const Status ready = context.service.check();
  if (!ready) return text_response(503, ready.error().message);
  return json_response(200, R"({"status":"ready"})");
}

Response show_openapi() { return json_response(200, std::string(openapi_document())); }

}  // namespace auscult::http
