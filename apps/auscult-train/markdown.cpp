#include "markdown.hpp"

#include <array>
#include <cstdio>

namespace auscult::train {

using evaluation::Json;

std::string number(double value) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), "%.3f", value);
  return text.data();
}

Json at_pointer(const Json& report, const std::string& pointer) {
  const Json::json_pointer path(pointer);
  return report.contains(path) ? report.at(path) : Json();
}

std::string with_interval(const Json& report, const std::string& pointer) {
  const Json figure = at_pointer(report, pointer);
  if (figure.is_number_integer()) return figure.dump();
  if (figure.is_number()) return number(figure.get<double>());
  if (!figure.is_object() || !figure.contains("value")) return "-";
  std::string text = number(figure.at("value").get<double>());
  if (figure.contains("low")) {
    text += " (" + number(figure.at("low").get<double>()) + "-" +
            number(figure.at("high").get<double>()) + ")";
  }
  return text;
}

std::string with_verdict(const std::string& aim, const Json& report, const std::string& pointer) {
  const Json figure = at_pointer(report, pointer);
  const Json value = figure.is_object() && figure.contains("value") ? figure.at("value") : figure;
  if (aim.empty() || !value.is_number()) return aim;
  const double limit = std::stod(aim.substr(3));
  const auto reached = value.get<double>();
  const bool is_met = aim.starts_with(">=") ? reached >= limit : reached <= limit;
  return aim + (is_met ? ", met" : ", **missed**");
}

std::string figure_table(const Json& report, const std::vector<Column>& columns,
                         const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> cells = {{""}};
  for (const Column& column : columns) cells[0].push_back(column.title);
  for (const Row& row : rows) {
    cells.push_back({row.title});
    for (const Column& column : columns) {
      cells.back().push_back(with_interval(report, column.pointer + row.pointer));
    }
  }
  return text_table(cells);
}

std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += "|";
    for (const std::string& cell : rows[i]) text += cell.empty() ? " |" : " " + cell + " |";
    text += "\n";
    if (i > 0) continue;
    text += "|";
    for (std::size_t k = 0; k < rows[i].size(); ++k) text += " --- |";
    text += "\n";
  }
  return text;
}

}  // namespace auscult::train
