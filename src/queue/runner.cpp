#include "queue/runner.hpp"

#include <spdlog/spdlog.h>

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "queue/sender.hpp"
#include "queue/webhook.hpp"

namespace auscult::queue {
namespace {

using storage::Job;
using storage::JobKind;

constexpr std::chrono::milliseconds kLook{500};
// A receiver that is away for a morning loses nothing: eight hours in all.
constexpr service::Patience kReceivers{12, std::chrono::seconds(5), std::chrono::seconds(3'600)};

/// Calls `run_one` until the stop, at once again if there was something to do. What it throws (out
/// of memory, most likely) ends nothing: the lease of its job passes, and it is tried again.
void repeat(const std::stop_token& stop, service::Queue& queue,
            const std::function<Result<bool>()>& run_one) {
  bool was_failing = false;
  while (!stop.stop_requested()) {
    Result<bool> ran = false;
    try {
      ran = run_one();
    } catch (const std::exception& error) {
      ran = fail(ErrorCode::internal, error.what());
    }
    // Once, not twice a second for as long as a database is away.
    if (!ran && !was_failing) spdlog::error("the queue stands still: {}", ran.error().message);
    if (ran && was_failing) spdlog::info("the queue goes on");
    was_failing = !ran;
    if (!ran || !*ran) queue.wait(stop, kLook);
  }
}

}  // namespace

Runner::Runner(service::RecordingService& recordings, MemoryBudget& memory, RunnerConfig config)
    : recordings_(recordings),
      queue_(recordings.queue()),
      memory_(memory),
      config_(std::move(config)) {
  for (unsigned i = 0; i < config_.judges; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { judge(stop); });
  }
  if (config_.tells) threads_.emplace_back([this](const std::stop_token& stop) { tell(stop); });
}

Runner::~Runner() {
  // All of them before the first one is waited for.
  for (std::jthread& thread : threads_) thread.request_stop();
}

void Runner::judge(const std::stop_token& stop) {
  classify::Workspace workspace = recordings_.model()->classifier.make_workspace();
  const service::Worker worker{workspace, memory_, config_.lease,
                               [&stop] { return stop.stop_requested(); }};
  repeat(stop, queue_, [&]() -> Result<bool> {
    for (const JobKind kind : config_.judged) {
      Result<std::optional<Job>> job =
          queue_.jobs().claim(kind, recordings_.model()->info().sha256, now(), config_.lease);
      if (!job) return job.error();
      if (!*job) continue;
      if (Status done = queue_.work(**job, worker); !done) {
        spdlog::warn("{} {}: {}", storage::to_string(kind), (*job)->id, done.error().message);
      }
      return true;
    }
    return false;
  });
}

void Runner::tell(const std::stop_token& stop) {
  Sender sender;
  const auto deliver = [&](const Job& job) -> Status {
    // Whoever deletes a webhook or a recording does not want it told any more.
    const Result<storage::Webhook> webhook = queue_.webhooks().find(job.details);
    if (!webhook) return webhook.error();
    const Result<Recording> recording = recordings_.find(job.subject);
    if (!recording) return recording.error();
    return sender.send(*webhook, job.id, payload_of(*recording), now());
  };
  repeat(stop, queue_, [&]() -> Result<bool> {
    Result<std::optional<Job>> job =
        queue_.jobs().claim(JobKind::webhook, "", now(), config_.lease);
    if (!job) return job.error();
    if (!*job) return false;
    const Status told = deliver(**job);
    Status ended = Ok{};
    if (told || told.error().code == ErrorCode::not_found) {
      ended = queue_.jobs().finish((*job)->claim());
    } else {
      ended = queue_.retry_later(**job, told.error(), kReceivers);
    }
    if (!ended) spdlog::warn("webhook {}: {}", (*job)->id, ended.error().message);
    return true;
  });
}

}  // namespace auscult::queue
