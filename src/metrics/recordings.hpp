#pragma once

#include <string>
#include <string_view>

#include "core/recording.hpp"
#include "metrics/exposition.hpp"
#include "metrics/instruments.hpp"

namespace auscult::metrics {

// A ward's devices; those that come later share the name "other".
inline constexpr std::size_t kMaxDeviceSeries = 50;
// The classes of any model that was ever served by the process, and reasons of poor quality.
inline constexpr std::size_t kMaxClassSeries = 20;
inline constexpr std::size_t kMaxReasonSeries = 32;

/// What becomes of recordings. Any thread, no locks.
class RecordingMetrics {
 public:
  Histogram decode{kSeconds};
  Histogram classify{kSeconds};
  Histogram encode{kSeconds};  ///< The kept copy and the listening copy.
  Histogram store{kSeconds};   ///< With the wait for other writers.
  Counter reloads;
  Counter failed_reloads;

  /// A recording is stored; it took `store_s` seconds.
  void stored(const Recording& recording, double store_s);
  void expose(Exposition& out) const;

 private:
  struct ByClass {
    Counter recordings;
    Histogram confidence{kPercent};
  };
  struct ByDevice {
    BoundedTable<Counter> classes{kMaxClassSeries};
    Counter good;
    Counter poor;
  };
  BoundedTable<ByClass> classes_{kMaxClassSeries};
  BoundedTable<ByDevice> devices_{kMaxDeviceSeries};
  BoundedTable<Counter> reasons_{kMaxReasonSeries};
  Counter unreliable_;
  Counter bytes_;
};

/// What a reason of poor quality begins with, without its figures: "too short: 0.8 s, at least..."
/// is "too_short".
std::string reason_code(std::string_view reason);

}  // namespace auscult::metrics
