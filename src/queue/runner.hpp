#pragma once

#include <chrono>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/memory_budget.hpp"
#include "service/queue.hpp"
#include "service/recording_service.hpp"

namespace auscult::queue {

/// What a runner takes on.
struct RunnerConfig {
  unsigned judges = 1;  ///< Threads for uploads and histories.
  std::vector<storage::JobKind> judged = {storage::JobKind::upload,
                                          storage::JobKind::reclassify};  ///< The first ones first.
  bool tells = true;  ///< Whether one more thread sends webhooks.
  /// How long whoever ended without a word keeps its job from others.
  std::chrono::seconds lease{60};
};

/// Does what lies in a store's queue, in threads of its own, beside whichever other processes do:
/// judges uploads, then histories anew, and tells who is to be told. Looks twice a second, and when
/// Queue::wake() is called, which is not done for each webhook.
class Runner {
 public:
  /// Both outlive the runner.
  Runner(service::RecordingService& recordings, MemoryBudget& memory, RunnerConfig config);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  /// Waits until each thread is done with the recording that it is at.
  ~Runner();

 private:
  void judge(const std::stop_token& stop);
  void tell(const std::stop_token& stop);

  service::RecordingService& recordings_;
  service::Queue& queue_;
  MemoryBudget& memory_;
  RunnerConfig config_;
  std::vector<std::jthread> threads_;  ///< Last: they use all the above.
};

}  // namespace auscult::queue
