#include "cli.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "audit_command.hpp"
#include "backup_command.hpp"
#include "classify_command.hpp"
#include "devices_command.hpp"
#include "diagnose_command.hpp"
#include "evaluate_command.hpp"
#include "http/openapi.hpp"
#include "keys_command.hpp"
#include "manual_command.hpp"
#include "model_command.hpp"
#include "reclassify_command.hpp"
#include "serve_command.hpp"
#include "settings.hpp"
#include "store_command.hpp"
#include "stream_command.hpp"
#include "worker_command.hpp"

namespace auscult::cli {

int run(std::span<const std::string> arguments, std::ostream& out, std::ostream& err) {
  CLI::App app("Auscult tells what a heart sound is. It is not a medical device.", "auscult");
  app.set_version_flag("--version", "auscult " AUSCULT_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  add_config_file(app);
  app.footer(
      "Settings come from flags, from AUSCULT_... environment variables and from the TOML file, "
      "in\n"
      "this order of precedence.\n\nExample:\n  auscult serve --port 8000 --data-dir data");

  ServeCommand serve(app);
  const ClassifyCommand classify(app);
  const EvaluateCommand evaluate(app);
  const ModelCommand model(app);
  const StreamCommand stream(app);
  const BackupCommand backup(app);
  const RestoreCommand restore(app);
  const StoreCommand store(app);
  const WorkerCommand worker(app);
  const ReclassifyCommand reclassify(app);
  const KeysCommand keys(app);
  const AuditCommand audit(app);
  const DevicesCommand devices(app);
  const DiagnoseCommand diagnose(app);
  const ManualCommand manual(app);
  const CLI::App* openapi =
      app.add_subcommand("openapi", "Print the description of the HTTP interface (OpenAPI 3.1)");

  // CLI11 takes the arguments last to first.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    constexpr int kMisused = 2;
    return app.exit(error, out, err) == 0 ? 0 : kMisused;
  }

  if (serve.chosen()) return serve.run(out, err);
  if (classify.chosen()) return classify.run(out, err);
  if (evaluate.chosen()) return evaluate.run(out, err);
  if (devices.chosen()) return devices.run(out, err);
  if (diagnose.chosen()) return diagnose.run(out, err);
  if (stream.chosen()) return stream.run(out, err);
  if (backup.chosen()) return backup.run(out, err);
  if (restore.chosen()) return restore.run(out, err);
  if (store.chosen()) return store.run(out, err);
  if (worker.chosen()) return worker.run(out, err);
  if (reclassify.chosen()) return reclassify.run(out, err);
  if (keys.chosen()) return keys.run(out, err);
  if (audit.chosen()) return audit.run(out, err);
  if (manual.chosen()) return manual.run(out, err);
  if (openapi->parsed()) {
    out << http::openapi_document();
    return 0;
  }
  return model.run(out, err);
}

}  // namespace auscult::cli
