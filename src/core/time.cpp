#include "core/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace auscult {
namespace {

// Takes exactly `digits` decimal digits from the front of `text`.
bool take_number(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits) return false;
  const char* end = text.data() + digits;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.front() == '-') return false;
  text.remove_prefix(digits);
  return true;
}

bool take_char(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// ".125" in milliseconds; digits past the third are cut off.
bool take_fraction(std::string_view& text, int& milliseconds) {
  milliseconds = 0;
  if (!take_char(text, '.')) return true;
  std::size_t digits = 0;
  for (int weight = 100; digits < text.size() && text[digits] >= '0' && text[digits] <= '9';
       ++digits, weight /= 10) {
    milliseconds += weight * (text[digits] - '0');
  }
  text.remove_prefix(digits);
  return digits >= 1 && digits <= 9;
}

// "Z" or "+hh:mm".
bool take_offset(std::string_view& text, std::chrono::minutes& offset) {
  if (take_char(text, 'Z') || take_char(text, 'z')) {
    offset = std::chrono::minutes{0};
    return true;
  }
  const bool negative = text.starts_with('-');
  if (!negative && !text.starts_with('+')) return false;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_number(text, 2, hours) || !take_char(text, ':') || !take_number(text, 2, minutes) ||
      hours > 23 || minutes > 59) {
    return false;
  }
  offset = std::chrono::minutes{(negative ? -1 : 1) * (hours * 60 + minutes)};
  return true;
}

}  // namespace

Timestamp now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string format_timestamp(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 48> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
      static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

Result<Timestamp> parse_timestamp(std::string_view text) {
  const Error malformed =
      fail(ErrorCode::invalid_argument,
           "'" + std::string(text.substr(0, 40)) + "' is not a time; write 2026-11-22T09:30:00Z");
  int year = 0;
  int month = 0;
  int day = 0;
  if (!take_number(text, 4, year) || !take_char(text, '-') || !take_number(text, 2, month) ||
      !take_char(text, '-') || !take_number(text, 2, day)) {
    return malformed;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return malformed;
  const Timestamp midnight = std::chrono::sys_days{date};
  if (text.empty()) return midnight;

  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  int milliseconds = 0;
  std::chrono::minutes offset{};
  if (!(take_char(text, 'T') || take_char(text, 't') || take_char(text, ' ')) ||
      !take_number(text, 2, hours) || !take_char(text, ':') || !take_number(text, 2, minutes) ||
      !take_char(text, ':') || !take_number(text, 2, seconds) ||
      !take_fraction(text, milliseconds) || !take_offset(text, offset) || !text.empty() ||
      hours > 23 || minutes > 59 || seconds > 60) {
    return malformed;
  }
  return midnight + std::chrono::hours{hours} + std::chrono::minutes{minutes} +
         std::chrono::seconds{seconds} + std::chrono::milliseconds{milliseconds} - offset;
}

}  // namespace auscult
