#include "serving.hpp"

#include <malloc.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "http/log_lines.hpp"
#include "input_reference.hpp"
#include "settings.hpp"

namespace auscult::cli {
namespace {

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

void LogOptions::add_to(CLI::App& command) {
  add_setting(command, "--log-level", level, "What is logged on standard error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}));
  add_setting(command, "--log-format", format,
              "Lines for people, or an object a line with request and trace ids for programs")
      ->check(CLI::IsMember({"text", "json"}));
}

void LogOptions::apply() const {
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  spdlog::set_level(spdlog::level::from_str(level));
  if (is_json()) spdlog::set_formatter(http::make_json_formatter());
}

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void give_large_blocks_back() {
  // glibc raises both bounds to the size of whatever was freed, up to 32 MiB: after a few long
  // recordings it would keep hundreds of megabytes for the next ones.
  // NOLINTBEGIN(concurrency-mt-unsafe): before there are threads
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 22);
  // NOLINTEND(concurrency-mt-unsafe)
}

Result<service::ServingModel> load_serving_model(const ModelOptions& options) {
  auto classifier = load_classifier(options);
  if (!classifier) return classifier.error();
  auto inputs = load_reference(model_folder(options));
  if (!inputs) return inputs.error();
  return service::ServingModel{*std::move(classifier),
                               read_text(model_folder(options) / "metrics.json"),
                               *std::move(inputs)};
}

}  // namespace auscult::cli
