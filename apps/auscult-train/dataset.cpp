#include "dataset.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <span>
#include <utility>

#include "audio/decode.hpp"
#include "audio/resample.hpp"
#include "evaluation/table.hpp"
#include "front_end.hpp"
#include "negatives.hpp"

namespace auscult::train {
namespace {

Result<evaluation::Table> load_manifest(const std::string& path,
                                        const std::vector<std::string>& columns) {
  Result<evaluation::Table> table = evaluation::Table::load(path);
  if (!table) return table.error();
  const auto missing =
      std::ranges::find_if(columns, [&](const std::string& column) { return !table->has(column); });
  if (missing != columns.end()) {
    return fail(ErrorCode::invalid_argument, path + ": has no column '" + *missing + "'");
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

// Where the recordings with our labels are, below `folder`: "pascal/", or "" for those that stand
// in its place, as the service exports them.
Result<std::string> find_labelled(const std::string& folder) {
  for (const std::string set : {"pascal/", ""}) {
    if (std::filesystem::exists(std::filesystem::path(folder) / set / "manifest.csv")) return set;
  }
  return fail(ErrorCode::not_found,
              folder + " has neither pascal/manifest.csv nor a manifest.csv of its own");
}

Status add_labelled(const std::string& folder, std::vector<Example>& examples) {
  const Result<std::string> set = find_labelled(folder);
  if (!set) return set.error();
  const Result<evaluation::Table> table = load_manifest(
      folder + "/" + *set + "manifest.csv", {"file", "label", "device", "group", "fold"});
  if (!table) return table.error();
  for (std::size_t row = 0; row < table->rows(); ++row) {
    Example example;
    example.file = *set + table->at(row, "file");
    const auto* const label = std::find(kLabels.begin(), kLabels.end(), table->at(row, "label"));
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
  if (!std::filesystem::exists(folder + "/circor2022/manifest.csv")) return Ok{};
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

// A set that is only judged: its source, its label for the healthy.
Status add_judged(const std::string& folder, const std::string& set, const std::string& healthy,
                  std::vector<Example>& examples) {
  const std::string path = folder + "/" + set + "/manifest.csv";
  if (!std::filesystem::exists(path)) return Ok{};
  const Result<evaluation::Table> table = load_manifest(path, {"file", "label"});
  if (!table) return table.error();
  for (std::size_t row = 0; row < table->rows(); ++row) {
    Example example;
    example.file = set + "/" + table->at(row, "file");
    example.group = example.file;
    example.source = table->has("site") ? "physionet-" + table->at(row, "site") : "yaseen";
    example.fold = static_cast<int>(row % kFolds);
    example.unseen = true;
    example.diseased = table->at(row, "label") == healthy ? 0 : 1;
    examples.push_back(std::move(example));
  }
  return Ok{};
}

void add_synthetic(int count, std::vector<Example>& examples) {
  constexpr std::uint64_t kSeed = 20'000;  // Apart from those that train.
  for (int i = 0; i < count; ++i) {
    Random random = random_for(kSeed, static_cast<std::uint64_t>(i), 1);
    Example example;
    const int kind = i % kNegatives;
    example.file = "synthetic/" + std::string(kNegativeNames[static_cast<std::size_t>(kind)]) +
                   "/" + std::to_string(i);
    example.group = example.file;
    example.source = "synthetic";
    example.fold = i / kNegatives % kFolds;
    example.samples = synthesise(static_cast<Negative>(kind), 10UL * kSampleRateHz, random);
    examples.push_back(std::move(example));
  }
}

Status decode_all(const std::string& folder, std::span<Example> examples,
                  const LoadListener& listener) {
  for (std::size_t i = 0; i < examples.size(); ++i) {
    Example& example = examples[i];
    const Result<audio::DecodedAudio> decoded = audio::decode_file(folder + "/" + example.file, {});
    if (!decoded) {
      return fail(decoded.error().code, example.file + ": " + decoded.error().message);
    }
    example.samples = audio::resample(decoded->clip, kSampleRateHz).samples;
    listener(i + 1, examples.size());
  }
  return Ok{};
}

}  // namespace

Result<Dataset> load_dataset(const std::string& folder, const LoadListener& listener) {
  Dataset dataset;
  for (const auto add : {add_labelled, add_circor}) {
    const Status added = add(folder, dataset.examples);
    if (!added) return added.error();
  }
  const Status decoded = decode_all(folder, dataset.examples, listener);
  if (!decoded) return decoded.error();
  return dataset;
}

Status add_unseen(const std::string& folder, int synthetic, Dataset& dataset,
                  const LoadListener& listener) {
  const std::size_t seen = dataset.examples.size();
  constexpr std::array<std::pair<const char*, const char*>, 2> kSets = {
      {{"yaseen2018", "N"}, {"physionet2016", "normal"}}};
  for (const auto& [set, healthy] : kSets) {
    const Status added = add_judged(folder, set, healthy, dataset.examples);
    if (!added) return added.error();
  }
  const Status decoded = decode_all(folder, std::span(dataset.examples).subspan(seen), listener);
  if (!decoded) return decoded.error();
  add_synthetic(synthetic, dataset.examples);
  return Ok{};
}

}  // namespace auscult::train
