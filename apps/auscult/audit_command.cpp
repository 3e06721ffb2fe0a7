#include "audit_command.hpp"

#include <ostream>

#include "access/audit_log.hpp"
#include "postgres/key_store.hpp"
#include "settings.hpp"

namespace auscult::cli {
namespace {

Result<access::AuditVerdict> verify(const std::string& store) {
  if (!postgres::Address::is_meant(store)) return access::verify_audit_log(store);
  const Result<postgres::Address> address = postgres::Address::parse(store);
  if (!address) return address.error();
  auto pool = postgres::Pool::open(*address);
  if (!pool) return pool.error();
  return access::verify_audit_log(postgres::PostgresAuditTable(*std::move(pool)));
}

}  // namespace

AuditCommand::AuditCommand(CLI::App& app)
    : command_(app.add_subcommand("audit", "Check the log of accesses and changes")) {
  command_->require_subcommand(1);
  CLI::App* verify =
      command_->add_subcommand("verify", "Say whether the log is whole, or where it is not");
  verify->add_option("folder,--data-dir", folder_, "The data folder, or postgresql://...")
      ->envname(environment_name("--data-dir"))
      ->capture_default_str();
  verify->footer(
      "Exit status: 0 whole, 1 not, 2 it cannot be read. Keep the hash that it prints elsewhere:\n"
      "who can write the folder can also write a new log that is whole, but not with that hash.");
}

int AuditCommand::run(std::ostream& out, std::ostream& err) const {
  const Result<access::AuditVerdict> verdict = verify(folder_);
  if (!verdict) {
    err << "auscult: " << verdict.error().message << '\n';
    return 2;
  }
  if (!verdict->problem.empty()) {
    out << "BROKEN: " << verdict->problem << '\n';
    return 1;
  }
  if (verdict->first_line == 0) {
    out << "OK: the log is empty\n";
    return 0;
  }
  out << "OK: " << verdict->head.lines - verdict->first_line + 1 << " lines, "
      << verdict->first_line << " to " << verdict->head.lines << ", which ends in "
      << verdict->head.sha256 << '\n';
  if (verdict->first_line > 1) out << "Lines before " << verdict->first_line << " are not here.\n";
  return 0;
}

}  // namespace auscult::cli
