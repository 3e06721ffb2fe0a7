#include "evaluation/table.hpp"

#include <fstream>
#include <utility>

namespace auscult::evaluation {
namespace {

std::vector<std::string> split(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::vector<std::string> cells;
  while (true) {
    const std::size_t comma = line.find(',');
    cells.emplace_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<Table> Table::load(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    return fail(ErrorCode::not_found, path + ": cannot be read");
  }
  Table table;
  const std::vector<std::string> header = split(line);
  for (std::size_t i = 0; i < header.size(); ++i) table.columns_[header[i]] = i;
  for (std::size_t number = 2; std::getline(file, line); ++number) {
    std::vector<std::string> cells = split(line);
    if (cells.size() != header.size() || line.find('"') != std::string::npos) {
      return fail(ErrorCode::invalid_argument, path + ", line " + std::to_string(number) +
                                                   ": expected " + std::to_string(header.size()) +
                                                   " unquoted cells, found " +
                                                   std::to_string(cells.size()));
    }
    table.rows_.push_back(std::move(cells));
  }
  return table;
}

}  // namespace auscult::evaluation
