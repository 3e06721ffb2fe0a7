#include "model_options.hpp"

#include <map>

#include "settings.hpp"

namespace auscult::cli {
namespace {

constexpr const char* kDefaultModel = "models/auscult-1";

model::Precision precision_of(const std::string& name) {
  if (name == "f32") return model::Precision::f32;
  if (name == "bf16") return model::Precision::bf16;
  return model::Precision::automatic;
}

// LABEL=SHARE,...
Result<std::map<std::string, double>> parse_prevalence(const std::string& text) {
  std::map<std::string, double> prevalence;
  for (const std::string& entry : CLI::detail::split(text, ',')) {
    if (text.empty()) break;
    const std::size_t sign = entry.find('=');
    double share = 0;
    const bool is_read =
        sign != std::string::npos && CLI::detail::lexical_cast(entry.substr(sign + 1), share);
    if (!is_read || !prevalence.emplace(entry.substr(0, sign), share).second) {
      return fail(ErrorCode::invalid_argument,
                  "--prevalence '" + entry +
                      "': LABEL=SHARE is wanted, once for a label; several with commas");
    }
  }
  return prevalence;
}

}  // namespace

void add_model_options(CLI::App& command, ModelOptions& options) {
  add_setting(command, "--model", options.folder, "Folder with model.onnx")
      ->default_str("models/auscult-1, else the installed one");
  add_setting(command, "--precision", options.precision,
              "Arithmetic of the network: auto takes bf16 where the processor has it")
      ->check(CLI::IsMember({"auto", "f32", "bf16"}));
  add_setting(command, "--decision", options.decision,
              "How the class is chosen: natural, the most probable; balanced, as if all classes "
              "were equally frequent; sqrt, between the two")
      ->check(CLI::IsMember({"natural", "sqrt", "balanced"}));
  add_setting(command, "--prevalence", options.prevalence,
              "How often classes occur where the service is used, which its probabilities follow: "
              "Murmur=0.3,Artifact=0.02; the others share the rest. Default: as often as in the "
              "data of the model's calibration");
}

std::filesystem::path model_folder(const ModelOptions& options) {
  if (!options.folder.empty()) return options.folder;
  std::error_code ignored;
  if (std::filesystem::exists(kDefaultModel, ignored)) return kDefaultModel;
  return AUSCULT_DEFAULT_MODEL_DIR;
}

Result<classify::Classifier> load_classifier(const ModelOptions& options) {
  const auto decision = classify::parse_decision(options.decision);
  const auto prevalence = parse_prevalence(options.prevalence);
  if (!prevalence) return prevalence.error();
  auto classifier = classify::Classifier::load(
      model_folder(options), {.precision = precision_of(options.precision),
                              .decision = decision.value_or(classify::Decision::natural),
                              .prevalence = *prevalence});
  if (!classifier && classifier.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::not_found,
                classifier.error().message + "; name its folder with --model");
  }
  return classifier;
}

}  // namespace auscult::cli
