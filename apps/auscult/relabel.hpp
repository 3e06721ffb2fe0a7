#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "json/json.hpp"
#include "manifest.hpp"

namespace auscult::cli {

/// A device's fault, made on purpose: what was recorded at one rate is called another.
struct Relabelling {
  int recorded_hz = 0;
  int declared_hz = 0;
};

/// The faults that are measured, and the rates of which none is wrong.
std::vector<Relabelling> relabellings();

/// How often a suspect rate is told: for each set and device, each relabelling and, as false
/// alarms, each right rate, {recorded_hz, declared_hz, recordings, suspected, named (within 12 %,
/// which no heart can tell apart), exact}; the last three with 95 % intervals (bootstrap over the
/// groups). Recordings with the label Artifact (index `artifact`, -1 if there is none) hold no
/// heart: they are counted by themselves, and declared rightly only.
///
/// And what audio::examine() says of the same recordings as raw PCM: `advice`, by set and part
/// {as_they_are: share by code, faults_found: share by fault of layout_faults()}.
///
/// Each recording is resampled to the rate that it is to be recorded at, and then called by the
/// other; the detector is that of `model_folder`. Of each set every `every`th recording is taken.
/// Fails as HeartSoundDetector::load() does. What cannot be read is said on `err` and left out.
Result<json::Json> measure_relabelling(const std::vector<LabelledSet>& sets, int artifact,
                                       const std::filesystem::path& model_folder, int every,
                                       std::ostream& err);

/// The same as tables.
void write_relabelling(std::ostream& out, const json::Json& report);

}  // namespace auscult::cli
