#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "auscult/result.hpp"
#include "classify/classifier.hpp"

namespace auscult::cli {

/// The flags that every command with a model shares.
struct ModelOptions {
  std::filesystem::path folder;
  std::string precision = "auto";
  std::string prevalence;  ///< LABEL=SHARE,...
  std::string decision = "sqrt";
};

void add_model_options(CLI::App& command, ModelOptions& options);

/// The folder with model.onnx: the one asked for, else models/auscult-1 below the working folder if
/// that is there, else the installed one.
std::filesystem::path model_folder(const ModelOptions& options);

Result<classify::Classifier> load_classifier(const ModelOptions& options);

}  // namespace auscult::cli
