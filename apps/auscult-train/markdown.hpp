#pragma once

#include <string>
#include <vector>

#include "evaluation/report.hpp"

/// How figures are written in Markdown.
namespace auscult::train {

/// Three decimals.
std::string number(double value);

/// "0.815 (0.780-0.850)" of the figure {value, low, high} or of the plain number at a JSON pointer;
/// a dash where there is none.
std::string with_interval(const evaluation::Json& report, const std::string& pointer);

/// What stands at a JSON pointer, null if nothing does.
evaluation::Json at_pointer(const evaluation::Json& report, const std::string& pointer);

/// What was aimed at, ">= 0.83" or "<= 0.03", and whether the figure at a JSON pointer missed it:
/// "<= 0.03, **missed**". Empty without an aim.
std::string with_verdict(const std::string& aim, const evaluation::Json& report,
                         const std::string& pointer);

/// A column of a table of figures.
struct Column {
  std::string title;
  std::string pointer;  ///< Put before each row's.
};

/// A row of it.
struct Row {
  std::string title;
  std::string pointer;
};

/// A table of with_interval(column's pointer + row's pointer).
std::string figure_table(const evaluation::Json& report, const std::vector<Column>& columns,
                         const std::vector<Row>& rows);

/// A table of cells as they are; the first row is the header.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace auscult::train
