#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "service/outcome.hpp"
#include "service/recording_service.hpp"
#include "service/repeats.hpp"
#include "storage/recording_store.hpp"

namespace auscult::service {

/// What ends a session, and what its client believes to have sent.
struct FinishRequest {
  std::string session;
  std::optional<int> chunks;          ///< How many there are.
  std::optional<std::string> sha256;  ///< Of all bytes, in lower-case hexadecimal.
};

/// Which chunks of a session have not come: those below `count`, or below the last that has.
std::vector<storage::ChunkRange> missing_chunks(const storage::UploadSession& session,
                                                std::optional<int> count);

/// Recordings that come in pieces: what RecordingService is for those that come at once. Every
/// piece that is acknowledged is on disk. Any thread.
class UploadSessions {
 public:
  /// Recordings and store outlive it.
  UploadSessions(RecordingService& recordings, storage::RecordingStore& store, ServiceConfig config)
      : recordings_(recordings), store_(store), config_(std::move(config)) {}

  /// Begins a recording of which `start` says everything but its body, as of its `received_at`.
  /// Fails as settle() and RecordingStore::open_session() do.
  Result<storage::UploadSession> open(const Upload& start);
  [[nodiscard]] Result<storage::UploadSession> find(const std::string& id, Timestamp at) const;
  /// Keeps a piece: true if it is new, false if it was there. Fails as RecordingStore::put_chunk()
  /// does, and with invalid_argument on an empty one.
  Result<std::variant<bool, Conflict>> put(const std::string& id, int number,
                                           std::span<const std::byte> bytes, Timestamp at);
  Status remove(const std::string& id);

  /// How many bytes finish() will read, or its outcome if that needs no work any more.
  [[nodiscard]] Result<std::variant<std::int64_t, Outcome>> ready(const FinishRequest& request,
                                                                  Timestamp at) const;
  /// Makes the recording: the one that the same bytes would be at once. Done again it gives the
  /// same answer. Fails as find() and RecordingService::submit() do. What it takes beyond ready()'s
  /// bytes is counted against `memory`, which may be null.
  Result<Outcome> finish(const FinishRequest& request, Timestamp at, classify::Workspace& workspace,
                         MemoryBudget::Lease* memory = nullptr);

 private:
  RecordingService& recordings_;
  storage::RecordingStore& store_;
  ServiceConfig config_;
  Turns turns_;  ///< Of sessions that are being finished.
};

}  // namespace auscult::service
