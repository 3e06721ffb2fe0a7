#pragma once

#include <string>
#include <utility>

#include "auscult/result.hpp"

namespace auscult {

/// Classifies the heart sounds of an audio file (WAV, FLAC, OGG or MP3).
///
/// Returns the class index (Artifact 0, Murmur 1, Normal 2, Extrahls 3, Extrastole 4) and the
/// calibrated probability of that class in percent. The model is the installed one, or that of the
/// folder named by the environment variable AUSCULT_MODEL; it is loaded by the first call and kept.
/// Fails with not_found, malformed_audio or unsupported_format for the file, and with
/// unsupported_model if the model cannot be loaded. Any thread.
Result<std::pair<int, double>> predict_class_with_confidence(const std::string& audio_file);

}  // namespace auscult
