#include "scores_file.hpp"

#include <charconv>
#include <cstdio>
#include <fstream>

#include "evaluation/table.hpp"

namespace auscult::train {
namespace {

std::string column(std::uint64_t seed, int score) {
  return "s" + std::to_string(seed) + "_" + std::to_string(score);
}

template <typename Number>
bool parse(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Status save_scores(const std::string& path, const Dataset& dataset,
                   const std::vector<std::uint64_t>& seeds, const std::vector<SeedScores>& scores) {
  std::ofstream file(path);
  file << "file,source,group,patient,patient_murmur,fold,label,murmur,diseased";
  for (const std::uint64_t seed : seeds) {
    for (int k = 0; k < kScores; ++k) file << ',' << column(seed, k);
  }
  file << '\n';
  for (std::size_t i = 0; i < dataset.examples.size(); ++i) {
    if (scores[i].empty()) continue;
    const Example& example = dataset.examples[i];
    file << example.file << ',' << example.source << ',' << example.group << ',' << example.patient
         << ',' << example.patient_murmur << ',' << example.fold << ',' << example.label << ','
         << example.murmur << ',' << example.diseased;
    for (const std::vector<double>& of_seed : scores[i]) {
      for (const double value : of_seed) {
        char text[32];
        std::snprintf(text, sizeof text, "%.9g", value);
        file << ',' << text;
      }
    }
    file << '\n';
  }
  file.close();
  if (!file) return fail(ErrorCode::storage_failure, path + ": cannot be written");
  return Ok{};
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
    for (const std::uint64_t seed : scored.seeds) {
      scores.emplace_back(kScores);
      for (int k = 0; k < kScores; ++k) {
        read = read && table->has(column(seed, k)) &&
               parse(table->at(row, column(seed, k)), scores.back()[static_cast<std::size_t>(k)]);
      }
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
