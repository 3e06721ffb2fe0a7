#include "input_reference.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <optional>

#include "audio/decode.hpp"

namespace auscult::cli {
namespace {

using metrics::kFeatures;

Result<metrics::FeatureValues> measure(const classify::Classifier& classifier,
                                       classify::Workspace& workspace,
                                       const std::filesystem::path& file) {
  const auto decoded = audio::decode_file(file.string(), {});
  if (!decoded) return decoded.error();
  const classify::Heard heard = classify::listen(decoded->clip, classifier.rates_hz());
  const auto result = classifier.classify(heard, workspace);
  if (!result) return result.error();
  return metrics::values_of({.beginning = heard.beginning.samples,
                             .sample_rate_hz = heard.sample_rate_hz,
                             .duration_s = heard.duration_s(),
                             .level = heard.level.level(),
                             .heart_rate_bpm = result->heart_rate_bpm});
}

}  // namespace

Result<std::string> measure_reference(
    const classify::Classifier& classifier, std::span<const std::filesystem::path> files,
    const std::function<void(const std::filesystem::path& file, const Error& error)>& unread) {
  std::array<std::vector<std::optional<double>>, kFeatures.size()> columns;
  classify::Workspace workspace = classifier.make_workspace();
  for (const std::filesystem::path& file : files) {
    const auto values = measure(classifier, workspace, file);
    if (!values) {
      unread(file, values.error());
      continue;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i].push_back((*values)[i]);
  }
  if (columns[0].empty()) {
    return fail(ErrorCode::invalid_argument, "no recording could be read: nothing to refer to");
  }
  std::vector<metrics::FeatureReference> references;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    references.push_back(metrics::make_reference(kFeatures[i], columns[i]));
  }
  return metrics::write_references(references, columns[0].size());
}

Result<std::shared_ptr<metrics::InputCounts>> load_reference(
    const std::filesystem::path& model_folder) {
  const std::filesystem::path path = model_folder / kReferenceName;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::shared_ptr<metrics::InputCounts>();
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto references = metrics::parse_references(text);
  if (!references) {
    return fail(ErrorCode::unsupported_model, path.string() + ": " + references.error().message +
                                                  "; write it anew with `auscult model reference`");
  }
  return std::make_shared<metrics::InputCounts>(*std::move(references));
}

}  // namespace auscult::cli
