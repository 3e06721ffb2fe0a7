#include "service_under_test.hpp"

#include <spdlog/spdlog.h>

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <stdexcept>
#include <utility>
#include <vector>

namespace auscult::api_test {
namespace {

template <typename T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

}  // namespace

std::filesystem::path temporary_folder(const std::string& name) {
  std::string path =
      (std::filesystem::temp_directory_path() / ("auscult-" + name + "-XXXXXX")).string();
  if (mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make " + path);
  return path;
}

std::filesystem::path shipped_model() {
  return std::filesystem::path(AUSCULT_SOURCE_DIR) / "models" / "auscult-1";
}

ServiceUnderTest::ServiceUnderTest(Configuration configuration) : folder_(temporary_folder("api")) {
  (void)spdlog::default_logger();  // Made before there are threads, as the command does.
  const auto load_shipped = [metrics = configuration.model_metrics] {
    return service::ServingModel{value_of(classify::Classifier::load(shipped_model(), {})),
                                 metrics};
  };
  models_ = configuration.load_model
                ? value_of(service::ModelSlot::create(configuration.load_model))
                : std::make_unique<service::ModelSlot>(
                      std::make_shared<const service::ServingModel>(load_shipped()));
  const std::shared_ptr<const service::ServingModel> model = models_->current();
  store_.emplace(value_of(storage::SqliteRecordingStore::open(folder_, service::listening_copy)));
  service_.emplace(*models_, *store_, configuration.service);

  std::vector<classify::Workspace> workspaces;
  for (std::size_t i = 0; i < configuration.workers; ++i) {
    workspaces.push_back(model->classifier.make_workspace());
  }
  auto workers = std::make_unique<http::Workers>(std::move(workspaces), configuration.queue);
  workers_ = workers.get();
  if (configuration.openness) {
    audit_ = value_of(access::AuditLog::open(folder_));
    guard_.emplace(
        std::make_unique<storage::SqliteKeyStore>(value_of(storage::SqliteKeyStore::open(folder_))),
        store_->sql(), *configuration.openness, audit_.get());
    configuration.server.guard = &*guard_;
  }
  configuration.server.address = "127.0.0.1";
  configuration.server.port = 0;
  server_.emplace(
      value_of(http::Server::create(configuration.server, *service_, std::move(workers))));
  if (configuration.queue_workers > 0) {
    runner_.emplace(*service_, server_->memory(),
                    queue::RunnerConfig{.judges = configuration.queue_workers});
  }
  thread_ = std::thread([this] { server_->run(); });
}

ServiceUnderTest::~ServiceUnderTest() {
  stop();
  join();
  runner_.reset();
  server_.reset();
  guard_.reset();
  audit_.reset();
  service_.reset();
  store_.reset();
  std::filesystem::remove_all(folder_);
}

void ServiceUnderTest::join() {
  if (thread_.joinable()) thread_.join();
}

BusyWorker::BusyWorker(http::Workers& workers) {
  const bool taken = workers.try_submit({.run =
                                             [gate = gate_](classify::Workspace&) {
                                               gate->entered.count_down();
                                               gate->released.wait();
                                             },
                                         .refuse = [](const Error&) {}});
  if (!taken) throw std::runtime_error("no worker to keep busy");
  gate_->entered.wait();
}

void BusyWorker::release() {
  if (!std::exchange(is_released_, true)) gate_->released.count_down();
}

std::string heart_sounds(double duration_s, int rate_hz) {
  std::string pcm;
  const auto frames = static_cast<std::size_t>(duration_s * rate_hz);
  for (std::size_t i = 0; i < frames; ++i) {
    const double time = static_cast<double>(i) / rate_hz;
    double sample = 0;
    for (const double onset : {0.1, 0.4}) {
      const double since = std::fmod(time, 0.8) - onset;
      if (since >= 0) {
        sample += 0.4 * std::exp(-since / 0.03) * std::sin(2 * std::numbers::pi * 60 * since);
      }
    }
    const auto value = static_cast<std::uint16_t>(static_cast<int>(std::lround(sample * 32767)));
    pcm += static_cast<char>(value & 0xFFU);
    pcm += static_cast<char>(value >> 8U);
  }
  return pcm;
}

}  // namespace auscult::api_test
