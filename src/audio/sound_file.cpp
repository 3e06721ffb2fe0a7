#include "audio/sound_file.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "audio/bounds.hpp"
#include "core/limits.hpp"

namespace auscult::audio {
namespace {

constexpr std::size_t kBlockFrames = 8'192;

// Of 0 to 1. libFLAC's quickest takes a third less time than its default, and heart sounds, which
// are mostly noise of the microphone, 1 to 3 % more space.
constexpr double kFlacLevel = 0;

/// The position that a seek asks for, or -1 if it is before the first byte.
sf_count_t seek_target(sf_count_t offset, int whence, sf_count_t position, std::size_t size) {
  const sf_count_t base = whence == SEEK_SET   ? 0
                          : whence == SEEK_CUR ? position
                                               : static_cast<sf_count_t>(size);
  // Offsets come from foreign headers.
  sf_count_t target = 0;
  if (__builtin_add_overflow(base, offset, &target) || target < 0) return -1;
  return target;
}

Error unwritable(const SoundFormat& format) {
  return fail(ErrorCode::unsupported_format,
              "a sound file of " + std::to_string(format.channels) + " channels at " +
                  std::to_string(format.sample_rate_hz) + " Hz cannot be written in this format");
}

Error open_error(std::span<const std::byte> bytes) {
  const Container container = sniff_container(bytes);
  const std::string_view foreign = foreign_codec(bytes, container);
  if (!foreign.empty()) {
    return fail(ErrorCode::unsupported_format,
                "this is " + std::string(foreign) +
                    ", which is not read here: send raw PCM, WAV, FLAC, Ogg or MP3");
  }
  if (container == Container::pcm) {
    return fail(ErrorCode::malformed_audio, "this is no WAV, FLAC, Ogg or MP3 file");
  }
  return fail(
      ErrorCode::malformed_audio,
      "the header of this " + std::string(to_string(container)) + " file is damaged or cut off");
}

}  // namespace

SF_VIRTUAL_IO* SoundReader::callbacks() {
  static SF_VIRTUAL_IO callbacks = {
      .get_filelen = [](void* user) -> sf_count_t {
        return static_cast<sf_count_t>(static_cast<Source*>(user)->bytes.size());
      },
      .seek = [](sf_count_t offset, int whence, void* user) -> sf_count_t {
        Source& source = *static_cast<Source*>(user);
        const sf_count_t target = seek_target(offset, whence, source.position, source.bytes.size());
        if (target >= 0) source.position = target;
        return target;
      },
      .read = [](void* to, sf_count_t count, void* user) -> sf_count_t {
        Source& source = *static_cast<Source*>(user);
        const sf_count_t left = static_cast<sf_count_t>(source.bytes.size()) - source.position;
        const sf_count_t size = std::clamp<sf_count_t>(count, 0, std::max<sf_count_t>(left, 0));
        std::copy_n(source.bytes.data() + source.position, size, static_cast<std::byte*>(to));
        source.position += size;
        return size;
      },
      .write = [](const void*, sf_count_t, void*) -> sf_count_t { return 0; },
      .tell = [](void* user) -> sf_count_t { return static_cast<Source*>(user)->position; }};
  return &callbacks;
}

Result<SoundReader> SoundReader::open(std::span<const std::byte> bytes) {
  if (sniff_container(bytes) == Container::ogg && !has_ogg_headers(bytes)) {
    return open_error(bytes);
  }
  SoundReader reader;
  reader.source_ = std::make_unique<Source>();
  reader.source_->bytes = bytes;
  if (auto mended = mend_streamed_wav(bytes)) {
    reader.source_->mended = *std::move(mended);
    reader.source_->bytes = reader.source_->mended;
  }
  auto longer = lead_in_wav(reader.source_->bytes);
  const bool is_longer = longer.has_value();
  if (is_longer) {
    reader.source_->mended = *std::move(longer);
    reader.source_->bytes = reader.source_->mended;
  }
  reader.file_.reset(sf_open_virtual(callbacks(), SFM_READ, &reader.info_, reader.source_.get()));
  // libsndfile keeps why it failed in a variable of all threads, so we look for ourselves; and it
  // opens files that decode() does not promise to read.
  if (!reader.file_ || reader.container() == Container::other) return open_error(bytes);
  if (is_longer) {
    if (sf_seek(reader.file_.get(), 1, SEEK_SET) != 1) return open_error(bytes);
    --reader.info_.frames;
  }

  const Status rate = check_sample_rate(reader.sample_rate_hz(), limits::kMinFileSampleRateHz);
  if (!rate) return rate.error();
  const Status channels = check_channels(reader.channels());
  if (!channels) return channels.error();
  return reader;
}

Container SoundReader::container() const {
  switch (info_.format & SF_FORMAT_TYPEMASK) {
    case SF_FORMAT_WAV:
    case SF_FORMAT_WAVEX:
    case SF_FORMAT_RF64:
      return Container::wav;
    case SF_FORMAT_FLAC:
      return Container::flac;
    case SF_FORMAT_OGG:
      return Container::ogg;
    case SF_FORMAT_MPEG:
      return Container::mp3;
    default:
      return Container::other;
  }
}

template <typename Sample, typename Read>
Result<std::span<const Sample>> SoundReader::next(std::vector<Sample>& block, Read read) {
  const auto width = static_cast<std::size_t>(channels());
  block.resize(kBlockFrames * width);
  const sf_count_t wanted =
      std::min<sf_count_t>(kBlockFrames, info_.frames - static_cast<sf_count_t>(frames_read_));
  if (wanted <= 0) return std::span<const Sample>();
  const sf_count_t frames = read(file_.get(), block.data(), wanted);
  // A file that breaks off ends in a short block. A whole block with an error has a hole, which
  // libFLAC fills with silence.
  if (frames == wanted && sf_error(file_.get()) != SF_ERR_NO_ERROR) {
    return fail(ErrorCode::malformed_audio,
                "the file is damaged soon after frame " + std::to_string(frames_read_));
  }
  frames_read_ += frames;
  if (frames_read_ > limits::kMaxDecodedSamples / channels() ||
      static_cast<double>(frames_read_) > limits::kMaxDurationS * sample_rate_hz()) {
    return fail(ErrorCode::too_large, "the file holds more than " +
                                          std::to_string(limits::kMaxDecodedSamples) +
                                          " samples or lasts more than one hour: cut it up");
  }
  return std::span<const Sample>(block).first(static_cast<std::size_t>(frames) * width);
}

Result<std::span<const float>> SoundReader::next_floats() {
  return next(float_block_, sf_readf_float);
}

Result<std::span<const std::int32_t>> SoundReader::next_words() {
  return next(word_block_, sf_readf_int);
}

SF_VIRTUAL_IO* SoundWriter::callbacks() {
  static SF_VIRTUAL_IO callbacks = {
      .get_filelen = [](void* user) -> sf_count_t { return static_cast<Sink*>(user)->size; },
      .seek = [](sf_count_t offset, int whence, void* user) -> sf_count_t {
        Sink& sink = *static_cast<Sink*>(user);
        const sf_count_t target =
            seek_target(offset, whence, sink.position, static_cast<std::size_t>(sink.size));
        if (target >= 0) sink.position = target;
        return target;
      },
      .read = [](void*, sf_count_t, void*) -> sf_count_t { return 0; },
      .write = [](const void* from, sf_count_t count, void* user) -> sf_count_t {
        Sink& sink = *static_cast<Sink*>(user);
        if (sink.written) {
          sink.written = sink.write(
              static_cast<std::size_t>(sink.position),
              std::span(static_cast<const std::byte*>(from), static_cast<std::size_t>(count)));
        }
        if (!sink.written) return 0;
        sink.position += count;
        sink.size = std::max(sink.size, sink.position);
        return count;
      },
      .tell = [](void* user) -> sf_count_t { return static_cast<Sink*>(user)->position; }};
  return &callbacks;
}

WriteAt into(std::vector<std::byte>& memory) {
  return [&memory](std::size_t offset, std::span<const std::byte> bytes) -> Status {
    memory.resize(std::max(memory.size(), offset + bytes.size()));
    std::ranges::copy(bytes, memory.begin() + static_cast<std::ptrdiff_t>(offset));
    return Ok{};
  };
}

Result<SoundWriter> SoundWriter::open(SoundFormat format, WriteAt write) {
  SoundWriter writer;
  writer.format_ = format;
  writer.sink_ = std::make_unique<Sink>();
  writer.sink_->write = std::move(write);
  SF_INFO info{};
  info.samplerate = format.sample_rate_hz;
  info.channels = format.channels;
  info.format = format.format;
  writer.file_.reset(sf_open_virtual(callbacks(), SFM_WRITE, &info, writer.sink_.get()));
  if (writer.file_ == nullptr) return unwritable(format);
  // The PEAK chunk holds the time of writing.
  sf_command(writer.file_.get(), SFC_SET_ADD_PEAK_CHUNK, nullptr, SF_FALSE);
  if ((format.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC) {
    double level = kFlacLevel;
    sf_command(writer.file_.get(), SFC_SET_COMPRESSION_LEVEL, &level, sizeof level);
  }
  return writer;
}

template <typename Sample, typename Write>
Status SoundWriter::append(std::span<const Sample> samples, Write write) {
  const auto frames = static_cast<sf_count_t>(samples.size()) / format_.channels;
  if (write(file_.get(), samples.data(), frames) == frames) return Ok{};
  return sink_->written ? Status(unwritable(format_)) : sink_->written;
}

Status SoundWriter::append(std::span<const float> samples) {
  return append(samples, sf_writef_float);
}

Status SoundWriter::append(std::span<const std::int32_t> words) {
  return append(words, sf_writef_int);
}

Status SoundWriter::finish() && {
  file_.reset();
  return std::move(sink_->written);
}

namespace {

template <typename Sample>
Result<std::vector<std::byte>> encode_samples(SoundFormat format, std::span<const Sample> samples) {
  std::vector<std::byte> bytes;
  bytes.reserve(samples.size_bytes());
  Result<SoundWriter> writer = SoundWriter::open(format, into(bytes));
  if (!writer) return writer.error();
  if (const Status written = writer->append(samples); !written) return written.error();
  if (const Status written = (*std::move(writer)).finish(); !written) return written.error();
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> encode_sound(SoundFormat format, std::span<const float> samples) {
  return encode_samples(format, samples);
}

Result<std::vector<std::byte>> encode_sound(SoundFormat format,
                                            std::span<const std::int32_t> words) {
  return encode_samples(format, words);
}

}  // namespace auscult::audio
