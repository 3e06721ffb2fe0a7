#include "storage/cursor.hpp"

#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdint>
#include <cstdio>

#include "core/id.hpp"

namespace auscult::storage {
namespace {

constexpr std::size_t kTimeDigits = 16;

}  // namespace

std::string encode(const Cursor& cursor) {
  std::array<char, kTimeDigits + 1> time{};
  (void)std::snprintf(time.data(), time.size(), "%016" PRIx64,
                      static_cast<std::uint64_t>(cursor.received_at.time_since_epoch().count()));
  return time.data() + cursor.id;
}

Result<Cursor> decode_cursor(std::string_view text) {
  const std::string_view digits = text.substr(0, kTimeDigits);
  const std::string_view id = text.substr(digits.size());
  std::uint64_t time = 0;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), time, 16);
  const Cursor cursor{Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(time)}},
                      std::string(id)};
  if (error != std::errc{} || !is_id(id) || encode(cursor) != text) {
    return fail(ErrorCode::invalid_argument,
                "the cursor is none: pass on next_cursor of the page before, unchanged");
  }
  return cursor;
}

}  // namespace auscult::storage
