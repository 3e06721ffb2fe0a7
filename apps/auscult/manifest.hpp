#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "auscult/result.hpp"

namespace auscult::cli {

/// One recording of a manifest and what is known of it.
struct LabelledFile {
  std::filesystem::path file;
  std::string group;         ///< The patient or day that must not count twice; the file if unknown.
  std::string device;        ///< Or site; empty if the manifest does not say.
  std::optional<int> label;  ///< Into the model's labels.
  std::optional<bool> murmur;  ///< Of sets without our labels: a murmur, or what causes one.
};

/// A set of recordings with one manifest.
struct LabelledSet {
  std::string name;  ///< The folder's.
  std::vector<LabelledFile> files;
};

/// Reads DIR/manifest.csv, or that of each folder in DIR. Columns: `file` and either `label` (one
/// of the model's labels; or normal, abnormal; or N and the valve diseases AS, MR, MS, MVP) or
/// `murmur_here` (1, 0, or empty where it is not known, with `murmur` the patient's); optional
/// `group`, `patient`, `device` or `site`. Rows without a truth are left out, as are the silent
/// locations of patients who have a murmur elsewhere: they are no evidence of a healthy heart.
/// Fails with not_found or invalid_argument, naming manifest and column.
Result<std::vector<LabelledSet>> load_manifests(const std::filesystem::path& folder,
                                                const std::vector<std::string>& labels);

/// The same of one manifest of any name, whose files are named relative to `folder`.
Result<LabelledSet> load_manifest(const std::filesystem::path& path,
                                  const std::filesystem::path& folder,
                                  const std::vector<std::string>& labels);

}  // namespace auscult::cli
