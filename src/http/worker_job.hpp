#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "http/connection.hpp"
#include "http/response.hpp"
#include "http/server.hpp"

namespace auscult::http {

/// What a worker answers. It owns all that it needs, even if by then nobody waits for the answer.
struct WorkerJob {
  std::function<Response(classify::Workspace&)> run;
  Response (*refuse)(const Error& error) = problem_response;  ///< What a failure is answered with.
  Clock::time_point due;  ///< A worker does not start on it any more after this.
};

/// Has a worker answer: 503 by `refuse` if the queue is full or it is due, 500 if `run` throws.
boost::asio::awaitable<Response> run_on_worker(WorkerJob job, Workers& workers);

}  // namespace auscult::http
