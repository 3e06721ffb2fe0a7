#pragma once

#include <string_view>
#include <vector>

#include "firmware/bench.hpp"

namespace auscult::firmware {

/// Whether a case sends the whole sound of all cases, and so must get the class that all get.
enum class Sound { same, other };
/// Whether a case only makes sense with all its time, so that it is run when asked for.
enum class Time { quick, full };

/// One way in which public firmware talks to a server.
struct Case {
  std::string_view name;      ///< "rate-44100"
  std::string_view device;    ///< What sends like this.
  std::string_view reason;    ///< Why it is a case of its own.
  std::string_view must_see;  ///< What the device must get, in one line.
  Outcome (*run)(Bench& bench) = nullptr;
  Sound sound = Sound::same;
  Time time = Time::quick;
};

/// Rates, words, channels, files, types and headers: what is sent.
std::vector<Case> format_cases();
/// Pieces, pace, breaks and impatience: how it is sent.
std::vector<Case> transport_cases();

/// All of them, in the order in which they are run; each name once. The first is the reference.
std::vector<Case> all_cases();

}  // namespace auscult::firmware
