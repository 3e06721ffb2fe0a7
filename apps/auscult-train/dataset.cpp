#include "dataset.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "audio/decode.hpp"
#include "audio/resample.hpp"
#include "evaluation/table.hpp"
#include "front_end.hpp"

namespace auscult::train {
namespace {

Result<evaluation::Table> load_manifest(const std::string& path,
                                        const std::vector<std::string>& columns) {
  Result<evaluation::Table> table = evaluation::Table::load(path);
  if (!table) return table.error();
  for (const std::string& column : columns) {
    if (!table->has(column)) {
      return fail(ErrorCode::invalid_argument, path + ": has no column '" + column + "'");
    }
  }
  return table;
}

Result<int> parse_fold(const std::string& text, const std::string& file) {
  int fold = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fold);
  if (error != std::errc{} || end != text.data() + text.size() || fold < 0) {
    return fail(ErrorCode::invalid_argument, file + ": fold '" + text + "' is no number");
  }
  return fold;
}

Status add_pascal(const std::string& folder, std::vector<Example>& examples) {
  const Result<evaluation::Table> table =
      load_manifest(folder + "/pascal/manifest.csv", {"file", "label", "device", "group", "fold"});
  if (!table) return table.error();
  for (std::size_t row = 0; row < table->rows(); ++row) {
    Example example;
    example.file = "pascal/" + table->at(row, "file");
    const auto label = std::find(kLabels.begin(), kLabels.end(), table->at(row, "label"));
    if (label == kLabels.end()) {
      return fail(ErrorCode::invalid_argument,
                  example.file + ": no such label '" + table->at(row, "label") + "'");
    }
    example.label = static_cast<int>(label - kLabels.begin());
    example.group = table->at(row, "group");
    example.source = table->at(row, "device") == "iStethoscope" ? "A" : "B";
    const Result<int> fold = parse_fold(table->at(row, "fold"), example.file);
    if (!fold) return fold.error();
    example.fold = *fold;
    examples.push_back(std::move(example));
  }
  return Ok{};
}

Status add_circor(const std::string& folder, std::vector<Example>& examples) {
  const Result<evaluation::Table> table =
      load_manifest(folder + "/circor2022/manifest.csv",
                    {"file", "group", "patient", "murmur", "murmur_here", "fold"});
  if (!table) return table.error();
  for (std::size_t row = 0; row < table->rows(); ++row) {
    Example example;
    example.file = "circor2022/" + table->at(row, "file");
    example.group = table->at(row, "group");
    example.source = "circor";
    example.patient = table->at(row, "patient");
    example.patient_murmur = table->at(row, "murmur");
    if (table->at(row, "murmur_here") == "1") example.murmur = 1;
    if (example.patient_murmur == "Absent") example.murmur = 0;
    const Result<int> fold = parse_fold(table->at(row, "fold"), example.file);
    if (!fold) return fold.error();
    example.fold = *fold;
    examples.push_back(std::move(example));
  }
  return Ok{};
}

}  // namespace

Result<Dataset> load_dataset(const std::string& folder,
                             const std::function<void(std::size_t, std::size_t)>& progress) {
  Dataset dataset;
  for (const auto add : {add_pascal, add_circor}) {
    const Status added = add(folder, dataset.examples);
    if (!added) return added.error();
  }
  for (std::size_t i = 0; i < dataset.examples.size(); ++i) {
    Example& example = dataset.examples[i];
    Result<audio::DecodedAudio> decoded = audio::decode_file(folder + "/" + example.file, {});
    if (!decoded) {
      return fail(decoded.error().code, example.file + ": " + decoded.error().message);
    }
    example.samples = audio::resample(decoded->clip, kSampleRateHz).samples;
    progress(i + 1, dataset.examples.size());
  }
  return dataset;
}

}  // namespace auscult::train
