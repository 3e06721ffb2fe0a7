#include "stream_command.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <ostream>
#include <vector>

#include "audio/decode.hpp"
#include "audio/resample.hpp"
#include "core/limits.hpp"
#include "http/stream_client.hpp"

namespace auscult::cli {
namespace {

using json::Json;

constexpr std::size_t kSampleBytes = 2;

/// s16, little-endian; a 16-bit mono file comes out as it went in.
std::vector<std::byte> to_s16(const audio::AudioClip& clip) {
  std::vector<std::byte> bytes;
  bytes.reserve(clip.samples.size() * kSampleBytes);
  for (const float sample : clip.samples) {
    const double scaled =
        std::clamp(std::round(static_cast<double>(sample) * 32'768), -32'768.0, 32'767.0);
    const auto word = static_cast<std::uint16_t>(static_cast<std::int16_t>(scaled));
    bytes.push_back(static_cast<std::byte>(word & 0xFFU));
    bytes.push_back(static_cast<std::byte>(word >> 8U));
  }
  return bytes;
}

std::string line_of(const Json& message) {
  const bool is_final = message["type"] == "final";
  const Json& result = message[is_final ? "recording" : "result"];
  std::array<char, 160> text{};
  const double seconds =
      is_final ? result["duration_s"].get<double>() : message["elapsed_s"].get<double>();
  (void)std::snprintf(text.data(), text.size(), "%6.1f s  %-10s %3d %%", seconds,
                      result["class"].get<std::string>().substr(0, 64).c_str(),
                      static_cast<int>(std::floor(result["confidence"].get<double>())));
  std::string line = text.data();
  if (result["heart_rate_bpm"].is_number()) {
    (void)std::snprintf(text.data(), text.size(), "  %.0f bpm",
                        result["heart_rate_bpm"].get<double>());
    line += text.data();
  }
  if (is_final) line += "  stored as " + result["id"].get<std::string>();
  return line;
}

}  // namespace

StreamCommand::StreamCommand(CLI::App& app)
    : command_(app.add_subcommand("stream", "Send audio to a running service as it is made")) {
  command_->footer(
      "Example:\n"
      "  auscult stream heart.wav --realtime\n"
      "  arecord -t raw -f S16_LE -r 16000 | auscult stream - --device bench\n\n"
      "Exit status: 0 stored, 1 not stored, 2 misused or nothing to read.");
  command_->add_option("input", input_, "A file, or - for raw s16le, mono, on standard input")
      ->required()
      ->type_name("FILE|-");
  command_->add_option("--url", url_, "The service: ws:// or wss://")->capture_default_str();
  command_->add_option("--ca-file", ca_file_,
                       "Certificates to believe beside the system's (PEM), as the service's own");
  command_->add_option("--device", device_, "The name under which the recording is stored");
  command_->add_option("--sample-rate", sample_rate_, "Of raw PCM, in Hz")
      ->check(CLI::Range(limits::kMinSampleRateHz, limits::kMaxSampleRateHz))
      ->capture_default_str();
  command_->add_option("--format", format_, "text, or jsonl: each message as the service sends it")
      ->check(CLI::IsMember({"text", "jsonl"}))
      ->capture_default_str();
  command_->add_flag("--realtime", realtime_, "Send a file no faster than it was recorded");
}

int StreamCommand::run(std::ostream& out, std::ostream& err) const {
  std::vector<std::byte> bytes;
  int sample_rate_hz = sample_rate_;
  if (input_ != "-") {
    const auto decoded = audio::decode_file(input_, {.sample_rate_hz = sample_rate_});
    if (!decoded) {
      err << "auscult: " << input_ << ": " << decoded.error().message << '\n';
      return 2;
    }
    // Files may be slower than what a device may send.
    sample_rate_hz = std::max(decoded->clip.sample_rate_hz, limits::kMinSampleRateHz);
    bytes = to_s16(audio::resample(decoded->clip, sample_rate_hz));
  }
  std::size_t sent = 0;
  const auto read_file = [&](std::span<std::byte> block) {
    const std::size_t count = std::min(block.size(), bytes.size() - sent);
    std::memcpy(block.data(), bytes.data() + sent, count);
    sent += count;
    return count;
  };
  const auto read_input = [](std::span<std::byte> block) {
    return std::fread(block.data(), 1, block.size(), stdin);
  };

  http::StreamRequest request;
  request.url = url_;
  request.ca_file = ca_file_;
  request.hello = {{"sample_rate", sample_rate_hz}, {"format", "s16"}};
  if (!device_.empty()) request.hello["device"] = device_;
  request.bytes_per_s = static_cast<std::size_t>(sample_rate_hz) * kSampleBytes;
  request.realtime = realtime_;
  if (input_ == "-") {
    request.read = read_input;
  } else {
    request.read = read_file;
  }
  request.receive = [&](const Json& message) {
    if (format_ == "jsonl") {
      out << json::dump(message) << std::endl;
    } else if (message["type"] != "ready") {
      out << line_of(message) << std::endl;
    }
  };
  const Status streamed = http::stream_audio(request);
  if (!streamed) err << "auscult: " << streamed.error().message << '\n';
  return streamed ? 0 : 1;
}

}  // namespace auscult::cli
