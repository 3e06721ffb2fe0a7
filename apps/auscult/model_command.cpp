#include "model_command.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <ostream>

#include "input_reference.hpp"
#include "manifest.hpp"
#include "model/file.hpp"
#include "model/triton.hpp"

namespace auscult::cli {
namespace {

namespace fs = std::filesystem;

Status write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file) return Ok{};
  return fail(ErrorCode::storage_failure,
              path.string() + " cannot be written: is there space, and may this user write there?");
}

}  // namespace

ModelCommand::ModelCommand(CLI::App& app)
    : command_(app.add_subcommand("model", "Look into a model")) {
  command_->require_subcommand(1);
  CLI::App* info = command_->add_subcommand("info", "What a model file says of itself");
  info->footer("Example:\n  auscult model info --model models/auscult-1");
  add_model_options(*info, model_);

  reference_ = command_->add_subcommand(
      "reference",
      "How the features of its training data are spread, for /metrics to compare with");
  reference_->footer(
      "Example:\n"
      "  auscult model reference --model models/auscult-1 --data recordings/pascal \\\n"
      "    recordings/circor2022 --out models/auscult-1/reference.json");
  add_model_options(*reference_, model_);
  reference_->add_option("--data", data_, "Folders with manifest.csv, or of such folders")
      ->type_name("DIR")
      ->required();
  reference_->add_option("--out", out_, "Where to write it; standard output if missing")
      ->type_name("FILE");

  export_ = command_->add_subcommand("export", "Write the model for another server");
  export_->footer(
      "Example:\n"
      "  auscult model export --triton repository\n\n"
      "Triton then runs the graph alone: from samples at the model's own rate to its scores.\n"
      "Resampling, calibration, the forest, heart sounds and quality are this service's.");
  add_model_options(*export_, model_);
  export_->add_option("--triton", triton_, "Folder of a Triton model repository; made if missing")
      ->type_name("DIR")
      ->required();
}

int ModelCommand::run(std::ostream& out, std::ostream& err) const {
  const Status done = reference_->parsed() ? write_reference(out, err)
                      : export_->parsed()  ? write_repository(out)
                                           : show(out);
  if (!done) err << "auscult: " << done.error().message << '\n';
  return done ? 0 : 1;
}

Status ModelCommand::show(std::ostream& out) const {
  const auto classifier = load_classifier(model_);
  if (!classifier) return classifier.error();
  const model::ModelInfo& info = classifier->model();
  out << "folder:       " << model_folder(model_).string() << '\n'
      << "name:         " << info.name << ' ' << info.version << '\n'
      << "sha256:       " << info.sha256 << '\n'
      << "labels:      ";
  for (const auto& label : info.labels) out << ' ' << label;
  out << "\nsample rate:  " << info.sample_rate_hz << " Hz\n"
      << "clip lengths:";
  for (const std::size_t length : info.lengths) {
    out << ' ' << static_cast<double>(length) / info.sample_rate_hz << " s";
  }
  out << "\nwindows:      " << info.window_s << " s every " << info.hop_s << " s\n"
      << "precision:    " << (info.precision == model::Precision::bf16 ? "bf16" : "f32") << '\n';
  for (const auto& [key, value] : info.metadata) {
    if (key == "auscult.calibration" || key == "auscult.training") {
      out << key.substr(key.find('.') + 1) << ":  " << value << '\n';
    }
  }
  return Ok{};
}

Status ModelCommand::write_reference(std::ostream& out, std::ostream& err) const {
  const auto classifier = load_classifier(model_);
  if (!classifier) return classifier.error();
  std::vector<fs::path> files;
  for (const std::string& folder : data_) {
    const auto sets = load_manifests(folder, classifier->model().labels);
    if (!sets) return sets.error();
    for (const LabelledSet& set : *sets) {
      for (const LabelledFile& file : set.files) files.push_back(file.file);
    }
  }
  const auto unread = [&err](const fs::path& file, const Error& error) {
    err << "auscult: " << file.string() << ": " << error.message << '\n';
  };
  const auto text = measure_reference(*classifier, files, unread);
  if (!text) return text.error();
  if (!out_.empty()) return write_text(out_, *text);
  out << *text;
  return Ok{};
}

Status ModelCommand::write_repository(std::ostream& out) const {
  const auto classifier = load_classifier(model_);
  if (!classifier) return classifier.error();
  const fs::path source = model_folder(model_) / "model.onnx";
  const auto bytes = model::read_file(source);
  if (!bytes) return bytes.error();
  const std::string& name = classifier->model().name;
  // It becomes a folder's.
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos) {
    return fail(ErrorCode::invalid_argument,
                "the model's name \"" + name + "\" cannot be that of a folder; set auscult.name");
  }
  const auto config = model::triton_config(*bytes, name);
  if (!config) return config.error();
  const fs::path folder = fs::path(triton_) / name;
  std::error_code error;
  fs::create_directories(folder / "1", error);
  if (!error) {
    fs::copy_file(source, folder / "1" / "model.onnx", fs::copy_options::overwrite_existing, error);
  }
  if (error) {
    return fail(ErrorCode::storage_failure,
                folder.string() + " cannot be written: " + error.message());
  }
  if (Status written = write_text(folder / "config.pbtxt", *config); !written) return written;
  out << folder.string() << ": tritonserver --model-repository " << triton_ << '\n';
  return Ok{};
}

}  // namespace auscult::cli
