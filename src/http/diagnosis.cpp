#include "http/diagnosis.hpp"

#include <memory>
#include <utility>

#include "http/worker_job.hpp"

namespace auscult::http {
namespace {

using boost::beast::http::field;
using boost::beast::http::fields;
using json::Json;

Json framing_of(const DiagnosisRequest& asked) {
  const fields& headers = asked.request.headers;
  const auto said = [&headers](field name) {
    return headers.count(name) > 0 ? Json(std::string(headers[name])) : Json(nullptr);
  };
  return {{"http_version", asked.version == 10 ? "1.0" : "1.1"},
          {"content_length", said(field::content_length)},
          {"transfer_encoding", said(field::transfer_encoding)},
          {"content_type", said(field::content_type)},
          {"content_encoding", said(field::content_encoding)},
          {"expect", said(field::expect)},
          {"user_agent", said(field::user_agent)}};
}

Response explain(const DiagnosisRequest& asked, const service::RecordingService& service,
                 classify::Workspace& workspace) {
  DiagnosisHead head = read_diagnosis(asked.request, asked.body);
  head.input.paced_bytes_per_s = asked.paced_bytes_per_s;
  const Result<service::Diagnosis> diagnosis =
      service.diagnose(std::move(head.input), head.device, workspace);
  if (!diagnosis) return problem_response(diagnosis.error());
  return json_response(200, json::dump(to_json(*diagnosis, framing_of(asked))));
}

}  // namespace

boost::asio::awaitable<Response> diagnose(DiagnosisRequest request, Workers& workers,
                                          service::RecordingService& service) {
  WorkerJob job;
  job.due = request.due;
  job.run = [asked = std::make_shared<DiagnosisRequest>(std::move(request)), &service](
                classify::Workspace& workspace) { return explain(*asked, service, workspace); };
  co_return co_await run_on_worker(std::move(job), workers);
}

}  // namespace auscult::http
