#include "scores_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <span>

#include "evaluation/table.hpp"

namespace auscult::train {
namespace {

std::string column(std::uint64_t seed, int score) {
  return "s" + std::to_string(seed) + "_" + std::to_string(score);
}

std::string forest_column(std::size_t score) { return "forest_" + std::to_string(score); }

void write(std::ofstream& file, std::span<const double> values) {
  for (const double value : values) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%.9g", value);
    file << ',' << text.data();
  }
}

template <typename Number>
bool parse(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
}

}  // namespace

Status save_scores(const std::string& path, const Dataset& dataset,
                   const std::vector<std::uint64_t>& seeds, const std::vector<SeedScores>& scores) {
  const auto scored = std::ranges::find_if(scores, [](const auto& of) { return !of.empty(); });
  const std::size_t forest_columns =
      scored == scores.end() ? 0 : scored->front().size() - std::size_t{kScores};
  std::ofstream file(path);
  file << "file,source,group,patient,patient_murmur,fold,label,murmur,diseased";
  for (const std::uint64_t seed : seeds) {
    for (int k = 0; k < kScores; ++k) file << ',' << column(seed, k);
  }
  for (std::size_t k = 0; k < forest_columns; ++k) file << ',' << forest_column(k);
  file << '\n';
  for (std::size_t i = 0; i < dataset.examples.size(); ++i) {
    if (scores[i].empty()) continue;
    const Example& example = dataset.examples[i];
    file << example.file << ',' << example.source << ',' << example.group << ',' << example.patient
         << ',' << example.patient_murmur << ',' << example.fold << ',' << example.label << ','
         << example.murmur << ',' << example.diseased;
    for (const std::vector<double>& of_seed : scores[i]) {
      write(file, std::span(of_seed).first(kScores));
    }
    // The same beside every network.
    write(file, std::span(scores[i].front()).subspan(kScores));
    file << '\n';
  }
  file.close();
  if (!file) return fail(ErrorCode::storage_failure, path + ": cannot be written");
  return Ok{};
}

bool has_forest(const ScoredDataset& scored) {
  return !scored.scores.empty() && scored.scores.front().front().size() > kScores;
}

Result<ScoredDataset> load_scores(const std::string& path) {
  const Result<evaluation::Table> table = evaluation::Table::load(path);
  if (!table) return table.error();
  for (const char* name : {"file", "source", "group", "patient", "patient_murmur", "fold", "label",
                           "murmur", "diseased"}) {
    if (!table->has(name)) {
      return fail(ErrorCode::invalid_argument, path + ": has no column '" + name + "'");
    }
  }
  ScoredDataset scored;
  for (std::uint64_t seed = 0; seed <= kMaxSeed; ++seed) {
    if (table->has(column(seed, 0)) && table->has(column(seed, kScores - 1))) {
      scored.seeds.push_back(seed);
    }
  }
  for (std::size_t row = 0; row < table->rows(); ++row) {
    Example example;
    example.file = table->at(row, "file");
    example.source = table->at(row, "source");
    example.group = table->at(row, "group");
    example.patient = table->at(row, "patient");
    example.patient_murmur = table->at(row, "patient_murmur");
    bool read = parse(table->at(row, "fold"), example.fold) &&
                parse(table->at(row, "label"), example.label) &&
                parse(table->at(row, "murmur"), example.murmur) &&
                parse(table->at(row, "diseased"), example.diseased);
    SeedScores scores;
    const auto read_into = [&](const std::string& name, std::vector<double>& values) {
      values.emplace_back();
      read = read && table->has(name) && parse(table->at(row, name), values.back());
    };
    std::vector<double> forest;
    while (table->has(forest_column(forest.size()))) {
      read_into(forest_column(forest.size()), forest);
    }
    for (const std::uint64_t seed : scored.seeds) {
      scores.emplace_back();
      for (int k = 0; k < kScores; ++k) read_into(column(seed, k), scores.back());
      scores.back().insert(scores.back().end(), forest.begin(), forest.end());
    }
    if (!read) {
      return fail(ErrorCode::invalid_argument,
                  path + ", line " + std::to_string(row + 2) + ": a cell is no number");
    }
    scored.examples.push_back(std::move(example));
    scored.scores.push_back(std::move(scores));
  }
  return scored;
}

}  // namespace auscult::train
