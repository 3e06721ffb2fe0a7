#include "support/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace auscult::testing {
namespace {

int wait_status(pid_t pid) {
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Starts a program whose standard output is the pipe's end that is returned in `output`.
pid_t spawn(std::vector<std::string> command, int& output) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");

  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t pid = -1;
  const int failed =
      posix_spawnp(&pid, arguments.front(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    throw std::runtime_error("cannot start " + command.front());
  }
  output = ends[0];
  return pid;
}

// Appends what is there to read, at least a byte; false at the end of the output.
bool read_some(int output, std::string& text) {
  std::array<char, 4096> buffer{};
  const ssize_t count = read(output, buffer.data(), buffer.size());
  if (count <= 0) return false;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace

Finished run_program(const std::vector<std::string>& command) {
  int output = -1;
  const pid_t pid = spawn(command, output);
  Finished finished;
  while (read_some(output, finished.out)) {
  }
  close(output);
  finished.status = wait_status(pid);
  return finished;
}

ServerProcess::ServerProcess(const std::filesystem::path& data_folder,
                             const std::vector<std::string>& more_flags) {
  std::vector<std::string> command{AUSCULT_BINARY, "serve",  "--address",  "127.0.0.1",
                                   "--port",       "0",      "--data-dir", data_folder,
                                   "--log-level",  "warning"};
  if (std::find(more_flags.begin(), more_flags.end(), "--model") == more_flags.end()) {
    command.insert(command.end(), {"--model", AUSCULT_TEST_MODEL});
  }
  command.insert(command.end(), more_flags.begin(), more_flags.end());
  pid_ = spawn(command, output_);

  std::string text;
  while (text.find('\n') == std::string::npos) {
    if (!read_some(output_, text)) {
      const int status = wait_status(std::exchange(pid_, -1));
      close(output_);
      throw std::runtime_error("auscult serve ended with " + std::to_string(status) + ": " + text);
    }
  }
  const std::size_t begin = text.find("http");
  url_ = text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

ServerProcess::~ServerProcess() {
  if (pid_ > 0) end(SIGKILL);
  close(output_);
}

void ServerProcess::tell(int signal) const { kill(pid_, signal); }

int ServerProcess::end(int signal) {
  kill(pid_, signal);
  return wait_status(std::exchange(pid_, -1));
}

}  // namespace auscult::testing
