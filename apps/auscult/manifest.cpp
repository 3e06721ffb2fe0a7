#include "manifest.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "evaluation/table.hpp"

namespace auscult::cli {
namespace {

namespace fs = std::filesystem;

// Of PhysioNet/CinC 2016 and Yaseen 2018.
constexpr std::array<std::string_view, 2> kHealthy{"normal", "N"};
constexpr std::array<std::string_view, 5> kDiseased{"abnormal", "AS", "MR", "MS", "MVP"};

std::string cell(const evaluation::Table& table, std::size_t row, const std::string& column) {
  return table.has(column) ? table.at(row, column) : std::string();
}

void set_truth(const evaluation::Table& table, std::size_t row,
               const std::vector<std::string>& labels, LabelledFile& file) {
  if (table.has("murmur_here")) {
    const std::string& here = table.at(row, "murmur_here");
    if (here == "1") file.murmur = true;
    if (here == "0" && cell(table, row, "murmur") == "Absent") file.murmur = false;
    return;
  }
  const std::string& label = table.at(row, "label");
  if (const auto found = std::ranges::find(labels, label); found != labels.end()) {
    file.label = static_cast<int>(found - labels.begin());
  } else if (std::ranges::find(kHealthy, label) != kHealthy.end()) {
    file.murmur = false;
  } else if (std::ranges::find(kDiseased, label) != kDiseased.end()) {
    file.murmur = true;
  }
}

}  // namespace

Result<LabelledSet> load_manifest(const fs::path& path, const fs::path& folder,
                                  const std::vector<std::string>& labels) {
  const auto table = evaluation::Table::load(path.string());
  if (!table) return table.error();
  if (!table->has("file") || !(table->has("label") || table->has("murmur_here"))) {
    return fail(ErrorCode::invalid_argument,
                path.string() + " needs the column file and one of label, murmur_here");
  }

  LabelledSet set{.name = fs::weakly_canonical(folder).filename().string(), .files = {}};
  for (std::size_t row = 0; row < table->rows(); ++row) {
    const std::string& name = table->at(row, "file");
    LabelledFile file{.file = folder / name,
                      .group = cell(*table, row, "group"),
                      .device = cell(*table, row, "device"),
                      .label = {},
                      .murmur = {}};
    if (file.device.empty()) file.device = cell(*table, row, "site");
    if (file.group.empty()) file.group = cell(*table, row, "patient");
    if (file.group.empty()) file.group = name;
    set_truth(*table, row, labels, file);
    if (file.label || file.murmur) set.files.push_back(std::move(file));
  }
  if (set.files.empty()) {
    return fail(ErrorCode::invalid_argument, path.string() + " has no label that is known here");
  }
  return set;
}

Result<std::vector<LabelledSet>> load_manifests(const fs::path& folder,
                                                const std::vector<std::string>& labels) {
  std::vector<fs::path> folders;
  std::error_code error;
  if (fs::exists(folder / "manifest.csv", error)) folders.push_back(folder);
  if (folders.empty()) {
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      std::error_code ignored;
      if (fs::exists(entry->path() / "manifest.csv", ignored)) folders.push_back(entry->path());
    }
    std::ranges::sort(folders);
  }
  if (folders.empty()) {
    return fail(ErrorCode::not_found,
                folder.string() + " has no manifest.csv, nor has a folder in it");
  }

  std::vector<LabelledSet> sets;
  for (const fs::path& each : folders) {
    auto set = load_manifest(each / "manifest.csv", each, labels);
    if (!set) return set.error();
    sets.push_back(*std::move(set));
  }
  return sets;
}

}  // namespace auscult::cli
