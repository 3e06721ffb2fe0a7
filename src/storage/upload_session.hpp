#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "core/time.hpp"

namespace auscult::storage {

/// Chunks whose numbers follow each other, both ends inclusive.
struct ChunkRange {
  int first = 0;
  int last = 0;
  bool operator==(const ChunkRange&) const = default;
};

/// A recording that comes in pieces.
struct UploadSession {
  std::string id;  ///< core/id.hpp
  std::string device;
  std::string declared;  ///< What was said of its audio at the start; the service's own words.
  Timestamp created_at;
  Timestamp expires_at;  ///< From then on it is not found.
  int chunks = 0;        ///< How many have come.
  std::int64_t bytes = 0;
  std::vector<ChunkRange> received;         ///< In order, none touching the next.
  std::optional<std::string> recording_id;  ///< What it became; empty while it is open.
  bool operator==(const UploadSession&) const = default;
};

/// What open sessions may hold.
struct SessionLimits {
  int max_sessions = limits::kMaxUploadSessions;
  int max_sessions_per_device = limits::kMaxUploadSessionsPerDevice;
  int max_chunks = limits::kMaxChunks;                    ///< Of one.
  std::int64_t max_bytes = limits::kDefaultMaxBodyBytes;  ///< Of one.
  std::int64_t max_bytes_per_device = limits::kMaxSessionBytesPerDevice;
  std::int64_t max_total_bytes = limits::kMaxSessionBytes;
};

/// One piece; `bytes` outlives the call it is passed to.
struct Chunk {
  std::string session;
  int number = 0;  ///< From 0.
  std::string sha256;
  std::span<const std::byte> bytes;
};

/// What became of a chunk: kept; there already, with the same bytes or with others; or too late,
/// since the session is finished.
enum class ChunkOutcome { stored, same, differs, finished };

}  // namespace auscult::storage
