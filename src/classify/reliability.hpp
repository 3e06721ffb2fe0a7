#pragma once

#include <string>
#include <vector>

#include "core/recording.hpp"

namespace auscult::classify {

/// Below this, in percent, some other class or classes together are likelier than the answer.
inline constexpr double kMinReliableConfidence = 50;

/// Why the confidence of an answer is not to be relied on, in words for a person; empty if nothing
/// speaks against it: the recording is poor, or the confidence is below kMinReliableConfidence. A
/// pure function of the finished answer; further reasons belong here.
std::vector<std::string> find_unreliable_reasons(const Classification& answer);

}  // namespace auscult::classify
