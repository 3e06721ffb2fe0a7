#include "devices_command.hpp"

#include <algorithm>
#include <ostream>

#include "firmware/check.hpp"

namespace auscult::cli {
namespace {

using firmware::Case;
using json::Json;

/// All cases, or those named; fails with the first name that is none.
Result<std::vector<Case>> choose(const std::vector<std::string>& names) {
  const std::vector<Case> all = firmware::all_cases();
  if (names.empty()) return all;
  std::vector<Case> chosen;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(all, name, &Case::name);
    if (found == all.end()) {
      return fail(ErrorCode::invalid_argument,
                  "no case is called \"" + name + "\"; --list shows all");
    }
    chosen.push_back(*found);
  }
  return chosen;
}

void list(const std::vector<Case>& cases, const std::string& format, std::ostream& out) {
  Json all = Json::array();
  for (const Case& each : cases) {
    if (format == "json") {
      all.push_back({{"name", each.name},
                     {"device", each.device},
                     {"reason", each.reason},
                     {"must_see", each.must_see}});
    } else {
      out << each.name << (each.time == firmware::Time::full ? " (only with --full)" : "")
          << "\n    " << each.device << ": " << each.reason << "\n    must see: " << each.must_see
          << '\n';
    }
  }
  if (format == "json") out << all.dump(2) << '\n';
}

}  // namespace

DevicesCommand::DevicesCommand(CLI::App& app)
    : command_(app.add_subcommand("devices", "What devices need of a service")) {
  command_->require_subcommand(1);
  CLI::App* check = command_->add_subcommand(
      "check", "Send to a service what public firmware sends, and judge its answers");
  check->footer(
      "Example:\n"
      "  auscult devices check http://192.168.1.20:8000\n"
      "  auscult devices check http://localhost:8000 --only rate-44100 --format json\n\n"
      "Each case stores a recording of a synthetic heart under --device. Exit status: 0 all "
      "passed,\n"
      "1 some failed, 2 misused or nobody there.");
  check->add_option("url", url_, "The service, with or without /upload_audio")->type_name("URL");
  check->add_option("--only", only_, "Only the case of this name; may be given again")
      ->type_name("NAME");
  check->add_flag("--list", list_, "Show the cases and send nothing");
  check
      ->add_option("--device", device_,
                   "The name under which the recordings are stored; \"\" for the default one")
      ->capture_default_str()
      ->type_name("NAME");
  check->add_option("--key", key_, "The API key, if the service asks for one");
  check->add_flag("--full", full_, "Slow devices take their real time: some five minutes");
  check->add_option("--format", format_, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

int DevicesCommand::run(std::ostream& out, std::ostream& err) const {
  constexpr int kMisused = 2;
  const auto cases = choose(only_);
  if (!cases) {
    err << "auscult: " << cases.error().message << '\n';
    return kMisused;
  }
  if (list_) {
    list(*cases, format_, out);
    return 0;
  }
  const auto address = firmware::parse_address(url_);
  if (!address) {
    err << "auscult: " << address.error().message << '\n';
    return kMisused;
  }
  if (const auto wire = firmware::Wire::connect(*address, firmware::kDevicePatience); !wire) {
    err << "auscult: " << wire.error().message << '\n';
    return kMisused;
  }

  firmware::Bench bench(*address, {.device = device_, .key = key_, .is_full = full_});
  const std::string expected = firmware::reference_class(bench);
  Json report = Json::array();
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  for (const Case& each : *cases) {
    const firmware::Verdict verdict = firmware::check(each, bench, expected);
    ++(verdict.is_skipped ? skipped : verdict.passed() ? passed : failed);
    if (format_ == "json") {
      report.push_back(firmware::to_json(verdict));
    } else {
      out << firmware::to_text(verdict) << std::flush;
    }
  }
  if (format_ == "json") {
    const Json whole = {{"url", url_},      {"class", expected},  {"passed", passed},
                        {"failed", failed}, {"skipped", skipped}, {"cases", std::move(report)}};
    // What a server sends need not be UTF-8.
    out << whole.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  } else {
    out << passed << " passed, " << failed << " failed, " << skipped << " skipped\n";
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace auscult::cli
