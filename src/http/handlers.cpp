#include "http/handlers.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/id.hpp"
#include "core/limits.hpp"
#include "http/negotiation.hpp"
#include "http/openapi.hpp"
#include "http/page.hpp"
#include "json/json.hpp"

namespace auscult::http {
namespace {

namespace beast_http = boost::beast::http;
using beast_http::field;
using json::Json;

std::string dump(const Json& value) {
  // What is stored was checked to be UTF-8; a model's metadata was not.
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Response json_response(int status, std::string text) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.content = std::move(text);
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  return response;
}

/// What went wrong under /v1.
Response problem_response(const Error& error) { return to_response(to_problem(error), "/v1"); }

std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// A filter that is misspelt would silently match everything.
Status check_names(const Query& query, const std::vector<std::string>& accepted) {
  for (const auto& [name, value] : query.parameters()) {
    if (std::find(accepted.begin(), accepted.end(), name) == accepted.end()) {
      return fail(ErrorCode::invalid_argument,
                  "unknown parameter \"" + name + "\"; accepted: " + list_of(accepted));
    }
  }
  return Ok{};
}

std::optional<std::string> find_filled(const Query& query, std::string_view name) {
  std::optional<std::string> value = query.find(name);
  return value && value->empty() ? std::nullopt : value;
}

Result<std::optional<Timestamp>> find_time(const Query& query, std::string_view name) {
  const std::optional<std::string> text = find_filled(query, name);
  if (!text) return std::optional<Timestamp>{};
  const Result<Timestamp> time = parse_timestamp(*text);
  if (!time) return fail(time.error().code, std::string(name) + ": " + time.error().message);
  return std::optional(*time);
}

Result<storage::ListQuery> parse_list_query(const Query& query,
                                            const std::vector<std::string>& labels) {
  const Status names = check_names(query, {"device", "class", "from", "to", "limit", "cursor"});
  if (!names) return names.error();

  storage::ListQuery list;
  list.device = find_filled(query, "device");
  list.class_name = find_filled(query, "class");
  list.cursor = find_filled(query, "cursor");
  if (list.class_name &&
      std::find(labels.begin(), labels.end(), *list.class_name) == labels.end()) {
    return fail(ErrorCode::invalid_argument,
                "class \"" + *list.class_name + "\" is none of " + list_of(labels));
  }
  const Result<std::optional<Timestamp>> from = find_time(query, "from");
  if (!from) return from.error();
  const Result<std::optional<Timestamp>> to = find_time(query, "to");
  if (!to) return to.error();
  list.from = *from;
  list.to = *to;

  list.limit = limits::kDefaultPageSize;
  if (const std::optional<std::string> text = find_filled(query, "limit")) {
    const auto [end, error] =
        std::from_chars(text->data(), text->data() + text->size(), list.limit);
    if (error != std::errc{} || end != text->data() + text->size() || list.limit < 1 ||
        list.limit > limits::kMaxPageSize) {
      return fail(ErrorCode::invalid_argument, "limit \"" + *text +
                                                   "\" is not a number from 1 to " +
                                                   std::to_string(limits::kMaxPageSize));
    }
  }
  return list;
}

Error no_recording(const std::string& id) {
  return fail(ErrorCode::not_found, "there is no recording \"" + id + "\"");
}

Response page_response(std::string html) {
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.content = std::move(html);
  response.headers = {{"Content-Security-Policy", std::string(kPagePolicy)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-store"},
                      {"Vary", "Accept"}};
  return response;
}

}  // namespace

Response show_latest_answer(const Context& context, const Request& request) {
  if (prefers_html(request.headers[field::accept])) {
    Result<Recording> latest = context.service.latest(std::nullopt);
    if (!latest && latest.error().code != ErrorCode::not_found) {
      return text_response(500, "Error loading the latest recording: " + latest.error().message);
    }
    return page_response(latest_page(latest ? std::optional(*std::move(latest)) : std::nullopt));
  }
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
  Response response = json_response(201, dump(json::to_json(recording)));
  response.headers.emplace_back("Location", "/v1/recordings/" + recording.id);
  return response;
}

Response list_recordings(const Context& context, const Request& request) {
  const Result<storage::ListQuery> query =
      parse_list_query(request.query, context.service.model().labels);
  if (!query) return problem_response(query.error());
  const Result<storage::Page> page = context.service.list(*query);
  if (!page) return problem_response(page.error());

  Json recordings = Json::array();
  for (const Recording& recording : page->recordings) {
    recordings.push_back(json::to_json(recording));
  }
  const Json next = page->next_cursor ? Json(*page->next_cursor) : Json(nullptr);
  return json_response(200, dump({{"recordings", std::move(recordings)}, {"next_cursor", next}}));
}

Response show_recording(const Context& context, const Request& request) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  const Result<Recording> recording = context.service.find(request.id);
  if (!recording) return problem_response(recording.error());
  return json_response(200, dump(json::to_json(*recording)));
}

Response remove_recording(const Context& context, const Request& request) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  const Status removed = context.service.remove(request.id);
  if (!removed) return problem_response(removed.error());
  Response response;
  response.status = 204;
  return response;
}

Response show_audio(const Context& context, const Request& request) {
  if (!is_id(request.id)) return problem_response(no_recording(request.id));
  Result<std::vector<std::byte>> wav = context.service.wav(request.id);
  if (!wav) return problem_response(wav.error());

  // A recording never changes, so its id names its bytes.
  const std::string etag = "\"" + request.id + "\"";
  Response response;
  response.headers = {{"Accept-Ranges", "bytes"}, {"ETag", etag}, {"Cache-Control", "private"}};
  if (matches_etag(request.headers[field::if_none_match], etag)) {
    response.status = 304;
    return response;
  }
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
  const Result<Classification> evidence = context.service.evidence(request.id);
  if (!evidence) return problem_response(evidence.error());
  Json answer = json::to_json(*evidence);
  Json shown = {{"id", request.id},
                {"same_model", evidence->model.sha256 == recording->result.model.sha256}};
  for (const char* name : {"class", "class_index", "confidence", "beats", "windows", "model"}) {
    shown[name] = std::move(answer[name]);
  }
  return json_response(200, dump(shown));
}

Response show_latest(const Context& context, const Request& request) {
  const Status names = check_names(request.query, {"device"});
  if (!names) return problem_response(names.error());
  const Result<Recording> latest = context.service.latest(find_filled(request.query, "device"));
  if (!latest) return problem_response(latest.error());
  return json_response(200, dump(json::to_json(*latest)));
}

Response show_model(const Context& context, const Request&) {
  const model::ModelInfo& info = context.service.model();
  const Json quality = context.model_metrics.empty()
                           ? Json(nullptr)
                           : Json::parse(context.model_metrics, nullptr, false);
  return json_response(
      200, dump({{"name", info.name},
                 {"version", info.version},
                 {"sha256", info.sha256},
                 {"labels", info.labels},
                 {"sample_rate_hz", info.sample_rate_hz},
                 {"precision", info.precision == model::Precision::bf16 ? "bf16" : "f32"},
                 {"measured_quality", quality.is_discarded() ? Json(nullptr) : quality}}));
}

Response show_health() { return json_response(200, R"({"status":"ok"})"); }

Response show_readiness(const Context& context, const Request&) {
  const Status ready = context.service.check();
  if (!ready) return text_response(503, ready.error().message);
  return json_response(200, R"({"status":"ready"})");
}

Response show_openapi() { return json_response(200, std::string(openapi_document())); }

}  // namespace auscult::http
