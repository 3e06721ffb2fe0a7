#include "metrics/exposition.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace auscult::metrics {
namespace {

std::string_view name_of(Type type) {
  switch (type) {
    case Type::counter:
      return "counter";
    case Type::gauge:
      return "gauge";
    case Type::histogram:
      return "histogram";
  }
  return "untyped";
}

void append_escaped(std::string& text, std::string_view value) {
  for (const char letter : value) {
    if (letter == '\n') {
      text += "\\n";
      continue;
    }
    if (letter == '\\' || letter == '"') text += '\\';
    text += letter;
  }
}

}  // namespace

std::string to_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::string(text.data(), end) : "NaN";
}

void Exposition::family(std::string_view name, Type type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  text_.append(name).append(" ").append(name_of(type)).append("\n");
}

void Exposition::line(std::string_view suffix, const Labels& labels, std::string_view value) {
  text_.append(name_).append(suffix);
  char before = '{';
  for (const auto& [name, content] : labels) {
    text_ += before;
    text_.append(name).append("=\"");
    append_escaped(text_, content);
    text_ += '"';
    before = ',';
  }
  if (!labels.empty()) text_ += '}';
  text_.append(" ").append(value).append("\n");
}

void Exposition::sample(double value, const Labels& labels) { line("", labels, to_text(value)); }

void Exposition::sample(const Counter& counter, const Labels& labels) {
  line("", labels, std::to_string(counter.value()));
}

void Exposition::sample(const Histogram& histogram, const Labels& labels) {
  // The count is that of the buckets, so that they agree whatever is counted meanwhile.
  const std::vector<std::uint64_t> counts = histogram.counts();
  Labels with_bound = labels;
  with_bound.emplace_back("le", "");
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    below += counts[i];
    const std::string bound =
        i < histogram.upper_bounds().size() ? to_text(histogram.upper_bounds()[i]) : "+Inf";
    with_bound.back().second = bound;
    line("_bucket", with_bound, std::to_string(below));
  }
  line("_sum", labels, to_text(histogram.sum()));
  line("_count", labels, std::to_string(below));
}

}  // namespace auscult::metrics
