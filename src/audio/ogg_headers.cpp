#include <ogg/ogg.h>

#include <algorithm>

#include "audio/container.hpp"

namespace auscult::audio {
namespace {

/// The packets of an Ogg file's first stream, read by libogg page by page.
class OggPackets {
 public:
  explicit OggPackets(std::span<const std::byte> bytes) : bytes_(bytes) { ogg_sync_init(&sync_); }
  OggPackets(const OggPackets&) = delete;
  OggPackets& operator=(const OggPackets&) = delete;
  ~OggPackets() {
    if (has_stream_) ogg_stream_clear(&stream_);
    ogg_sync_clear(&sync_);
  }

  /// Whether there is one more whole packet, and none was lost before it.
  bool next() {
    ogg_packet packet;
    int found = 0;
    while (!has_stream_ || (found = ogg_stream_packetout(&stream_, &packet)) == 0) {
      if (!read_page()) return false;
    }
    return found == 1;
  }

 private:
  bool read_page() {
    ogg_page page;
    while (ogg_sync_pageout(&sync_, &page) != 1) {
      constexpr std::size_t kStep = 4'096;
      const auto step = bytes_.first(std::min(kStep, bytes_.size()));
      if (step.empty()) return false;
      char* const buffer = ogg_sync_buffer(&sync_, static_cast<long>(step.size()));
      if (buffer == nullptr) return false;
      std::copy(step.begin(), step.end(), reinterpret_cast<std::byte*>(buffer));
      ogg_sync_wrote(&sync_, static_cast<long>(step.size()));
      bytes_ = bytes_.subspan(step.size());
    }
    if (!has_stream_) has_stream_ = ogg_stream_init(&stream_, ogg_page_serialno(&page)) == 0;
    if (has_stream_) ogg_stream_pagein(&stream_, &page);
    return has_stream_;
  }

  std::span<const std::byte> bytes_;
  ogg_sync_state sync_{};
  ogg_stream_state stream_{};
  bool has_stream_ = false;
};

}  // namespace

bool has_ogg_headers(std::span<const std::byte> bytes) {
  constexpr int kHeaders = 3;
  OggPackets packets(bytes);
  for (int i = 0; i < kHeaders; ++i) {
    if (!packets.next()) return false;
  }
  return true;
}

}  // namespace auscult::audio
