#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "auscult/result.hpp"
#include "core/recording.hpp"

namespace auscult::service {

/// A table of recordings for a spreadsheet: id, device, received_at, class, confidence, p_<label>
/// of each class, quality, reasons, heart_rate_bpm, duration_s, sample_rate_hz, label, note.
/// `labels` are the classes.
std::string history_csv(std::span<const Recording> recordings,
                        const std::vector<std::string>& labels);

/// What auscult-train and `auscult evaluate` read of the recordings with a corrected label, the
/// others are left out: file (<id>.wav), label, device, group, sample_rate_hz, duration_s, fold.
/// Nobody has said which recordings are one patient's, so a group is a device's day, which is not
/// split by the five folds.
std::string training_manifest(std::span<const Recording> recordings);

}  // namespace auscult::service
