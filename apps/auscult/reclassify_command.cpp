#include "reclassify_command.hpp"

#include <unistd.h>

#include <csignal>
#include <ctime>
#include <iomanip>
#include <optional>
#include <ostream>
#include <utility>

#include "core/memory_budget.hpp"
#include "http/list_query.hpp"
#include "http/query.hpp"
#include "http/server.hpp"
#include "progress_bar.hpp"
#include "queue/runner.hpp"
#include "service/queue.hpp"
#include "service/recording_service.hpp"
#include "settings.hpp"

namespace auscult::cli {
namespace {

constexpr timespec kLook{1, 0};

/// The recordings that `where` chooses, as GET /v1/recordings reads it.
Result<storage::ListQuery> parse_where(const std::string& where,
                                       const std::vector<std::string>& labels) {
  const Result<http::Query> query = http::Query::parse(where);
  if (!query) return fail(query.error().code, "--where: " + query.error().message);
  const Status names = http::check_names(*query, http::filter_names());
  if (!names) return fail(names.error().code, "--where: " + names.error().message);
  Result<storage::ListQuery> which = http::parse_filters(*query, labels);
  if (!which) return fail(which.error().code, "--where: " + which.error().message);
  return which;
}

void show(std::ostream& out, const storage::Reclassification& done,
          const std::vector<storage::ClassChange>& changes) {
  std::int64_t changed = 0;
  for (const storage::ClassChange& change : changes) {
    if (change.from != change.to) changed += change.recordings;
  }
  out << done.name << ' ' << done.version << ": " << done.judged << " recordings judged, "
      << changed << " of them otherwise than at first";
  if (done.failed > 0) out << "; " << done.failed << " could not be";
  out << "\n\n"
      << std::left << std::setw(14) << "at first" << std::setw(14) << "now"
      << "recordings\n";
  for (const storage::ClassChange& change : changes) {
    out << std::setw(14) << change.from << std::setw(14) << change.to << change.recordings << '\n';
  }
  out << "\nEach recording's answers: GET /v1/recordings/ID/answers\n";
}

/// Returns when it is finished.
Result<storage::Reclassification> follow(service::Queue& queue,
                                         const storage::Reclassification& begun,
                                         const sigset_t& signals, std::ostream& err) {
  ProgressBar bar(err, static_cast<std::size_t>(begun.total), ::isatty(STDERR_FILENO) == 1);
  for (;;) {
    Result<storage::Reclassification> now = queue.reclassifications().find(begun.id);
    if (!now || now->is_finished()) return now;
    bar.update(static_cast<std::size_t>(now->judged + now->failed));
    const int signal = sigtimedwait(&signals, nullptr, &kLook);
    if (signal != SIGINT && signal != SIGTERM) continue;
    return fail(ErrorCode::unavailable,
                "interrupted with " + std::to_string(now->judged + now->failed) + " of " +
                    std::to_string(now->total) + " judged: the same command goes on");
  }
}

}  // namespace

ReclassifyCommand::ReclassifyCommand(CLI::App& app)
    : command_(app.add_subcommand("reclassify", "Have the history judged anew by another model")) {
  command_->footer(
      "The answers that were given stay. On a database services go on, and every `auscult worker` "
      "with\nthe same model takes part; a folder must not be in use (a running service does it by "
      "POST\n/v1/reclassifications). Interrupted, the same command goes on.\n\nExample:\n"
      "  auscult reclassify --store postgresql://auscult@db/auscult --model models/next "
      "--where 'device=ward-3&from=2026-01-01'");
  store_.add_to(*command_);
  add_model_options(*command_, model_);
  command_->add_option("--where", where_,
                       "Which recordings, as GET /v1/recordings?... takes it; empty: all");
  add_setting(*command_, "--threads", threads_, "That judge here; 0: only workers do")
      ->check(CLI::Range(0, 256));
  log_.level = "warning";
  log_.add_to(*command_);
}

int ReclassifyCommand::run(std::ostream& out, std::ostream& err) const {
  const Status done = reclassify(out, err);
  if (!done) err << "auscult: " << done.error().message << '\n';
  return done ? 0 : 1;
}

Status ReclassifyCommand::reclassify(std::ostream& out, std::ostream& err) const {
  log_.apply();
  const sigset_t signals = block_signals();
  const auto models = service::ModelSlot::create([this] { return load_serving_model(model_); });
  if (!models) return models.error();
  const Result<storage::ListQuery> which = parse_where(where_, (*models)->current()->info().labels);
  if (!which) return which.error();
  auto store = open_served(store_);
  if (!store) return store.error();
  service::RecordingService recordings(**models, *store->recordings, service::ServiceConfig());
  const auto begun = recordings.queue().reclassify(where_, *which);
  if (!begun) return begun.error();
  MemoryBudget memory(http::ServerConfig().memory_budget_bytes);
  std::optional<queue::Runner> runner;
  if (threads_ > 0) {
    runner.emplace(
        recordings, memory,
        queue::RunnerConfig{
            .judges = threads_, .judged = {storage::JobKind::reclassify}, .tells = false});
  }
  const auto done = follow(recordings.queue(), *begun, signals, err);
  if (!done) return done.error();
  const auto changes = recordings.queue().reclassifications().changes(done->id);
  if (!changes) return changes.error();
  show(out, *done, *changes);
  return Ok{};
}

}  // namespace auscult::cli
