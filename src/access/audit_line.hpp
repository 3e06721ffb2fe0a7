#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/audit_log.hpp"

namespace auscult::access {

/// A line of the audit log without its line end, and its hash, which is that of all before the
/// member `hash`: {"line":8,...,"previous":"<hash>","hash":"<hash>"}
struct AuditLine {
  std::string text;
  std::string sha256;
};

/// The line that follows `head`.
AuditLine encode_line(const AuditEntry& entry, const storage::AuditHead& head);

/// What verification needs to know of a line.
struct DecodedLine {
  std::int64_t number = 0;
  std::string event;
  std::string previous;
  std::string sha256;
  bool is_sound = false;  ///< Whether the hash is that of the line.
};

/// Empty if `text` is no line of a log at all.
std::optional<DecodedLine> decode_line(std::string_view text);

/// The full files of a folder's log, oldest first.
std::vector<std::filesystem::path> files_set_aside(const std::filesystem::path& folder);

}  // namespace auscult::access
