#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <vector>

#include "core/memory_budget.hpp"
#include "http/connection.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

namespace auscult::http {

/// An inference request whose body has been read. It owns its bytes until a worker is done with
/// them.
struct InferenceCall {
  Request request;
  std::vector<std::byte> body;
  MemoryBudget::Lease lease;
  Clock::time_point due;  ///< A worker does not start on it any more after this.
};

/// Has a worker answer it by the model in use, which must be the one that is named; nothing is
/// stored. Failures are {"error": text}: 404 if no such model serves, 503 as run_on_worker(), else
/// as parse_inference() and RecordingService::judge().
boost::asio::awaitable<Response> infer(InferenceCall call, Workers& workers,
                                       service::RecordingService& service);

}  // namespace auscult::http
