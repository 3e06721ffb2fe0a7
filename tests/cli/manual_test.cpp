// `auscult manual`: pages and completion.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <sstream>

#include "cli.hpp"
#include "core/temporary_folder.hpp"
#include "manual_command.hpp"
#include "support/process.hpp"

namespace auscult::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string printed(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(run(arguments, out, err), 0) << err.str();
  return out.str();
}

/// The words after "Subcommands:" of a help text.
std::vector<std::string> subcommands() {
  const std::string help = printed({"--help"});
  std::istringstream lines(help.substr(help.find("Subcommands:") + 12));
  std::vector<std::string> found;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && !line.empty()) {
    if (line.rfind("  ", 0) != 0 || line[2] == ' ') continue;
    found.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return found;
}

TEST(Manual, HasAPageForEveryCommandWithEveryFlag) {
  const TemporaryFolder folder;
  printed({"manual", "--out", folder.path().string()});
  const std::string all = read(folder.path() / "man1" / "auscult.1");
  EXPECT_THAT(all, HasSubstr(".TH AUSCULT 1"));
  const std::vector<std::string> commands = subcommands();
  EXPECT_GT(commands.size(), 10U);
  for (const std::string& command : commands) {
    EXPECT_THAT(all, HasSubstr("auscult\\-" + command + " (1)"));
    EXPECT_THAT(read(folder.path() / "man1" / ("auscult-" + command + ".1")),
                HasSubstr(".SH SYNOPSIS"))
        << command;
  }
  const std::string serve = read(folder.path() / "man1" / "auscult-serve.1");
  for (const char* text :
       {R"(\-\-log\-format)", "AUSCULT_LOG_FORMAT", "[text]", R"(\-\-data\-dir)"}) {
    EXPECT_THAT(serve, HasSubstr(text));
  }
  EXPECT_THAT(read(folder.path() / "man1" / "auscult-model.1"), HasSubstr("\\-\\-triton"));
}

TEST(Manual, LeavesNoLineThatTroffWouldTakeForARequest) {
  CLI::App app("Tells.\n.PP of 'things'\n'quoted \\ too", "tool");
  const std::string page = manual_page(app, "tool");
  EXPECT_THAT(page, HasSubstr("\n\\&.PP of"));
  EXPECT_THAT(page, HasSubstr("\n\\&'quoted \\e too"));
}

/// What bash would offer after `words`, the last of which is begun.
std::string offered(const std::vector<std::string>& words) {
  const TemporaryFolder folder;
  const fs::path script = folder.path() / "completion";
  std::ofstream(script) << printed({"manual", "--bash-completion"});
  std::string quoted;
  for (const std::string& word : words) quoted += " '" + word + "'";
  const std::string commands =
      "cd " + folder.path().string() + " && source ./completion; COMP_WORDS=(" + quoted +
      "); COMP_CWORD=" + std::to_string(words.size() - 1) + R"(; _auscult; echo "${COMPREPLY[*]}")";
  const auscult::testing::Finished shell = auscult::testing::run_program({"bash", "-c", commands});
  EXPECT_EQ(shell.status, 0);
  return shell.out;
}

TEST(Completion, OffersCommandsSubcommandsAndFlags) {
  EXPECT_THAT(offered({"auscult", "ser"}), HasSubstr("serve"));
  EXPECT_EQ(offered({"auscult", "model", "exp"}), "export\n");
  EXPECT_EQ(offered({"auscult", "model", "export", "--tri"}), "--triton\n");
  EXPECT_THAT(offered({"auscult", "serve", "--log-"}), HasSubstr("--log-format"));
  EXPECT_THAT(offered({"auscult", "serve", "--port", "1", "--log-"}), HasSubstr("--log-level"));
  EXPECT_THAT(offered({"auscult", "classify", "--"}), Not(HasSubstr("--port")));
}

TEST(Completion, OffersFiles) {
  EXPECT_THAT(offered({"auscult", "classify", "comp"}), HasSubstr("completion"));
}

}  // namespace
}  // namespace auscult::cli
