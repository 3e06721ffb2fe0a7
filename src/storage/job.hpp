#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auscult/result.hpp"
#include "core/time.hpp"

/// Work that is kept in the store until it is done, by whichever process comes first.
namespace auscult::storage {

enum class JobKind : std::uint8_t {
  upload,      ///< Judge what was sent, and store it.
  reclassify,  ///< Judge some stored recordings by another model.
  webhook,     ///< Tell somebody of a recording.
};
inline constexpr std::array kJobKinds = {JobKind::upload, JobKind::reclassify, JobKind::webhook};

std::string_view to_string(JobKind kind);
/// Empty on a name that is none.
std::optional<JobKind> parse_job_kind(std::string_view name);

/// Whose turn at a job it is: with each turn `attempt` is one more, so that who was too slow finds
/// that it is somebody else's now.
struct JobClaim {
  std::string id;
  int attempt = 0;
};

struct Job {
  std::string id;  ///< Of an upload: that of the recording it becomes.
  JobKind kind = JobKind::upload;
  std::string subject;                     ///< The recording, or the reclassification, by its id.
  std::string details;                     ///< What is to be done, in the words of whoever does it.
  std::optional<std::string> model;        ///< SHA-256 of the only one that may do it.
  std::optional<std::string> key;          ///< Of an upload: as Origin has it,
  std::optional<std::string> fingerprint;  ///< and that.
  std::int64_t bytes = 0;                  ///< Of its body.
  Timestamp created_at;
  Timestamp due_at;      ///< It is not begun before; while somebody is at it, theirs until then.
  int attempts = 0;      ///< How often it was begun.
  int forgiven = 0;      ///< So many of those do not count, since people had it tried again.
  bool is_dead = false;  ///< Whether it was given up.
  std::optional<Error> error;  ///< Why it failed the last time.

  [[nodiscard]] JobClaim claim() const { return {id, attempts}; }
  [[nodiscard]] int tries() const { return attempts - forgiven; }
};

}  // namespace auscult::storage
