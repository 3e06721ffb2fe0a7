#include "classify/reliability.hpp"

#include <cmath>

namespace auscult::classify {

std::vector<std::string> find_unreliable_reasons(const Classification& answer) {
  std::vector<std::string> reasons;
  if (answer.quality.verdict == Quality::Verdict::poor) {
    reasons.emplace_back("the recording is poor");
  }
  if (answer.confidence < kMinReliableConfidence) {
    const auto percent = static_cast<int>(std::floor(answer.confidence));
    reasons.push_back("undecided: only " + std::to_string(percent) + " % speak for " +
                      answer.class_name());
  }
  return reasons;
}

}  // namespace auscult::classify
