#include "store_command.hpp"

#include <ostream>
#include <utility>

#include "core/time.hpp"
#include "postgres/copy.hpp"
#include "postgres/pool.hpp"
#include "settings.hpp"
#include "storage/copy.hpp"
#include "storage/schema.hpp"

namespace auscult::cli {
namespace {

/// Of a store that is a folder, or a URL.
template <typename OfFolder, typename OfDatabase>
Result<storage::CopySide> side_of(const std::string& name, OfFolder of_folder,
                                  OfDatabase of_database) {
  if (!postgres::Address::is_meant(name)) return of_folder(name);
  const Result<postgres::Address> address = postgres::Address::parse(name);
  if (!address) return address.error();
  return of_database(*address);
}

}  // namespace

StoreCommand::StoreCommand(CLI::App& app)
    : command_(app.add_subcommand("store", "Bring a store up to date, or move it into another")) {
  command_->require_subcommand(1);
  command_->footer(
      "A store is a folder, or a PostgreSQL database that several services share. Its password "
      "is\nbest kept out of the command line: in ~/.pgpass, or in AUSCULT_STORE.\n\nExample:\n"
      "  auscult store copy --from /var/lib/auscult --to postgresql://auscult@db/auscult\n"
      "  systemctl stop auscult\n"
      "  auscult store copy --from /var/lib/auscult --to postgresql://auscult@db/auscult --resume");
  migrate_ = command_->add_subcommand(
      "migrate", "Bring a store's schema to this program's version, as `serve` does at its start");
  migrate_->add_option("store,--store", store_, "A folder, or postgresql://USER@HOST/DATABASE")
      ->envname(environment_name("--store"))
      ->required();
  copy_ = command_->add_subcommand(
      "copy",
      "Copy everything but the audit log, and compare both sides; the source may be in use");
  copy_->add_option("--from", from_, "A folder, or postgresql://USER@HOST/DATABASE")->required();
  copy_->add_option("--to", to_, "Likewise; no service may be using it")->required();
  copy_->add_flag("--resume", resume_,
                  "Go on with a copy that was interrupted, or have it follow what changed since");
  copy_->add_flag("--replace", replace_, "Delete what is in the target");
}

int StoreCommand::run(std::ostream& out, std::ostream& err) const {
  const Status done = migrate_->parsed() ? migrate(out) : copy(out);
  if (!done) err << "auscult: " << done.error().message << '\n';
  return done ? 0 : 1;
}

Status StoreCommand::migrate(std::ostream& out) const {
  std::string name = store_;
  if (postgres::Address::is_meant(store_)) {
    const Result<postgres::Address> address = postgres::Address::parse(store_);
    if (!address) return address.error();
    name = address->shown();
    const auto pool = postgres::Pool::open(*address);
    if (!pool) return pool.error();
  } else {
    const Result<storage::CopySide> side = storage::copy_target(store_);
    if (!side) return side.error();
  }
  out << name << ": its schema is version " << storage::schema_version() << '\n';
  return Ok{};
}

Status StoreCommand::copy(std::ostream& out) const {
  if (resume_ && replace_) {
    return fail(ErrorCode::invalid_argument,
                "--resume and --replace exclude each other: give one of them");
  }
  Result<storage::CopySide> from = side_of(
      from_, [](const std::string& folder) { return storage::copy_source(folder); },
      [](const postgres::Address& address) { return postgres::copy_source(address); });
  if (!from) return from.error();
  Result<storage::CopySide> to = side_of(
      to_, [](const std::string& folder) { return storage::copy_target(folder); },
      [](const postgres::Address& address) { return postgres::copy_target(address); });
  if (!to) return to.error();
  const auto mode = resume_    ? storage::CopyMode::resume
                    : replace_ ? storage::CopyMode::replace
                               : storage::CopyMode::begin;
  const Result<storage::CopyReport> report = storage::copy_store(*from, *to, mode, now());
  if (!report) return report.error();
  out << to->name << ": " << report->recordings << " recordings, of which " << report->copied
      << " were copied now; " << report->rows << " rows are the same as in " << from->name << '\n';
  return Ok{};
}

}  // namespace auscult::cli
