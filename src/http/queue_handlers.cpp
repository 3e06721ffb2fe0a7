// What is done later, histories that are judged anew, and who is told of recordings.
#include <algorithm>
#include <cmath>

#include "core/id.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/list_query.hpp"
#include "json/json.hpp"
#include "queue/webhook.hpp"
#include "service/queue.hpp"

namespace auscult::http {
namespace {

using json::Json;

// A client that asks sooner finds the same.
constexpr const char* kSoonS = "1";

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const storage::Job& job) {
  Json error = nullptr;
  if (job.error) {
    error = {{"code", to_string(job.error->code)}, {"detail", job.error->message}};
  }
  return {{"id", job.id},
          {"kind", storage::to_string(job.kind)},
          {"subject", job.subject},
          {"state", job.is_dead ? "dead" : "waiting"},
          {"attempts", job.attempts},
          {"created_at", format_timestamp(job.created_at)},
          {"due_at", format_timestamp(job.due_at)},
          {"bytes", job.bytes},
          {"error", std::move(error)}};
}

Json to_json(const storage::JobCount& count) {
  return {{"kind", storage::to_string(count.kind)},
          {"waiting", count.waiting},
          {"dead", count.dead},
          {"oldest", count.oldest ? Json(format_timestamp(*count.oldest)) : Json(nullptr)}};
}

Json to_json(const storage::Reclassification& each) {
  return {{"id", each.id},
          {"model", {{"name", each.name}, {"version", each.version}, {"sha256", each.sha256}}},
          {"where", each.chosen},
          {"created_at", format_timestamp(each.created_at)},
          {"state", each.is_finished() ? "finished" : "running"},
          {"total", each.total},
          {"judged", each.judged},
          {"failed", each.failed}};
}

/// Without its secret.
Json to_json(const storage::Webhook& webhook) {
  Json quality = nullptr;
  if (webhook.quality) quality = *webhook.quality == Quality::Verdict::good ? "good" : "poor";
  return {{"id", webhook.id},
          {"url", webhook.url},
          {"device", or_null(webhook.device)},
          {"class", or_null(webhook.class_name)},
          {"min_confidence", or_null(webhook.min_confidence)},
          {"quality", std::move(quality)},
          {"created_at", format_timestamp(webhook.created_at)}};
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

Response answer(const Status& done) { return done ? no_content() : problem_response(done.error()); }

/// "class=Murmur&device=ward-3": the same for the same filters, in whichever order they came.
std::string text_of(const Query& query) {
  std::vector<std::pair<std::string, std::string>> parameters = query.parameters();
  std::sort(parameters.begin(), parameters.end());
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }
  return text;
}

}  // namespace

