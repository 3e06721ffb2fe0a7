#include "http/sound_lease.hpp"

#include <utility>

#include "service/recording_service.hpp"

namespace auscult::http {
namespace {

// Each sample as a float or a word in a vector that grows; then as many bytes in a WAV or a row of
// a picture, which take the place of what the growth took.
constexpr double kBytesPerSample = 8;

}  // namespace

Result<MemoryBudget::Lease> lease_sound(const Context& context, const Recording& recording) {
  const AudioSource& source = recording.source;
  const double samples = source.duration_s * source.sample_rate_hz * source.channels;
  MemoryBudget::Lease lease(context.memory);
  // The last is for evidence, where that is asked for.
  const std::size_t analysis =
      context.service.model()->classifier.analysis_bytes(source.duration_s);
  const Status fits = lease.add(static_cast<std::size_t>(kBytesPerSample * samples) + analysis);
  if (!fits) return fits.error();
  return lease;
}

}  // namespace auscult::http
