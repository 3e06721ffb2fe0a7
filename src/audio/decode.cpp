#include "audio/decode.hpp"

#include <fstream>
#include <optional>
#include <utility>

#include "core/limits.hpp"

namespace auscult::audio {
namespace {

Status count(MemoryBudget::Lease* memory, std::size_t bytes) {
  return memory == nullptr ? Status(Ok{}) : memory->add(bytes);
}

}  // namespace

Result<DecodedAudio> decode(std::span<const std::byte> bytes, const Declaration& declared,
                            MemoryBudget::Lease* memory) {
  Result<BlockReader> reader = BlockReader::open(bytes, declared);
  if (!reader) return reader.error();
  DecodedAudio decoded{.format = reader->format(),
                       .clip = {.samples = {}, .sample_rate_hz = reader->format().sample_rate_hz}};
  std::vector<float>& samples = decoded.clip.samples;
  const std::optional<std::size_t> frames = reader->frames();
  if (frames) {
    const Status fits = count(memory, sizeof(float) * *frames);
    if (!fits) return fits.error();
    samples.reserve(*frames);
  }
  for (;;) {
    const Result<std::span<const float>> block = reader->next();
    if (!block) return block.error();
    if (block->empty()) break;
    // A vector that grows holds its samples twice for a moment.
    const Status fits = frames ? Status(Ok{}) : count(memory, 2 * block->size_bytes());
    if (!fits) return fits.error();
    samples.insert(samples.end(), block->begin(), block->end());
  }
  if (!frames) {
    samples.shrink_to_fit();
    if (memory != nullptr) memory->give_back(sizeof(float) * samples.size());
  }
  return decoded;
}

Result<DecodedAudio> decode_file(const std::string& path, const Declaration& declared) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::not_found, path + " cannot be opened");

  // The largest sample is a double; a header is small beside it.
  constexpr std::size_t kMaxFileBytes = sizeof(double) * limits::kMaxDecodedSamples + (1U << 20U);
  constexpr std::size_t kStep = std::size_t{1} << 20U;
  std::vector<std::byte> bytes;
  while (file) {
    const std::size_t size = bytes.size();
    if (size > kMaxFileBytes) {
      return fail(ErrorCode::too_large,
                  path + " has more than " + std::to_string(kMaxFileBytes) + " bytes");
    }
    bytes.resize(size + kStep);
    file.read(reinterpret_cast<char*>(bytes.data() + size), kStep);
    bytes.resize(size + static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof()) return fail(ErrorCode::not_found, path + " cannot be read");
  return decode(bytes, declared);
}

}  // namespace auscult::audio
