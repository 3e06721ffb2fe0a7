#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/recording.hpp"
#include "http/connection.hpp"
#include "http/memory_budget.hpp"
#include "http/server.hpp"
#include "http/upload.hpp"

namespace auscult::http {

/// An upload whose body has been read. It owns its bytes until a worker is done with them, even
/// if by then nobody waits for the answer.
struct Submission {
  UploadHead head;
  std::vector<std::byte> body;
  MemoryBudget::Lease lease;
  Timestamp received_at;
  Clock::time_point due;  ///< A worker does not start on it any more after this.
  std::optional<double> paced_bytes_per_s = {};  ///< If steadily.
};

/// Whether to wait for a place in a full queue or to be told at once that there is none.
enum class Patience { none, until_due };

/// Has a worker take the upload, and waits for its outcome. Fails as read_upload() and
/// RecordingService::submit() do, with unavailable if the workers' queue is full (at once, or at
/// `due` with patience), and with deadline_exceeded at `due`; an upload that a worker had begun by
/// then is still stored.
boost::asio::awaitable<Result<Recording>> submit(Submission submission, Workers& workers,
                                                 service::RecordingService& service,
                                                 Patience patience = Patience::none);

}  // namespace auscult::http
