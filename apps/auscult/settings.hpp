#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

/// Every setting comes from a flag, an environment variable or a TOML file, in this order of
/// precedence.
namespace auscult::cli {

/// "--data-dir" -> "AUSCULT_DATA_DIR"
std::string environment_name(std::string_view flag);

/// A flag with its environment variable; its default is shown in the help.
template <typename T>
CLI::Option* add_setting(CLI::App& command, const std::string& flag, T& value,
                         const std::string& help) {
  return command.add_option(flag, value, help)
      ->envname(environment_name(flag))
      ->capture_default_str();
}

/// Adds --config (AUSCULT_CONFIG): a TOML file with one table a command. A name that is no setting
/// is refused.
void add_config_file(CLI::App& app);

}  // namespace auscult::cli
