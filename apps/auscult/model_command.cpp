#include "model_command.hpp"

#include <ostream>

namespace auscult::cli {

ModelCommand::ModelCommand(CLI::App& app)
    : command_(app.add_subcommand("model", "Look into a model")) {
  command_->require_subcommand(1);
  CLI::App* info = command_->add_subcommand("info", "What a model file says of itself");
  info->footer("Example:\n  auscult model info --model models/auscult-1");
  add_model_options(*info, model_);
}

int ModelCommand::run(std::ostream& out, std::ostream& err) const {
  const auto classifier = load_classifier(model_);
  if (!classifier) {
    err << "auscult: " << classifier.error().message << '\n';
    return 1;
  }
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
  return 0;
}

}  // namespace auscult::cli
