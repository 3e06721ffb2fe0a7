#include "audio/resample.hpp"

#include <soxr.h>

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <new>
#include <utility>

namespace auscult::audio {
namespace {

// What soxr works through at a time stays in the processor's cache: twice as fast as a long clip
// in one piece.
constexpr std::size_t kBlockFrames = 8'192;

}  // namespace

void Resampler::Delete::operator()(soxr* resampler) const { soxr_delete(resampler); }

Resampler::Resampler(int from_hz, int to_hz) : from_hz_(from_hz) {
  assert(from_hz > 0 && to_hz > 0);
  result_.sample_rate_hz = to_hz;
  if (from_hz == to_hz) return;
  const soxr_io_spec_t floats = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
  soxr_error_t error = nullptr;
  soxr_.reset(soxr_create(from_hz, to_hz, 1, &error, &floats, &quality, &one_thread));
  // With valid rates only its own allocations can fail.
  if (soxr_ == nullptr || error != nullptr) throw std::bad_alloc();
}

void Resampler::expect(std::size_t frames) {
  const auto to = static_cast<std::size_t>(result_.sample_rate_hz);
  // soxr's last block may be longer than what is kept of it.
  result_.samples.reserve(frames * to / static_cast<std::size_t>(from_hz_) + kBlockFrames);
}

void Resampler::take(std::span<const float> block) {
  taken_ += block.size();
  if (soxr_ == nullptr) {
    result_.samples.insert(result_.samples.end(), block.begin(), block.end());
    return;
  }
  while (!block.empty()) {
    const auto piece = block.first(std::min(block.size(), kBlockFrames));
    append(piece);
    block = block.subspan(piece.size());
  }
}

// Gives soxr a block, none for the end, and takes all that it has ready.
void Resampler::append(std::span<const float> block) {
  block_.resize(kBlockFrames);
  const float* from = block.data();
  std::size_t left = block.size();
  for (;;) {
    std::size_t used = 0;
    std::size_t made = 0;
    if (soxr_process(soxr_.get(), from, left, &used, block_.data(), block_.size(), &made) !=
        nullptr) {
      throw std::bad_alloc();
    }
    result_.samples.insert(result_.samples.end(), block_.begin(),
                           block_.begin() + static_cast<std::ptrdiff_t>(made));
    if (from != nullptr) from += used;
    left -= used;
    if (left == 0 && made < block_.size()) return;
  }
}

AudioClip Resampler::finish() && {
  if (soxr_ != nullptr) {
    append({});
    const auto from = static_cast<std::uint64_t>(from_hz_);
    const auto to = static_cast<std::uint64_t>(result_.sample_rate_hz);
    result_.samples.resize((taken_ * to + from / 2) / from);
  }
  return std::move(result_);
}

AudioClip resample(const AudioClip& clip, int sample_rate_hz) {
  if (clip.sample_rate_hz == sample_rate_hz) return clip;
  Resampler resampler(clip.sample_rate_hz, sample_rate_hz);
  resampler.expect(clip.samples.size());
  resampler.take(clip.samples);
  return std::move(resampler).finish();
}

const AudioClip& at_rate(const AudioClip& clip, int sample_rate_hz, AudioClip& kept) {
  if (clip.sample_rate_hz == sample_rate_hz) return clip;
  kept = resample(clip, sample_rate_hz);
  return kept;
}

}  // namespace auscult::audio
