#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "core/memory_budget.hpp"
#include "core/recording.hpp"
#include "http/connection.hpp"
#include "http/server.hpp"
#include "http/upload.hpp"
#include "service/outcome.hpp"
#include "service/upload_sessions.hpp"

namespace auscult::http {

/// An upload whose body has been read. It owns its bytes until a worker is done with them, even
/// if by then nobody waits for the answer.
struct Submission {
  /// Whether one that is sent again gets the answer of the first.
  enum class Repeats { replay, store };

  UploadHead head;
  std::vector<std::byte> body;
  MemoryBudget::Lease lease;
  Timestamp received_at;
  Clock::time_point due;  ///< A worker does not start on it any more after this.
  Repeats repeats = Repeats::replay;
  std::optional<service::FinishRequest> finish = {};  ///< Set: a session's chunks are the body.
  std::optional<double> paced_bytes_per_s = {};       ///< If steadily.
  /// Who waits for the answer: if it is reset, no worker starts on it either. None: it is kept
  /// whatever happens to its sender.
  Connection* client = nullptr;
  /// What it is judged by; null: by the model in use when its turn comes.
  std::shared_ptr<const service::ServingModel> model = {};
};

/// Whether to wait for a place in a full queue or to be told at once that there is none.
enum class Patience { none, until_due };

/// Has a worker take the upload, and waits for its outcome. Fails as read_upload(),
/// RecordingService::submit_once() and UploadSessions::finish() do, with unavailable if the
/// workers' queue is full (at once, or at `due` with patience) or the memory that its samples take
/// is not to be had, and with deadline_exceeded at `due`; an upload that a worker had begun by then
/// is still stored.
boost::asio::awaitable<Result<service::Outcome>> submit(Submission submission, Workers& workers,
                                                        service::RecordingService& service,
                                                        Patience patience = Patience::none);

}  // namespace auscult::http