Response keep_upload(const Context& context, const UploadHead& head,
                     std::span<const std::byte> body, std::optional<double> paced_bytes_per_s) {
  Result<service::Upload> upload = read_upload(head, body, now());
  if (!upload) return problem_response(upload.error());
  upload->paced_bytes_per_s = paced_bytes_per_s;
  const auto kept = context.service.submit_later(*upload);
  if (!kept) return problem_response(kept.error());
  if (const auto* outcome = std::get_if<service::Outcome>(&*kept)) {
    return outcome_response(*outcome, "/v1/recordings", recording_receipt);
  }
  const auto& accepted = std::get<service::Accepted>(*kept);
  Response response = json_response(202, json::dump({{"id", accepted.id}, {"state", "waiting"}}));
  response.headers.emplace_back("Location", "/v1/recordings/" + accepted.id);
  response.headers.emplace_back("Retry-After", kSoonS);
  if (accepted.is_replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

Response show_waiting(const Context& context, const std::string& id, const Error& otherwise) {
  if (otherwise.code != ErrorCode::not_found) return problem_response(otherwise);
  const Result<storage::Job> job = context.service.queue().jobs().find(id);
  if (!job || job->kind != storage::JobKind::upload) return problem_response(otherwise);
  if (job->is_dead && job->error) {
    return problem_response(
        fail(job->error->code, "this recording could not be judged: " + job->error->message));
  }
  Response response = json_response(202, json::dump({{"id", id}, {"state", "waiting"}}));
  response.headers.emplace_back("Retry-After", kSoonS);
  return response;
}

Response list_jobs(const Context& context, const Request& request) {
  const Status names = check_names(request.query, {"kind", "dead"});
  if (!names) return problem_response(names.error());
  std::optional<storage::JobKind> kind;
  if (const auto name = find_filled(request.query, "kind")) {
    kind = storage::parse_job_kind(*name);
    if (!kind) {
      return problem_response(
          fail(ErrorCode::invalid_argument,
               "kind \"" + *name + "\" is none of upload, reclassify, webhook"));
    }
  }
  const std::string dead = find_filled(request.query, "dead").value_or("false");
  if (dead != "true" && dead != "false") {
    return problem_response(
        fail(ErrorCode::invalid_argument, "dead \"" + dead + "\" is neither true nor false"));
  }
  storage::JobStore& jobs = context.service.queue().jobs();
  const auto counts = jobs.count();
  if (!counts) return problem_response(counts.error());
  const auto listed = jobs.list(kind, dead == "true", limits::kMaxPageSize);
  if (!listed) return problem_response(listed.error());
  Json object = {{"counts", Json::array()}, {"jobs", Json::array()}};
  for (const storage::JobCount& count : *counts) object["counts"].push_back(to_json(count));
  for (const storage::Job& job : *listed) object["jobs"].push_back(to_json(job));
  return json_response(200, json::dump(object));
}

Response retry_job(const Context& context, const Request& request) {
  service::Queue& queue = context.service.queue();
  const Status revived = queue.jobs().revive(request.id, now());
  if (revived) queue.wake();
  return answer(revived);
}

Response remove_job(const Context& context, const Request& request) {
  return answer(context.service.queue().jobs().drop(request.id));
}

Response begin_reclassification(const Context& context, const Request& request) {
  const Status names = check_names(request.query, filter_names());
  if (!names) return problem_response(names.error());
  const auto which = parse_filters(request.query, context.service.model()->info().labels);
  if (!which) return problem_response(which.error());
  service::Queue& queue = context.service.queue();
  const auto begun = queue.reclassify(text_of(request.query), *which);
  if (!begun) return problem_response(begun.error());
  queue.wake();
  Response response = json_response(202, json::dump(to_json(*begun)));
  response.headers.emplace_back("Location", "/v1/reclassifications/" + begun->id);
  return response;
}

Response list_reclassifications(const Context& context, const Request& request) {
  const Status names = check_names(request.query, {});
  if (!names) return problem_response(names.error());
  const auto found = context.service.queue().reclassifications().list(limits::kDefaultPageSize);
  if (!found) return problem_response(found.error());
  Json list = Json::array();
  for (const storage::Reclassification& each : *found) list.push_back(to_json(each));
  return json_response(200, json::dump({{"reclassifications", std::move(list)}}));
}

Response show_reclassification(const Context& context, const Request& request) {
  storage::Reclassifications& all = context.service.queue().reclassifications();
  const auto found = all.find(request.id);
  if (!found) return problem_response(found.error());
  const auto changes = all.changes(request.id);
  if (!changes) return problem_response(changes.error());
  Json object = to_json(*found);
  object["changes"] = Json::array();
  for (const storage::ClassChange& change : *changes) {
    object["changes"].push_back(
        {{"from", change.from}, {"to", change.to}, {"recordings", change.recordings}});
  }
  return json_response(200, json::dump(object));
}

Response remove_reclassification(const Context& context, const Request& request) {
  return answer(context.service.queue().reclassifications().remove(request.id));
}

Response list_answers(const Context& context, const Request& request) {
  const Result<Recording> recording = context.service.find(request.id);
  if (!recording) return problem_response(recording.error());
  const auto answers = context.service.queue().reclassifications().answers_of(request.id);
  if (!answers) return problem_response(answers.error());
  Json list = Json::array();
  for (const storage::Answer& each : *answers) {
    list.push_back(
        {{"reclassification", each.reclassification},
         {"model", {{"name", each.name}, {"version", each.version}, {"sha256", each.sha256}}},
         {"answer", Json::parse(each.answer, nullptr, false)}});
  }
  return json_response(200, json::dump({{"id", request.id},
                                        {"first", json::to_json(recording->result)},
                                        {"answers", std::move(list)}}));
}

Response add_webhook(const Context& context, const Request& request, std::string_view body) {
  const Status names = check_names(request.query, {});
  if (!names) return problem_response(names.error());
  const Result<queue::WebhookRequest> wanted = parse_webhook(body);
  if (!wanted) return problem_response(wanted.error());
  const auto webhook = queue::make_webhook(*wanted, context.service.model()->info().labels, now());
  if (!webhook) return problem_response(webhook.error());
  const Status added = context.service.queue().webhooks().add(*webhook);
  if (!added) return problem_response(added.error());
  Json object = to_json(*webhook);
  object["secret"] = webhook->secret;  // This once.
  return json_response(201, json::dump(object));
}

Response list_webhooks(const Context& context, const Request& request) {
  const Status names = check_names(request.query, {});
  if (!names) return problem_response(names.error());
  const auto webhooks = context.service.queue().webhooks().list();
  if (!webhooks) return problem_response(webhooks.error());
  Json list = Json::array();
  for (const storage::Webhook& webhook : *webhooks) list.push_back(to_json(webhook));
  return json_response(200, json::dump({{"webhooks", std::move(list)}}));
}

Response remove_webhook(const Context& context, const Request& request) {
  return answer(context.service.queue().webhooks().remove(request.id));
}

}  // namespace auscult::http
