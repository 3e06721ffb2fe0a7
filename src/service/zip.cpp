#include "service/zip.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace auscult::service {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kDirectoryHeader = 0x02014b50;
constexpr std::uint32_t kEndOfDirectory = 0x06054b50;
constexpr std::uint16_t kVersion = 20;

template <typename Integer>
void put(std::vector<std::byte>& bytes, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    bytes.push_back(static_cast<std::byte>((std::uint64_t{value} >> (8 * i)) & 0xFFU));
  }
}

void put(std::vector<std::byte>& bytes, const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  bytes.insert(bytes.end(), first, first + text.size());
}

/// Date and time as MS-DOS kept them.
std::pair<std::uint16_t, std::uint16_t> dos_time(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  const auto year = static_cast<unsigned>(std::clamp(static_cast<int>(date.year()), 1980, 2107));
  const unsigned days = (year - 1980) << 9U | static_cast<unsigned>(date.month()) << 5U |
                        static_cast<unsigned>(date.day());
  const auto seconds = static_cast<unsigned>(clock.hours().count()) << 11U |
                       static_cast<unsigned>(clock.minutes().count()) << 5U |
                       static_cast<unsigned>(clock.seconds().count()) / 2;
  return {static_cast<std::uint16_t>(days), static_cast<std::uint16_t>(seconds)};
}

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) * 0xEDB88320U);
    table[i] = value;
  }
  return table;
}

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes) {
  static constexpr auto kTable = crc_table();
  std::uint32_t value = 0xFFFFFFFFU;
  for (const std::byte byte : bytes) {
    value = (value >> 8U) ^ kTable[(value ^ static_cast<std::uint32_t>(byte)) & 0xFFU];
  }
  return ~value;
}

void ZipWriter::add(const std::string& name, Timestamp time, std::span<const std::byte> content) {
  const auto offset = static_cast<std::uint32_t>(bytes_.size());
  const auto size = static_cast<std::uint32_t>(content.size());
  const auto [date, clock] = dos_time(time);

  // What both headers have alike: version, flags, method 0 (stored), time, sums and lengths.
  std::vector<std::byte> common;
  put(common, kVersion);
  put(common, std::uint16_t{0});
  put(common, std::uint16_t{0});
  put(common, clock);
  put(common, date);
  put(common, crc32(content));
  put(common, size);
  put(common, size);
  put(common, static_cast<std::uint16_t>(name.size()));
  put(common, std::uint16_t{0});

  put(bytes_, kLocalHeader);
  bytes_.insert(bytes_.end(), common.begin(), common.end());
  put(bytes_, name);
  bytes_.insert(bytes_.end(), content.begin(), content.end());

  put(directory_, kDirectoryHeader);
  put(directory_, kVersion);
  directory_.insert(directory_.end(), common.begin(), common.end());
  put(directory_, std::uint16_t{0});  // Length of the comment.
  put(directory_, std::uint16_t{0});  // Disk.
  put(directory_, std::uint16_t{0});  // Internal attributes.
  put(directory_, std::uint32_t{0});  // External attributes.
  put(directory_, offset);
  put(directory_, name);
  ++count_;
}

std::vector<std::byte> ZipWriter::finish() && {
  const auto offset = static_cast<std::uint32_t>(bytes_.size());
  bytes_.insert(bytes_.end(), directory_.begin(), directory_.end());
  put(bytes_, kEndOfDirectory);
  put(bytes_, std::uint16_t{0});
  put(bytes_, std::uint16_t{0});
  put(bytes_, count_);
  put(bytes_, count_);
  put(bytes_, static_cast<std::uint32_t>(directory_.size()));
  put(bytes_, offset);
  put(bytes_, std::uint16_t{0});
  return std::move(bytes_);
}

}  // namespace auscult::service
