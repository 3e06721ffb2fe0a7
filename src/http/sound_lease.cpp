#include "http/sound_lease.hpp"

#include <utility>

namespace auscult::http {
namespace {

// Each sample as a float or a word in a vector that grows; then as many bytes in a WAV or a row of
// a picture, which take the place of what the growth took.
constexpr double kBytesPerSample = 8;
// A copy at 2 kHz and its bands in doubles, where evidence is asked for.
constexpr double kAnalysisBytesPerS = 2'000 * 24;

}  // namespace

Result<MemoryBudget::Lease> lease_sound(const Context& context, const Recording& recording) {
  const AudioSource& source = recording.source;
  const double samples = source.duration_s * source.sample_rate_hz * source.channels;
  MemoryBudget::Lease lease(context.memory);
  const Status fits = lease.add(
      static_cast<std::size_t>(kBytesPerSample * samples + kAnalysisBytesPerS * source.duration_s));
  if (!fits) return fits.error();
  return lease;
}

}  // namespace auscult::http
