#include "file_classifier.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "audio/decode.hpp"
#include "audio/wav.hpp"

namespace auscult::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 7> kAudioSuffixes{".wav", ".flac", ".ogg", ".oga",
                                                         ".mp3", ".pcm",  ".raw"};

std::string lower_suffix(const fs::path& file) {
  std::string suffix = file.extension().string();
  std::ranges::transform(suffix, suffix.begin(),
                         [](unsigned char letter) { return std::tolower(letter); });
  return suffix;
}

bool is_pcm_name(const fs::path& file) {
  const std::string suffix = lower_suffix(file);
  return suffix == ".pcm" || suffix == ".raw";
}

}  // namespace

std::vector<fs::path> collect_files(std::span<const std::string> inputs) {
  std::vector<fs::path> files;
  for (const std::string& input : inputs) {
    std::error_code error;
    if (!fs::is_directory(input, error)) {
      files.emplace_back(input);
      continue;
    }
    const auto first = static_cast<std::ptrdiff_t>(files.size());
    fs::recursive_directory_iterator entries(input, fs::directory_options::skip_permission_denied,
                                             error);
    for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
      std::error_code ignored;
      if (entries->is_regular_file(ignored) &&
          std::ranges::find(kAudioSuffixes, lower_suffix(entries->path())) !=
              kAudioSuffixes.end()) {
        files.push_back(entries->path());
      }
    }
    if (error) files.emplace_back(input);  // Read as a file, it reports why it cannot be.
    std::sort(files.begin() + first, files.end());
  }
  return files;
}

Result<FileAnswer> classify_file(const classify::Classifier& classifier,
                                 classify::Workspace& workspace, const fs::path& file,
                                 const ReadOptions& options) {
  const auto decoded = audio::decode_file(file.string(), options.declared);
  if (!decoded) return decoded.error();
  if (decoded->format.container == "pcm" && !options.any_is_pcm && !is_pcm_name(file)) {
    return fail(ErrorCode::unsupported_format,
                "no WAV, FLAC, OGG or MP3; if it is raw PCM, name it .pcm or say --raw");
  }

  auto result = classifier.classify(decoded->clip, workspace, options.evidence);
  if (!result) return result.error();
  std::string drawing;
  if (options.plot) drawing = plot(decoded->clip, *result, *options.plot);
  return FileAnswer{.result = *std::move(result),
                    .duration_s = decoded->clip.duration_s(),
                    .sample_rate_hz = decoded->clip.sample_rate_hz,
                    .clipped_fraction = audio::clipped_fraction(decoded->clip, options.gain),
                    .plot = std::move(drawing)};
}

void classify_files(
    const classify::Classifier& classifier, std::span<const fs::path> files,
    const ReadOptions& options,
    const std::function<void(std::size_t index, const Result<FileAnswer>& answer)>& consume) {
  std::mutex mutex;
  std::condition_variable ready;
  std::size_t next = 0;
  std::vector<std::optional<Result<FileAnswer>>> answers(files.size());

  const auto work = [&] {
    auto workspace = classifier.make_workspace();
    for (;;) {
      std::size_t index = 0;
      {
        const std::scoped_lock lock(mutex);
        if (next == files.size()) return;
        index = next++;
      }
      auto answer = classify_file(classifier, workspace, files[index], options);
      const std::scoped_lock lock(mutex);
      answers[index] = std::move(answer);
      ready.notify_one();
    }
  };
  const std::size_t worker_count =
      std::min<std::size_t>(files.size(), std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::jthread> workers;
  for (std::size_t i = 0; i < worker_count; ++i) workers.emplace_back(work);

  for (std::size_t index = 0; index < files.size(); ++index) {
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return answers[index].has_value(); });
    const Result<FileAnswer> answer = *std::move(answers[index]);
    answers[index].reset();
    lock.unlock();
    consume(index, answer);
  }
}

}  // namespace auscult::cli
