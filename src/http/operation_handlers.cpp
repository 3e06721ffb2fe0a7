// What tells an operator how the service is doing.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <vector>

#include "http/handlers.hpp"
#include "http/server_metrics.hpp"
#include "service/queue.hpp"

namespace auscult::http {
namespace {

using metrics::Exposition;
using metrics::Type;

double seconds(const timeval& time) {
  constexpr double kMicro = 1e-6;
  return static_cast<double>(time.tv_sec) + kMicro * static_cast<double>(time.tv_usec);
}

/// What Prometheus' own clients tell of every process.
void expose_process(Exposition& out) {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    out.family("process_cpu_seconds_total", Type::counter, "Processor time, user and system.");
    out.sample(seconds(usage.ru_utime) + seconds(usage.ru_stime));
  }
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  if (statm >> pages >> resident) {
    out.family("process_resident_memory_bytes", Type::gauge, "Memory in use.");
    out.sample(resident * static_cast<double>(sysconf(_SC_PAGESIZE)));
  }
}

void expose_model(const service::RecordingService& service, Exposition& out) {
  const auto model = service.model();
  const model::ModelInfo& info = model->info();
  out.family("auscult_model_info", Type::gauge, "The model in use; always 1.");
  out.sample(1, {{"name", info.name}, {"version", info.version}, {"sha256", info.sha256}});
  if (model->inputs) model->inputs->expose(out);
}

/// Of the store, which several processes may share.
void expose_jobs(const std::vector<storage::JobCount>& counts, Exposition& out) {
  out.family("auscult_jobs", Type::gauge,
             "What is to be done later, in the whole store: waiting, or dead, which was given up.");
  for (const storage::JobCount& count : counts) {
    const std::string_view kind = storage::to_string(count.kind);
    out.sample(static_cast<double>(count.waiting), {{"kind", kind}, {"state", "waiting"}});
    out.sample(static_cast<double>(count.dead), {{"kind", kind}, {"state", "dead"}});
  }
  out.family("auscult_job_age_seconds", Type::gauge, "For how long the first one has waited.");
  for (const storage::JobCount& count : counts) {
    const std::chrono::duration<double> age =
        count.oldest ? now() - *count.oldest : std::chrono::milliseconds(0);
    out.sample(std::max(0.0, age.count()), {{"kind", storage::to_string(count.kind)}});
  }
}

}  // namespace

Response show_metrics(const Context& context, const Request& /*request*/) {
  Exposition out;
  if (context.metrics != nullptr) context.metrics->expose(out);
  context.service.metrics().expose(out);
  expose_model(context.service, out);
  // That the store cannot be read is told by /readyz; the rest is then needed most.
  if (const Result<storage::StoreSize> size = context.service.store_size()) {
    out.family("auscult_store_recordings", Type::gauge, "Recordings in the store.");
    out.sample(static_cast<double>(size->recordings));
    out.family("auscult_store_bytes", Type::gauge, "Of the database and its log, on disk.");
    out.sample(static_cast<double>(size->bytes));
  }
  if (const auto counts = context.service.queue().jobs().count()) expose_jobs(*counts, out);
  out.family("auscult_store_ready", Type::gauge, "1 if recordings can be stored, else 0.");
  out.sample(context.service.check() ? 1 : 0);
  expose_process(out);
  Response response = text_response(200, out.text());
  response.content_type = Exposition::kContentType;
  response.headers = {{"Cache-Control", "no-store"}};
  return response;
}

}  // namespace auscult::http
