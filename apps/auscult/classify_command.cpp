#include "classify_command.hpp"

#include <unistd.h>

#include <array>
#include <utility>

#include <cmath>
#include <cstdio>
#include <ostream>

#include "core/csv.hpp"
#include "core/limits.hpp"
#include "json/json.hpp"
#include "progress_bar.hpp"

namespace auscult::cli {
namespace {

using json::Json;

Json to_json(const std::string& file, const FileAnswer& answer) {
  Json line;
  line["file"] = file;
  line.update(json::to_json(answer.result));
  line["duration_s"] = answer.duration_s;
  line["sample_rate_hz"] = answer.sample_rate_hz;
  line["clipped_fraction"] = answer.clipped_fraction;
  return line;
}

Json to_json(const std::string& file, const Error& error) {
  return {{"file", file}, {"error", error.message}, {"code", to_string(error.code)}};
}

std::string number(double value, const char* format) {
  std::array<char, 32> text{};
  (void)std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// Writes the answers one after the other in one of the formats.
class AnswerWriter {
 public:
  AnswerWriter(std::ostream& out, std::string format, const std::vector<std::string>& labels)
      : out_(out), format_(std::move(format)) {
    if (format_ == "json") out_ << "[";
    if (format_ == "csv") {
      out_ << "file,class,class_index,confidence";
      for (const auto& label : labels) out_ << ",p_" << csv_field(label);
      out_ << ",quality,reasons,heart_rate_bpm,duration_s,sample_rate_hz,clipped_fraction\n";
    }
  }
  AnswerWriter(const AnswerWriter&) = delete;
  AnswerWriter& operator=(const AnswerWriter&) = delete;
  ~AnswerWriter() {
    if (format_ == "json") out_ << (first_ ? "]\n" : "\n]\n");
  }

  void write(const std::string& file, const FileAnswer& answer) {
    if (format_ == "text") return write_text(file, answer);
    if (format_ == "csv") return write_csv(file, answer);
    write_json(to_json(file, answer));
  }

  // In text and CSV an unreadable file is only reported on the error stream.
  void write(const std::string& file, const Error& error) {
    if (format_ == "json" || format_ == "jsonl") write_json(to_json(file, error));
  }

 private:
  void write_json(const Json& value) {
    const auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (format_ == "jsonl") {
      out_ << text << '\n';
    } else {
      out_ << (first_ ? "\n" : ",\n") << text;
    }
    first_ = false;
  }

  void write_text(const std::string& file, const FileAnswer& answer) {
    const Classification& result = answer.result;
    out_ << file << ": " << result.class_name() << " " << std::floor(result.confidence) << " %";
    if (!result.reliable()) out_ << " (not to be relied on)";
    if (result.heart_rate_bpm) out_ << ", " << number(*result.heart_rate_bpm, "%.0f") << " bpm";
    for (std::size_t i = 0; i < result.quality.reasons.size(); ++i) {
      out_ << (i == 0 ? " (poor: " : "; ") << result.quality.reasons[i];
    }
    out_ << (result.quality.reasons.empty() ? "\n" : ")\n") << answer.plot;
  }

  void write_csv(const std::string& file, const FileAnswer& answer) {
    const Classification& result = answer.result;
    out_ << csv_field(file) << ',' << csv_field(result.class_name()) << ',' << result.class_index
         << ',' << number(result.confidence, "%.2f");
    for (const double probability : result.probabilities)
      out_ << ',' << number(probability, "%.4f");
    std::string reasons;
    for (const auto& reason : result.quality.reasons)
      reasons += (reasons.empty() ? "" : "; ") + reason;
    out_ << (result.quality.verdict == Quality::Verdict::good ? ",good," : ",poor,")
         << csv_field(reasons) << ','
         << (result.heart_rate_bpm ? number(*result.heart_rate_bpm, "%.1f") : "") << ','
         << number(answer.duration_s, "%.3f") << ',' << answer.sample_rate_hz << ','
         << number(answer.clipped_fraction, "%.6f") << '\n';
  }

  std::ostream& out_;
  std::string format_;
  bool first_ = true;
};

}  // namespace

ClassifyCommand::ClassifyCommand(CLI::App& app)
    : command_(app.add_subcommand("classify", "Classify audio files and folders of them")) {
  command_->footer(
      "Example:\n"
      "  auscult classify --format jsonl recordings/ > answers.jsonl\n"
      "  auscult classify --sample-rate 8000 upload.pcm\n\n"
      "Exit status: 0 all classified, 1 some could not be read, 2 misused or nothing to read.");
  add_model_options(*command_, model_);
  command_->add_option("inputs", inputs_, "Files, or folders to search")
      ->required()
      ->type_name("FILE|DIR");
  command_->add_option("--format", format_, "What each answer is written as")
      ->check(CLI::IsMember({"text", "json", "jsonl", "csv"}))
      ->capture_default_str();
  command_->add_option("--sample-rate", sample_rate_, "Of raw PCM, in Hz")
      ->check(CLI::Range(limits::kMinSampleRateHz, limits::kMaxSampleRateHz))
      ->capture_default_str();
  command_->add_option("--channels", channels_, "Of raw PCM")
      ->check(CLI::Range(1, limits::kMaxChannels))
      ->capture_default_str();
  command_
      ->add_option("--sample-format", sample_format_, "Of raw PCM: u8, s16le, s24be, f32le, ...")
      ->capture_default_str();
  command_->add_option("--gain", gain_, "Amplification for which the clipped fraction is reported")
      ->check(CLI::Range(0.0, limits::kMaxGain))
      ->capture_default_str();
  command_->add_flag(
      "--evidence", evidence_,
      "Also find how much each window and beat speaks for the answer (JSON formats)");
  command_->add_flag("--raw", raw_, "Read files of unknown content as raw PCM");
  command_->add_flag("--plot", plot_,
                     "Draw waveform, heart sounds and probabilities over time below each answer in "
                     "text, in colour on a terminal");
}

int ClassifyCommand::run(std::ostream& out, std::ostream& err) const {
  ReadOptions options{
      .declared = {.sample_rate_hz = sample_rate_, .channels = channels_},
      .any_is_pcm = raw_,
      .gain = gain_,
      .evidence = evidence_ ? classify::Evidence::include : classify::Evidence::omit,
      .plot = {}};
  if (plot_ && format_ != "text") {
    err << "auscult: --plot draws below answers in text; leave out --format " << format_ << '\n';
    return 2;
  }
  if (plot_) {
    options.plot = {.columns = terminal_columns(), .colour = isatty(STDOUT_FILENO) != 0};
  }
  if (const auto known = audio::declare(options.declared, "format", sample_format_); !known) {
    err << "auscult: " << known.error().message << '\n';
    return 2;
  }
  const auto classifier = load_classifier(model_);
  if (!classifier) {
    err << "auscult: " << classifier.error().message << '\n';
    return 1;
  }
  const auto files = collect_files(inputs_);
  if (files.empty()) {
    err << "auscult: no audio files there (.wav .flac .ogg .oga .mp3 .pcm .raw)\n";
    return 2;
  }

  AnswerWriter writer(out, format_, classifier->model().labels);
  ProgressBar bar(err, files.size(), isatty(STDERR_FILENO) != 0);
  std::size_t unread = 0;
  classify_files(*classifier, files, options,
                 [&](std::size_t index, const Result<FileAnswer>& answer) {
                   const std::string file = files[index].string();
                   bar.clear();
                   if (answer) {
                     writer.write(file, *answer);
                   } else {
                     ++unread;
                     writer.write(file, answer.error());
                     err << "auscult: " << file << ": " << answer.error().message << '\n';
                   }
                   bar.update(index + 1);
                 });
  bar.clear();
  if (unread > 0) {
    err << "auscult: " << unread << " of " << files.size() << " files could not be classified\n";
  }
  return unread == 0 ? 0 : 1;
}

}  // namespace auscult::cli
