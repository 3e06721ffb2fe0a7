#include "diagnose_command.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <ostream>
#include <vector>

#include "core/limits.hpp"
#include "http/diagnosis.hpp"
#include "service/diagnosis.hpp"

namespace auscult::cli {
namespace {

using json::Json;

constexpr int kMisused = 2;

Result<std::vector<std::byte>> read_bytes(const std::string& input) {
  constexpr std::size_t kStep = std::size_t{1} << 20U;
  struct Close {
    void operator()(std::FILE* file) const {
      // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): no deleter gets a gsl::owner.
      if (file != stdin) (void)std::fclose(file);
    }
  };
  const std::unique_ptr<std::FILE, Close> file(input == "-" ? stdin
                                                            : std::fopen(input.c_str(), "rb"));
  if (!file) return fail(ErrorCode::not_found, input + " cannot be opened");
  std::vector<std::byte> bytes;
  std::size_t got = kStep;
  while (got > 0) {
    const std::size_t size = bytes.size();
    if (size > limits::kDefaultMaxBodyBytes) {
      return fail(ErrorCode::too_large, input + " has more than " +
                                            std::to_string(limits::kDefaultMaxBodyBytes) +
                                            " bytes: the service takes no more either");
    }
    bytes.resize(size + kStep);
    got = std::fread(bytes.data() + size, 1, kStep, file.get());
    bytes.resize(size + got);
  }
  if (std::ferror(file.get()) != 0) {
    return fail(ErrorCode::not_found, input + " cannot be read: is it a folder?");
  }
  return bytes;
}

void write_text(std::ostream& out, const service::Diagnosis& diagnosis) {
  out << diagnosis.summary << '\n';
  const std::array<std::pair<const char*, const service::Settled*>, 4> settled = {
      {{"sample rate", &diagnosis.sample_rate},
       {"channels", &diagnosis.channels},
       {"format", &diagnosis.format},
       {"byte order", &diagnosis.byte_order}}};
  for (const auto& [name, value] : settled) {
    out << "  " << name << ": " << value->value << " (" << value->source << ")\n";
  }
  if (diagnosis.found.level) {
    std::array<char, 120> line{};
    (void)std::snprintf(line.data(), line.size(),
                        "  level: %.0f dB, peak %.0f dB, offset %.2f %%\n",
                        diagnosis.found.level->rms_dbfs, diagnosis.found.level->peak_dbfs,
                        100 * diagnosis.found.dc_offset);
    out << line.data();
  }
  for (const audio::Finding& finding : diagnosis.findings) {
    out << finding.code << ": " << finding.what << "\n  do: " << finding.advice << '\n';
  }
}

}  // namespace

DiagnoseCommand::DiagnoseCommand(CLI::App& app)
    : command_(
          app.add_subcommand("diagnose", "What a device has sent, and what is wrong with it")) {
  command_->footer(
      "Example:\n"
      "  auscult diagnose upload.bin --sample-rate 16000\n"
      "  nc -l 9000 | auscult diagnose - --format json\n\n"
      "The input is the body of an upload, as POST /v1/diagnose takes it. Exit status: 0 nothing\n"
      "speaks against it, 1 something does, 2 misused or nothing to read.");
  add_model_options(*command_, model_);
  command_->add_option("input", input_, "A file, or - for standard input")
      ->required()
      ->type_name("FILE|-");
  command_->add_option("--sample-rate", sample_rate_, "As the device declares it, in Hz");
  command_->add_option("--channels", channels_, "Likewise");
  command_->add_option("--sample-format", sample_format_,
                       "Likewise: u8, s16, s24, s32, f32, s16be");
  command_->add_option("--byte-order", byte_order_, "Likewise: little or big");
  command_->add_option("--content-type", content_type_, "Likewise, as in the header");
  command_->add_option("--format", format_, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
}

int DiagnoseCommand::run(std::ostream& out, std::ostream& err) const {
  const auto refuse = [&err](const Error& error) {
    err << "auscult: " << error.message << '\n';
    return kMisused;
  };
  service::Source flags{"flags", {}};
  const std::array<std::pair<const char*, const std::string*>, 4> said = {
      {{"sample_rate", &sample_rate_},
       {"channels", &channels_},
       {"format", &sample_format_},
       {"byte_order", &byte_order_}}};
  for (const auto& [name, value] : said) {
    if (value->empty()) continue;
    if (const auto declared = audio::declare(flags.says, name, *value); !declared) {
      return refuse(declared.error());
    }
  }
  const auto type = audio::parse_media_type(content_type_);
  if (!type) return refuse(type.error());
  const auto bytes = read_bytes(input_);
  if (!bytes) return refuse(bytes.error());
  const auto classifier = load_classifier(model_);
  if (!classifier) return refuse(classifier.error());

  classify::Workspace workspace = classifier->make_workspace();
  service::DiagnosisInput input;
  input.body = *bytes;
  input.sources = {flags, {"content type", *type}};
  // Without a bound on the memory nothing fails.
  const service::Diagnosis diagnosis = *service::diagnose(input, &*classifier, &workspace);
  if (format_ == "json") {
    out << http::to_json(diagnosis, nullptr).dump(2, ' ', false, Json::error_handler_t::replace)
        << '\n';
  } else {
    write_text(out, diagnosis);
  }
  return diagnosis.findings.empty() ? 0 : 1;
}

}  // namespace auscult::cli
