#include <malloc.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <string>

#include "beats_command.hpp"
#include "commands.hpp"
#include "core/environment.hpp"
#include "dataset.hpp"
#include "experiment.hpp"
#include "features_command.hpp"
#include "report_command.hpp"

namespace {

using auscult::Status;
using auscult::train::CrossvalOptions;
using auscult::train::kFolds;
using auscult::train::TrainOptions;

constexpr int kDefaultSteps = 1280;
constexpr int kMaxSteps = 1'000'000;
constexpr int kMaxJobs = 64;

std::string joined(int argc, char** argv) {
  std::string command = "auscult-train";
  for (int i = 1; i < argc; ++i) command += std::string(" ") + argv[i];
  return command;
}

template <typename Options>
void add_common(CLI::App& command, Options& options) {
  options.steps = kDefaultSteps;
  command
      .add_option("--data", options.data,
                  "Folder with pascal/ (or a manifest.csv of your own) and perhaps circor2022/")
      ->required()
      ->check(CLI::ExistingDirectory);
  command.add_option("--seeds", options.seeds, "One network of the ensemble for each")
      ->delimiter(',')
      ->check(CLI::Range(std::uint64_t{0}, auscult::train::kMaxSeed))
      ->capture_default_str();
  command.add_option("--steps", options.steps, "Training steps of 42 crops")
      ->check(CLI::Range(1, kMaxSteps))
      ->capture_default_str();
  command.add_option("--jobs", options.jobs, "Networks trained side by side, one thread each")
      ->check(CLI::Range(1, kMaxJobs))
      ->capture_default_str();
}

// OpenBLAS reads this when it is loaded, before main() is: networks train side by side on one
// thread each, and the sum of a product must not depend on how it is shared out.
void restart_with_single_threaded_blas(char** argv) {
  constexpr const char* kVariable = "OPENBLAS_NUM_THREADS";
  if (auscult::environment(kVariable)) return;
  ::setenv(kVariable, "1", 0);  // NOLINT(concurrency-mt-unsafe): there is one thread yet
  ::execv("/proc/self/exe", argv);
}

int run(int argc, char** argv) {
  CLI::App app("Trains and judges the heart-sound model of Auscult");
  app.require_subcommand(1);

  CrossvalOptions crossval_options;
  std::string folds = "all";
  CLI::App* crossval = app.add_subcommand(
      "crossval", "Scores each recording by networks that have not heard its patient");
  add_common(*crossval, crossval_options);
  crossval
      ->add_option("--out", crossval_options.out,
                   "Folder for checkpoints, scores.csv, metrics.json")
      ->required();
  crossval
      ->add_option(
          "--beats", crossval_options.beats,
          "The heart-sound model, beats.onnx, which `auscult-train beats` made; without it "
          "there is no forest beside the network")
      ->check(CLI::ExistingFile);
  crossval->add_option("--folds", folds, "'all', or numbers from 0 to 4: 0,2")
      ->capture_default_str();
  crossval->add_flag("--across", crossval_options.across,
                     "Also train on each device of PASCAL alone and judge it on the other");
  crossval->footer(
      "Stopped and called again, it goes on where it was, with the same result.\n"
      "Example: auscult-train crossval --data ../shared/datasets --beats "
      "models/auscult-1/beats.onnx "
      "--out build/crossval --jobs 2");

  TrainOptions train_options;
  CLI::App* train = app.add_subcommand(
      "train", "Trains on everything and writes model.onnx with its card and figures");
  add_common(*train, train_options);
  train
      ->add_option("--crossval", train_options.crossval,
                   "Folder that crossval wrote: figures and calibration")
      ->required()
      ->check(CLI::ExistingDirectory);
  train->add_option("--work", train_options.work, "Folder for checkpoints")->required();
  train->add_option("--out", train_options.out, "Folder of the model; its last part is its name")
      ->required();
  train->add_option("--docs", train_options.docs, "Folder for the page with the plots");
  train->add_option("--model-version", train_options.version, "Written into the model")
      ->capture_default_str();
  train->footer(
      "Example: auscult-train train --data ../shared/datasets --crossval build/crossval "
      "--work build/final --out models/auscult-1 --docs docs/model --jobs 2");

  const auto beats = auscult::train::add_beats_command(app);
  const auto features = auscult::train::add_features_command(app);
  const auto report = auscult::train::add_report_command(app);

  CLI11_PARSE(app, argc, argv);
  crossval_options.command = train_options.command = joined(argc, argv);
  if (folds != "all") {
    crossval_options.folds.clear();
    for (const std::string& fold : CLI::detail::split(folds, ',')) {
      if (fold.size() != 1 || fold[0] < '0' || fold[0] >= '0' + kFolds) {
        (void)std::fprintf(stderr,
                           "auscult-train: --folds '%s' is neither 'all' nor numbers from 0 to 4\n",
                           folds.c_str());
        return 2;
      }
      crossval_options.folds.push_back(fold[0] - '0');
    }
  }
  const Status status = app.got_subcommand("beats")      ? beats()
                        : app.got_subcommand("features") ? features()
                        : app.got_subcommand("report")   ? report()
                        : crossval->parsed() ? auscult::train::crossval(crossval_options)
                                             : auscult::train::train(train_options);
  if (status) return 0;
  (void)std::fprintf(stderr, "auscult-train: %s\n", status.error().message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  restart_with_single_threaded_blas(argv);
  // Each step frees and takes the same large tensors: returning their pages to the system in
  // between cost a third of the time.
  // NOLINTBEGIN(concurrency-mt-unsafe): there is one thread yet
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  // NOLINTEND(concurrency-mt-unsafe)
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    (void)std::fprintf(stderr, "auscult-train: %s\n", error.what());
    return 1;
  }
}
