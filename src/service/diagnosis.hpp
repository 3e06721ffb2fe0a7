#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audio/declaration.hpp"
#include "audio/examine.hpp"
#include "auscult/result.hpp"
#include "classify/classifier.hpp"
#include "core/memory_budget.hpp"
#include "core/rate_suspect.hpp"

namespace auscult::service {

/// One place where the format of an upload is said: the query, a header, the device's settings.
struct Source {
  std::string name;
  audio::Declaration says;
  bool is_fallback = false;  ///< Holds where nobody else says anything, so it contradicts nobody.
};

/// What counts of one property, and who said it; "default" if nobody did.
struct Settled {
  std::string value;
  std::string source;
};

/// What arrived, in words for who wrote the firmware.
struct Diagnosis {
  std::vector<Source> sources;  ///< Those that say something; the first to speak counts.
  Settled sample_rate;
  Settled channels;
  Settled format;
  Settled byte_order;
  audio::Examination found;
  /// What the service would have answered to it; empty if it cannot be read.
  std::optional<Classification> result;
  std::optional<RateSuspect> rate;       ///< Empty if nothing speaks against it, or it is unread.
  std::vector<audio::Finding> findings;  ///< All of them, the gravest first.
  std::string summary;                   ///< One sentence.
};

struct DiagnosisInput {
  std::span<const std::byte> body;
  std::vector<Source> sources = {};
  std::vector<audio::Finding> findings = {};  ///< Of the request around the body.
  std::optional<double> paced_bytes_per_s = {};
  MemoryBudget::Lease* memory = nullptr;  ///< What is decoded is counted against it.
};

/// Explains an upload. `sources` in order of precedence. With a classifier, also whether the rate
/// is that of a heart. `paced_bytes_per_s` as in submit(). No input fails, a failure of the model
/// is a finding; what fails is that others hold the memory it takes: unavailable, or too_large if
/// it would take all there is. Stores nothing. Any thread, with one Workspace each.
Result<Diagnosis> diagnose(const DiagnosisInput& input, const classify::Classifier* classifier,
                           classify::Workspace* workspace);

}  // namespace auscult::service
