#include "http/inference.hpp"

#include <memory>
#include <utility>

#include "http/handlers.hpp"
#include "http/inference_request.hpp"
#include "http/worker_job.hpp"

namespace auscult::http {
namespace {

std::string version_of(const model::ModelInfo& info) {
  return info.version.empty() ? "1" : info.version;
}

/// The model in use, if it is the one that the path names.
Result<std::shared_ptr<const service::ServingModel>> named_model(
    const service::RecordingService& service, const Request& request) {
  auto model = service.model();
  const model::ModelInfo& info = model->info();
  if (request.id == info.name && (request.number.empty() || request.number == version_of(info))) {
    return model;
  }
  const std::string version = request.number.empty() ? "" : " version " + request.number;
  return fail(ErrorCode::not_found, "no model " + request.id + version + " serves here; it is " +
                                        info.name + " version " + version_of(info));
}

Response answer(InferenceCall& call, service::RecordingService& service,
                classify::Workspace& workspace) {
  const auto model = named_model(service, call.request);
  if (!model) return inference_error(model.error());
  const std::string_view header = call.request.headers["Inference-Header-Content-Length"];
  const Result<std::size_t> json_bytes = inference_json_bytes(header, call.body.size());
  if (!json_bytes) return inference_error(json_bytes.error());
  const Status fits = call.lease.add(inference_memory(*json_bytes, call.body.size()));
  if (!fits) return inference_error(fits.error());
  const Result<InferenceRequest> request = parse_inference(call.body, *json_bytes);
  if (!request) return inference_error(request.error());
  const Result<Classification> result =
      service::RecordingService::judge(request->clip, **model, workspace, &call.lease);
  if (!result) return inference_error(result.error());
  return inference_response(*request, *result, version_of((*model)->info()));
}

}  // namespace

boost::asio::awaitable<Response> infer(InferenceCall call, Workers& workers,
                                       service::RecordingService& service) {
  WorkerJob job;
  job.due = call.due;
  job.refuse = inference_error;
  job.run = [shared = std::make_shared<InferenceCall>(std::move(call)), &service](
                classify::Workspace& workspace) { return answer(*shared, service, workspace); };
  return run_on_worker(std::move(job), workers);
}

Response show_inference_server() {
  return json_response(200, json::dump({{"name", "auscult"},
                                        {"version", AUSCULT_VERSION},
                                        {"extensions", {"binary_tensor_data"}}}));
}

Response show_inference_live() { return json_response(200, R"({"live":true})"); }

// Nothing is stored, so what the store can do does not matter.
Response show_inference_ready() { return json_response(200, R"({"ready":true})"); }

Response show_inference_model(const Context& context, const Request& request) {
  const auto model = named_model(context.service, request);
  if (!model) return inference_error(model.error());
  const model::ModelInfo& info = (*model)->info();
  return json_response(
      200, json::dump(inference_metadata(info.name, version_of(info), info.labels.size())));
}

Response show_inference_model_ready(const Context& context, const Request& request) {
  const auto model = named_model(context.service, request);
  if (!model) return inference_error(model.error());
  return json_response(200, json::dump({{"name", (*model)->info().name}, {"ready", true}}));
}

}  // namespace auscult::http
