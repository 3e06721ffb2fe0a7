#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::evaluation {

/// A table with a header line. Cells are text; quoted cells are not needed by any manifest and are
/// refused.
class Table {
 public:
  /// Reads a comma-separated file. Fails with not_found, and with invalid_argument (file and line)
  /// on a row that is not as long as the header.
  static Result<Table> load(const std::string& path);

  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  [[nodiscard]] bool has(const std::string& column) const { return columns_.contains(column); }

  /// The cell of a column that exists (see has()).
  [[nodiscard]] const std::string& at(std::size_t row, const std::string& column) const {
    return rows_[row][columns_.at(column)];
  }

 private:
  std::map<std::string, std::size_t> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace auscult::evaluation
