#include "core/hash.hpp"
#include "core/id.hpp"
#include "http/handlers.hpp"
#include "http/upload_session_request.hpp"
#include "json/json.hpp"
#include "service/upload_sessions.hpp"

namespace auscult::http {
namespace {

using json::Json;

constexpr const char* kSessions = "/v1/sessions/";

Json to_json(const std::vector<storage::ChunkRange>& ranges) {
  Json list = Json::array();
  for (const storage::ChunkRange& range : ranges) {
    list.push_back({{"first", range.first}, {"last", range.last}});
  }
  return list;
}

Json to_json(const storage::UploadSession& session) {
  Json object = {{"id", session.id},
                 {"device", session.device},
                 {"state", session.recording_id ? "finished" : "open"},
                 {"created_at", format_timestamp(session.created_at)},
                 {"expires_at", format_timestamp(session.expires_at)},
                 {"chunks", session.chunks},
                 {"bytes", session.bytes},
                 {"received", to_json(session.received)},
                 {"missing", to_json(service::missing_chunks(session, std::nullopt))}};
  object["recording_id"] = session.recording_id ? Json(*session.recording_id) : Json(nullptr);
  object["max_chunk_bytes"] = limits::kMaxChunkBytes;
  return object;
}

/// The status and the `code` of a conflict.
Problem to_problem(const service::Conflict& conflict) {
  using Kind = service::Conflict::Kind;
  switch (conflict.kind) {
    case Kind::key_reused:
      return {422, "idempotency_key_reused", conflict.message};
    case Kind::chunk_differs:
      return {409, "chunk_differs", conflict.message};
    case Kind::finished:
      return {409, "session_finished", conflict.message};
    case Kind::incomplete:
      return {409, "session_incomplete", conflict.message};
    case Kind::digest_differs:
      return {409, "digest_differs", conflict.message};
  }
  return {500, "internal", conflict.message};
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

Response outcome_response(const service::Outcome& outcome, std::string_view path,
                          Response (*receipt)(const Recording& recording)) {
  if (const auto* conflict = std::get_if<service::Conflict>(&outcome)) {
    return to_response(to_problem(*conflict), path);
  }
  const auto& stored = std::get<service::Stored>(outcome);
  Response response = receipt(stored.recording);
  if (stored.is_replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

Response open_upload_session(const Context& context, const Request& request,
                             std::string_view body) {
  const Result<service::Upload> start =
      parse_session_start(request.query, request.headers, body, now());
  if (!start) return problem_response(start.error());
  const Result<storage::UploadSession> session = context.service.sessions().open(*start);
  if (!session) return problem_response(session.error());
  Response response = json_response(201, json::dump(to_json(*session)));
  response.headers.emplace_back("Location", kSessions + session->id);
  return response;
}

Response show_upload_session(const Context& context, const Request& request) {
  const Result<storage::UploadSession> session = context.service.sessions().find(request.id, now());
  if (!session) return problem_response(session.error());
  return json_response(200, json::dump(to_json(*session)));
}

Response remove_upload_session(const Context& context, const Request& request) {
  const Status removed = context.service.sessions().remove(request.id);
  return removed ? no_content() : problem_response(removed.error());
}

Response put_chunk(const Context& context, const Request& request, std::string_view body) {
  const Result<int> number = parse_chunk_number(request.number);
  if (!number) return problem_response(number.error());
  const Result<std::optional<std::string>> sha256 = parse_content_sha256(request.headers);
  if (!sha256) return problem_response(sha256.error());
  const std::span<const std::byte> bytes = std::as_bytes(std::span(body));
  if (*sha256 && **sha256 != sha256_hex(bytes)) {
    return to_response(
        {400, "digest_differs",
         "the " + std::to_string(body.size()) + " bytes of chunk " + request.number +
             " came with another SHA-256 than announced, " + sha256_hex(bytes) + ": send it again"},
        kSessions);
  }
  const auto put = context.service.sessions().put(request.id, *number, bytes, now());
  if (!put) return problem_response(put.error());
  if (const auto* conflict = std::get_if<service::Conflict>(&*put)) {
    return to_response(to_problem(*conflict), kSessions);
  }
  // 201 the first time, 204 for the same again.
  Response response = no_content();
  if (std::get<bool>(*put)) response.status = 201;
  return response;
}

}  // namespace auscult::http
