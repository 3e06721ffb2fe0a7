#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

#include "access/audit_line.hpp"
#include "access/audit_log.hpp"
#include "storage/sqlite_key_store.hpp"

namespace auscult::access {
namespace {

namespace fs = std::filesystem;

/// Follows the chain line by line.
class Chain {
 public:
  explicit Chain(storage::AuditHead remembered) : remembered_(std::move(remembered)) {}

  /// Takes a file's text; false at the first line that is not as it should be.
  bool follow(const std::string& file, std::istream& lines) {
    std::string text;
    for (std::int64_t at = 1; std::getline(lines, text); ++at) {
      // Without a line end it is being written, or was when the power went.
      if (lines.eof()) return true;
      if (!take(file + ":" + std::to_string(at), text)) return false;
    }
    return true;
  }

  /// Takes a line from `place`; false if it is not as it should be.
  bool take(const std::string& place, const std::string& text) {
    const std::string problem = check(text);
    if (!problem.empty()) verdict_.problem = place + ": " + problem;
    return problem.empty();
  }

  AuditVerdict finish() && {
    if (verdict_.problem.empty() && verdict_.head.lines < remembered_.lines) {
      verdict_.problem = "the end is missing: the log has " + std::to_string(verdict_.head.lines) +
                         " lines, and the database remembers " + std::to_string(remembered_.lines);
    }
    return std::move(verdict_);
  }

 private:
  std::string check(const std::string& text) {
    const std::optional<DecodedLine> line = decode_line(text);
    if (!line) return "this is no line of an audit log";
    if (!line->is_sound) return "the line was changed: its hash is another";
    const bool is_first = verdict_.first_line == 0;
    if (is_first) verdict_.first_line = line->number;
    if (!is_first && line->number != verdict_.head.lines + 1) {
      return "line " + std::to_string(line->number) + " follows line " +
             std::to_string(verdict_.head.lines);
    }
    if (!is_first && line->previous != verdict_.head.sha256) {
      return "the line does not follow from the one before";
    }
    if (is_first && line->number == 1 && !line->previous.empty()) {
      return "the first line follows from another";
    }
    if (line->event == "audit.truncated") {
      return "lines before this one were cut off, as the service found when it started";
    }
    if (line->number == remembered_.lines && line->sha256 != remembered_.sha256) {
      return "the database remembers another line here";
    }
    verdict_.head = {line->number, line->sha256};
    return {};
  }

  storage::AuditHead remembered_;
  AuditVerdict verdict_;
};

}  // namespace

std::vector<fs::path> files_set_aside(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("audit-", 0) == 0 && entry.path().extension() == ".jsonl") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());  // Their names are numbers of one width.
  return files;
}

Result<AuditVerdict> verify_audit_log(const fs::path& folder) {
  std::error_code error;
  storage::AuditHead remembered;
  if (fs::exists(folder / "auscult.db", error)) {
    // Asked first: what it remembers is in the log already.
    Result<storage::SqliteKeyStore> keys = storage::SqliteKeyStore::open(folder);
    if (!keys) return keys.error();
    const Result<storage::AuditHead> head = keys->audit_head();
    if (!head) return head.error();
    remembered = *head;
  }
  const fs::path present = folder / "audit.jsonl";
  std::vector<fs::path> older;
  std::stringstream lines;
  {
    // So that it is not set aside between the list and the reading.
    const storage::FileDescriptor lock(::open(present.c_str(), O_RDONLY | O_CLOEXEC));
    if (lock.is_open()) ::flock(lock.get(), LOCK_SH);
    older = files_set_aside(folder);
    std::ifstream file(present, std::ios::binary);
    if (lock.is_open() && !file) {
      return fail(ErrorCode::storage_failure, present.string() + " cannot be read");
    }
    std::copy(std::istreambuf_iterator<char>(file), {}, std::ostreambuf_iterator<char>(lines));
  }
  Chain chain(remembered);
  bool whole = true;
  for (const fs::path& path : older) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::storage_failure, path.string() + " cannot be read");
    whole = whole && chain.follow(path.filename().string(), file);
  }
  if (whole) chain.follow(present.filename().string(), lines);
  return std::move(chain).finish();
}

Result<AuditVerdict> verify_audit_log(const storage::AuditTable& table) {
  constexpr int kLinesAtATime = 1'000;
  // Asked first: what it remembers is in the log already.
  const Result<storage::AuditHead> remembered = table.head();
  if (!remembered) return remembered.error();
  Chain chain(*remembered);
  for (std::int64_t after = 0;;) {
    const Result<std::vector<storage::AuditLineRow>> rows = table.read_after(after, kLinesAtATime);
    if (!rows) return rows.error();
    for (const storage::AuditLineRow& row : *rows) {
      if (!chain.take("line " + std::to_string(row.number), row.text)) {
        return std::move(chain).finish();
      }
      after = row.number;
    }
    if (rows->size() < kLinesAtATime) return std::move(chain).finish();
  }
}

}  // namespace auscult::access
