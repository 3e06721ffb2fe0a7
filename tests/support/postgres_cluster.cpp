#include "support/postgres_cluster.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace auscult::postgres_test {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> find_programs() {
  std::error_code none;
  std::optional<fs::path> found;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    if (fs::exists(version.path() / "bin" / "initdb")) found = version.path() / "bin";
  }
  return found;
}

struct User {
  uid_t id = 0;
  gid_t group = 0;
};

/// Whom the server runs as, since it refuses root; empty: ourselves.
std::optional<User> other_user() {
  if (::geteuid() != 0) return std::nullopt;
  for (const char* name : {"postgres", "nobody"}) {
    std::array<char, 4096> text{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwnam_r(name, &entry, text.data(), text.size(), &found);
    if (found != nullptr) return User{found->pw_uid, found->pw_gid};
  }
  return std::nullopt;
}

/// Starts a program that ends when we do, its output going to `log`.
pid_t spawn(std::vector<std::string> command, const fs::path& log) {
  std::vector<std::string> all = {"setpriv", "--pdeathsig", "QUIT"};
  if (const std::optional<User> user = other_user()) {
    all.insert(all.end(), {"--reuid", std::to_string(user->id), "--regid",
                           std::to_string(user->group), "--clear-groups"});
  }
  all.insert(all.end(), command.begin(), command.end());
  std::vector<char*> arguments;
  for (std::string& argument : all) arguments.push_back(argument.data());
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, S_IRUSR | S_IWUSR);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = -1;
  const int failed =
      posix_spawnp(&pid, arguments.front(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start setpriv");
  return pid;
}

}  // namespace

PostgresCluster* PostgresCluster::shared() {
  static const std::unique_ptr<PostgresCluster> kCluster =
      []() -> std::unique_ptr<PostgresCluster> {
    const std::optional<fs::path> programs = find_programs();
    if (!programs) return nullptr;
    return std::unique_ptr<PostgresCluster>(new PostgresCluster(*programs));
  }();
  return kCluster.get();
}

PostgresCluster::PostgresCluster(fs::path programs) : programs_(std::move(programs)) {
  if (const std::optional<User> user = other_user()) {
    if (::chown(folder_.path().c_str(), user->id, user->group) != 0) {
      throw std::runtime_error("cannot give away " + folder_.path().string());
    }
  }
  const pid_t made = spawn({programs_ / "initdb", "-D", folder_.path() / "data", "-U", "auscult",
                            "-E", "UTF8", "--locale-provider=icu", "--icu-locale=en-US", "-A",
                            "trust", "--no-sync", "--no-instructions"},
                           folder_.path() / "log");
  int status = 0;
  ::waitpid(made, &status, 0);
  if (status != 0) throw std::runtime_error("initdb failed");
  start();
}

PostgresCluster::~PostgresCluster() { stop(); }

std::string PostgresCluster::url() const {
  return "postgresql://auscult@/postgres?host=" + folder_.path().string();
}

void PostgresCluster::start() {
  server_ = spawn({programs_ / "postgres", "-D", folder_.path() / "data", "-k", folder_.path(),
                   "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=50"},
                  folder_.path() / "log");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (PQping(url().c_str()) != PQPING_OK) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("PostgreSQL does not start");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void PostgresCluster::stop() {
  if (server_ < 0) return;
  ::kill(server_, SIGQUIT);
  ::waitpid(server_, nullptr, 0);
  server_ = -1;
}

std::string PostgresCluster::make_schema() {
  const std::string name = "store_" + std::to_string(++schemas_);
  run("CREATE SCHEMA " + name);
  return url() + "&options=-csearch_path%3D" + name;
}

std::string PostgresCluster::run(const std::string& sql, const std::string& url) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdb((url.empty() ? this->url() : url).c_str()), PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                             PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(PQerrorMessage(connection.get()));
  }
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

}  // namespace auscult::postgres_test
