#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "storage/key_store.hpp"

namespace auscult::storage {

/// A line of an audit log without its line end, and its hash.
struct AuditRow {
  std::string text;
  std::string sha256;
};

/// Where a line lies in the table.
struct AuditLineRow {
  std::int64_t number = 0;
  std::string text;
};

/// The audit log of a store that several processes share. Any thread.
class AuditTable {
 public:
  virtual ~AuditTable() = default;

  /// Appends the line that `make` makes to follow the head, and moves that; everybody else who
  /// appends waits meanwhile. What a loss of power may cost is less than a second.
  virtual Status append(const std::function<AuditRow(const AuditHead&)>& make) = 0;
  [[nodiscard]] virtual Result<AuditHead> head() const = 0;
  /// The lines that follow line number `line`, at most `limit`.
  [[nodiscard]] virtual Result<std::vector<AuditLineRow>> read_after(std::int64_t line,
                                                                     int limit) const = 0;
};

}  // namespace auscult::storage
