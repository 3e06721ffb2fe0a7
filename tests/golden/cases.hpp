#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "signals.hpp"

namespace auscult::golden {

/// A model and the clips to run it on.
struct Case {
  std::string name;  ///< Also a file name.
  std::vector<std::byte> model;
  std::vector<Signal> clips;
};

/// One small model for each operator, or for a few attributes of one.
std::vector<Case> operator_cases();

/// The network of the shipped architecture, alone and as three in one, on synthetic clips.
std::vector<Case> standin_cases();

/// Each model of models/ on synthetic clips.
std::vector<Case> shipped_cases();

/// A forest beside a shipped model.
struct ForestFile {
  std::string name;  ///< The model's.
  std::vector<std::byte> bytes;
};
std::vector<ForestFile> shipped_forests();

/// The same on some real recordings below `data`.
std::vector<Case> real_cases(const std::filesystem::path& data);

}  // namespace auscult::golden
