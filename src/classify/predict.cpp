#include "audio/decode.hpp"
#include "auscult/classify.hpp"
#include "classify/classifier.hpp"
#include "core/environment.hpp"

namespace auscult {

Result<std::pair<int, double>> predict_class_with_confidence(const std::string& audio_file) {
  // Immutable once loaded; the signature of the contract leaves no place to pass it in.
  static const Result<classify::Classifier> kClassifier = [] {
    return classify::Classifier::load(
        environment("AUSCULT_MODEL").value_or(AUSCULT_DEFAULT_MODEL_DIR), {});
  }();
  if (!kClassifier) return kClassifier.error();

  const auto decoded = audio::decode_file(audio_file, {});
  if (!decoded) return decoded.error();
  auto workspace = kClassifier->make_workspace();
  const auto answer = kClassifier->classify(decoded->clip, workspace);
  if (!answer) return answer.error();
  return std::pair{answer->class_index, answer->confidence};
}

}  // namespace auscult
