#include "manual_command.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <sstream>
#include <utility>
#include <vector>

namespace auscult::cli {
namespace {

namespace fs = std::filesystem;

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option*) { return true; });
}

/// Text as troff reads it: no requests, no escapes, hyphens that can be copied.
std::string troff(const std::string& text) {
  std::string escaped;
  bool at_start = true;
  for (const char letter : text) {
    if (at_start && (letter == '.' || letter == '\'')) escaped += "\\&";
    at_start = letter == '\n';
    if (letter == '\\') {
      escaped += "\\e";
    } else if (letter == '-') {
      escaped += "\\-";
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  return text;
}

/// "auscult model" is the page auscult-model.
std::string page_name(std::string name) {
  std::ranges::replace(name, ' ', '-');
  return name;
}

void write_options(std::ostream& out, const CLI::App& app) {
  for (const CLI::Option* option : options_of(app)) {
    const bool is_flag = option->get_items_expected_max() == 0;
    out << ".TP\n\\fB" << troff(option->get_name(false, true)) << "\\fR";
    if (!is_flag && !option->get_type_name().empty()) {
      out << " \\fI" << troff(option->get_type_name()) << "\\fR";
    }
    out << '\n';
    out << troff(option->get_description());
    if (option->get_required()) out << " (required)";
    if (!option->get_default_str().empty()) {
      out << " [" << troff(option->get_default_str()) << ']';
    }
    if (!option->get_envname().empty()) out << "; environment: " << troff(option->get_envname());
    out << '\n';
  }
}

void write_footer(std::ostream& out, const CLI::App& app) {
  if (app.get_footer().empty()) return;
  out << ".PP\n.nf\n" << troff(app.get_footer()) << "\n.fi\n";
}

std::vector<std::string> flags_of(const CLI::App& app) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : options_of(app)) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  }
  return flags;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Words that may follow each command, by its name with its parents', "model export".
std::map<std::string, std::string> words_after(const CLI::App& app) {
  std::map<std::string, std::string> words;
  std::vector<std::pair<const CLI::App*, std::string>> apps = {{&app, ""}};
  while (!apps.empty()) {
    const auto [each, name] = std::move(apps.back());
    apps.pop_back();
    std::vector<std::string> next;
    for (const CLI::App* command : commands_of(*each)) {
      next.push_back(command->get_name());
      apps.emplace_back(command, name.empty() ? next.back() : name + " " + next.back());
    }
    for (const std::string& flag : flags_of(*each)) next.push_back(flag);
    words[name] = joined(next);
  }
  return words;
}

Status write_file(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) return Ok{};
  return fail(ErrorCode::storage_failure, path.string() + " cannot be written");
}

}  // namespace

std::string manual_page(const CLI::App& app, const std::string& name) {
  std::ostringstream out;
  out << ".TH " << upper(page_name(name)) << " 1 \"\" \"Auscult\" \"User Commands\"\n"
      << ".SH NAME\n"
      << troff(page_name(name)) << " \\- " << troff(app.get_description()) << '\n'
      << ".SH SYNOPSIS\n.B " << troff(name) << '\n'
      << (commands_of(app).empty() ? "[OPTIONS]" : "[OPTIONS] COMMAND") << '\n'
      << ".SH OPTIONS\n";
  write_options(out, app);
  write_footer(out, app);
  const auto commands = commands_of(app);
  const bool is_root = app.get_parent() == nullptr;
  if (!commands.empty()) out << ".SH COMMANDS\n";
  for (const CLI::App* command : commands) {
    const std::string whole = name + " " + command->get_name();
    if (is_root) {
      out << ".TP\n.BR " << troff(page_name(whole)) << " (1)\n"
          << troff(command->get_description()) << '\n';
      continue;
    }
    out << ".SS " << troff(whole) << '\n' << troff(command->get_description()) << '\n';
    write_options(out, *command);
    write_footer(out, *command);
  }
  if (is_root) {
    out << ".SH FILES\n.TP\n.I /etc/auscult/auscult.toml\n"
           "Settings of the service as the Debian package starts it.\n"
           ".TP\n.I /var/lib/auscult\nIts recordings.\n";
  } else {
    out << ".SH SEE ALSO\n.BR auscult (1)\n";
  }
  return out.str();
}

std::string bash_completion(const CLI::App& app) {
  const std::map<std::string, std::string> words = words_after(app);
  std::ostringstream out;
  out << "# Completion of auscult for bash; written by `auscult manual --bash-completion`.\n"
         "_auscult() {\n"
         "  local word command=\"\" next=\"\"\n"
         "  local current=\"${COMP_WORDS[COMP_CWORD]}\"\n"
         "  # The command: the words before this one that are part of its name.\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case \"${command:+$command }$word\" in\n";
  std::vector<std::string> patterns;
  for (const auto& [name, next] : words) {
    if (!name.empty()) patterns.push_back('"' + name + '"');
  }
  std::string alternatives;
  for (const std::string& one : patterns) {
    alternatives += (alternatives.empty() ? "" : " | ") + one;
  }
  out << "      " << alternatives << ") command=\"${command:+$command }$word\" ;;\n"
      << "    esac\n  done\n  case \"$command\" in\n";
  for (const auto& [name, next] : words) {
    out << "    \"" << name << "\") next=\"" << next << "\" ;;\n";
  }
  out << "  esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$next\" -- \"$current\")\n"
         "  if [[ $current != -* ]]; then\n"
         "    mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$current\")\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _auscult auscult\n";
  return out.str();
}

ManualCommand::ManualCommand(CLI::App& app)
    : app_(app),
      command_(app.add_subcommand("manual", "Write the manual pages and the completion for bash")) {
  command_->footer(
      "Example:\n"
      "  auscult manual | man -l -\n"
      "  source <(auscult manual --bash-completion)");
  command_
      ->add_option("--out", folder_,
                   "Write all of them into this folder: man1/*.1 and completions/auscult")
      ->type_name("DIR");
  command_->add_flag("--bash-completion", completion_, "Print the completion instead of the page");
}

int ManualCommand::run(std::ostream& out, std::ostream& err) const {
  if (folder_.empty()) {
    out << (completion_ ? bash_completion(app_) : manual_page(app_, app_.get_name()));
    return 0;
  }
  const Status written = write_all();
  if (!written) err << "auscult: " << written.error().message << '\n';
  return written ? 0 : 1;
}

Status ManualCommand::write_all() const {
  const fs::path folder = folder_;
  const std::string name = app_.get_name();
  Status written = write_file(folder / "man1" / (name + ".1"), manual_page(app_, name));
  for (const CLI::App* command : commands_of(app_)) {
    if (!written) return written;
    const std::string whole = name + " " + command->get_name();
    written = write_file(folder / "man1" / (page_name(whole) + ".1"), manual_page(*command, whole));
  }
  return written ? write_file(folder / "completions" / name, bash_completion(app_)) : written;
}

}  // namespace auscult::cli
