#include "backup_command.hpp"

#include <ostream>

#include "core/time.hpp"
#include "settings.hpp"
#include "storage/backup.hpp"

namespace auscult::cli {

BackupCommand::BackupCommand(CLI::App& app)
    : command_(app.add_subcommand("backup", "Copy the recordings, also while the service runs")) {
  command_->footer(
      "The copy is one file, of one moment, and checked whole before it has its name.\n"
      "Example:\n  auscult backup --data-dir /var/lib/auscult /mnt/backup");
  add_setting(*command_, "--data-dir", data_dir_, "Folder of the recordings");
  command_
      ->add_option("target", target_,
                   "A new file, or a folder for one that is named after the time")
      ->required();
}

int BackupCommand::run(std::ostream& out, std::ostream& err) const {
  const Result<storage::BackupReport> report = storage::back_up(data_dir_, target_, now());
  if (!report) {
    err << "auscult: " << report.error().message << '\n';
    return 1;
  }
  out << report->file.string() << ": " << report->recordings << " recordings, " << report->bytes
      << " bytes, checked\n";
  return 0;
}

RestoreCommand::RestoreCommand(CLI::App& app)
    : command_(app.add_subcommand("restore", "Put a backup in place")) {
  command_->footer(
      "Stop the service first. Where there are recordings already, nothing is done without\n"
      "--replace, which keeps them beside the restored ones.\n"
      "Example:\n  auscult restore --data-dir /var/lib/auscult /mnt/backup/auscult-20261122.db");
  add_setting(*command_, "--data-dir", data_dir_, "Folder of the recordings; made if missing");
  command_->add_option("backup", backup_, "A file that `auscult backup` wrote")->required();
  command_->add_flag("--replace", replace_, "Also where there are recordings already");
}

int RestoreCommand::run(std::ostream& out, std::ostream& err) const {
  const auto overwrite = replace_ ? storage::Overwrite::allow : storage::Overwrite::refuse;
  const Result<storage::RestoreReport> report =
      storage::restore_backup(backup_, data_dir_, overwrite, now());
  if (!report) {
    err << "auscult: " << report.error().message << '\n';
    return 1;
  }
  out << data_dir_ << ": " << report->recordings << " recordings of " << backup_ << ", checked\n";
  if (report->replaced) {
    out << "what was there is now " << report->replaced->string()
        << "; delete it once it is not needed any more\n";
  }
  return 0;
}

}  // namespace auscult::cli
