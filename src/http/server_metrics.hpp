#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "core/memory_budget.hpp"
#include "http/router.hpp"
#include "metrics/exposition.hpp"
#include "metrics/instruments.hpp"
#include "service/worker_pool.hpp"

namespace auscult::http {

/// How requests were answered, by route. Any thread, no locks.
class RequestMetrics {
 public:
  RequestMetrics();

  /// `route`: one of routes(), or null for a request that has none.
  void answered(const Route* route, int status, double seconds);
  void expose(metrics::Exposition& out) const;

 private:
  static constexpr int kFirstStatus = 100;
  static constexpr int kStatuses = 500;
  struct OfRoute {
    metrics::Histogram seconds{metrics::kSeconds};
    std::array<metrics::Counter, kStatuses> statuses;
  };
  std::vector<OfRoute> routes_;  ///< In the order of routes(), then of those without one.
};

/// What the server itself counts. Any thread, no locks but that of the workers' queue when it is
/// exposed.
struct ServerMetrics {
  service::WorkerPool<classify::Workspace>& workers;
  MemoryBudget& memory;
  RequestMetrics requests = {};
  std::atomic<std::size_t> connections = 0;  ///< Without those that are refused.
  metrics::Counter refused_connections = {};

  void expose(metrics::Exposition& out) const;
};

}  // namespace auscult::http
