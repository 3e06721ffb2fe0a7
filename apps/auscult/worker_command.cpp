#include "worker_command.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ostream>
#include <thread>

#include "core/memory_budget.hpp"
#include "http/server.hpp"
#include "queue/runner.hpp"
#include "service/recording_service.hpp"
#include "service_manager.hpp"
#include "settings.hpp"

namespace auscult::cli {

WorkerCommand::WorkerCommand(CLI::App& app)
    : command_(app.add_subcommand("worker", "Judge what was only kept, without serving")),
      memory_bytes_(http::ServerConfig().memory_budget_bytes) {
  command_->footer(
      "Any number of them may work on one database, beside services with `--queue-workers 0`. "
      "What\none leaves unfinished another does.\n\nExample:\n"
      "  auscult worker --store postgresql://auscult@db/auscult");
  store_.add_to(*command_);
  add_model_options(*command_, model_);
  add_setting(*command_, "--threads", threads_, "That judge; 0: one a processor")
      ->check(CLI::Range(0, 256));
  add_setting(*command_, "--lease-s", lease_s_,
              "Seconds after which what it has begun is another one's, if it ended without a word")
      ->check(CLI::Range(1, 3'600));
  add_setting(*command_, "--memory-budget-bytes", memory_bytes_,
              "What the recordings may hold that are judged at a time");
  log_.add_to(*command_);
}

int WorkerCommand::run(std::ostream& out, std::ostream& err) const {
  const Status worked = work(out);
  if (!worked) err << "auscult: " << worked.error().message << '\n';
  return worked ? 0 : 1;
}

Status WorkerCommand::work(std::ostream& out) const {
  log_.apply();
  const sigset_t signals = block_signals();
  give_large_blocks_back();
  const auto models = service::ModelSlot::create([this] { return load_serving_model(model_); });
  if (!models) return models.error();
  auto store = open_served(store_);
  if (!store) return store.error();
  service::RecordingService recordings(**models, *store->recordings, service::ServiceConfig());
  const unsigned threads =
      threads_ > 0 ? threads_ : std::max(1U, std::thread::hardware_concurrency());
  MemoryBudget memory(memory_bytes_);
  const queue::Runner runner(recordings, memory,
                             {.judges = threads, .lease = std::chrono::seconds(lease_s_)});
  out << "auscult works on " << store_.shown() << " (" << recordings.model()->info().name << ", "
      << threads << " threads)" << std::endl;
  tell_service_manager("READY=1");

  int signal = SIGHUP;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP) {
    const auto model = recordings.reload_model();
    if (model) {
      spdlog::info("SIGHUP: the model is now {} ({})", (*model)->info().name,
                   (*model)->info().sha256);
    } else {
      spdlog::error("SIGHUP: the model was not reloaded: {}", model.error().message);
    }
  }
  tell_service_manager("STOPPING=1");
  spdlog::info("signal {}: finishing what is under way", signal);
  return Ok{};
}

}  // namespace auscult::cli
