#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/instruments.hpp"

namespace auscult::metrics {

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

enum class Type { counter, gauge, histogram };

/// Writes metrics in Prometheus' text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/). The samples of a family follow
/// its head. One thread.
class Exposition {
 public:
  static constexpr const char* kContentType = "text/plain; version=0.0.4; charset=utf-8";

  /// `name` is one of ours: it is written as it is, and so are the labels' names.
  void family(std::string_view name, Type type, std::string_view help);
  /// Of the last family.
  void sample(double value, const Labels& labels = {});
  /// The same, exactly, also beyond 2^53.
  void sample(const Counter& counter, const Labels& labels = {});
  void sample(const Histogram& histogram, const Labels& labels = {});

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void line(std::string_view suffix, const Labels& labels, std::string_view value);

  std::string name_;
  std::string text_;
};

/// "0.25", "100", "1e-09", "+Inf", "NaN": the shortest that is read back the same.
std::string to_text(double value);

}  // namespace auscult::metrics
