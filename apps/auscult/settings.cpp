#include "settings.hpp"

#include <algorithm>
#include <cctype>
#include <memory>

#include "core/environment.hpp"

namespace auscult::cli {
namespace {

// CLI11 lets the file win over the environment; we leave out of the file what the environment says.
class EnvironmentFirst : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    auto settings = CLI::ConfigTOML::from_config(input);
    std::erase_if(settings, [](const CLI::ConfigItem& item) {
      return environment(environment_name(item.name)).has_value();
    });
    return settings;
  }
};

}  // namespace

std::string environment_name(std::string_view flag) {
  std::string name = "AUSCULT_";
  flag.remove_prefix(std::min(flag.find_first_not_of('-'), flag.size()));
  for (const char letter : flag) {
    name +=
        letter == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return name;
}

void add_config_file(CLI::App& app) {
  app.config_formatter(std::make_shared<EnvironmentFirst>());
  app.set_config("--config", "", "TOML file with settings, one table a command")
      ->envname("AUSCULT_CONFIG");
  app.allow_config_extras(CLI::config_extras_mode::error);
}

}  // namespace auscult::cli
