// What each stage of an upload takes, one thread, on the sound of a synthetic heart. Times are of
// the processor. `peak` is the share of the matrix product's speed that matrix_peak.hpp measures.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "audio/archive.hpp"
#include "audio/decode.hpp"
#include "audio/resample.hpp"
#include "audio/synthetic_heart.hpp"
#include "audio/wav.hpp"
#include "beats/detector.hpp"
#include "classify/classifier.hpp"
#include "core/id.hpp"
#include "core/temporary_folder.hpp"
#include "core/time.hpp"
#include "features/evidence_features.hpp"
#include "matrix_peak.hpp"
#include "model/model.hpp"
#include "round_trip.hpp"
#include "service/recording_service.hpp"
#include "storage/sqlite_recording_store.hpp"

namespace auscult::benchmarks {
namespace {

constexpr int kRateHz = 16'000;

// Multiplications and additions that are done for the convolutions of model.onnx, a sample at 2
// kHz: 12/13 in its three towers, 1/13 in the front end they share, folded (docs/decisions/0041; as
// the file has it, they would be 14,698), 1/100 depthwise.
constexpr double kNetworkFlopPerSample = 13'092;

std::filesystem::path model_folder() { return AUSCULT_SOURCE_DIR "/models/auscult-1"; }

template <typename Value>
Value sure(Result<Value> result) {
  if (result) return *std::move(result);
  (void)std::fprintf(stderr, "stages: %s\n", result.error().message.c_str());
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): there is one thread
}

/// Ten seconds of a heart, again and again: to make more takes as long as it lasts.
audio::AudioClip heart(double duration_s, int rate_hz = kRateHz) {
  static const audio::AudioClip kPeriod = audio::synthesize({.duration_s = 10}, kRateHz);
  const audio::AudioClip other =
      rate_hz == kRateHz ? kPeriod : audio::synthesize({.duration_s = 10}, rate_hz);
  audio::AudioClip clip{.samples = {}, .sample_rate_hz = rate_hz};
  clip.samples.resize(static_cast<std::size_t>(duration_s * rate_hz));
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    clip.samples[i] = other.samples[i % other.samples.size()];
  }
  return clip;
}

std::vector<std::byte> pcm(double duration_s) {
  const audio::AudioClip clip = heart(duration_s);
  std::vector<std::byte> bytes(2 * clip.samples.size());
  for (std::size_t i = 0; i < clip.samples.size(); ++i) {
    const auto word = static_cast<std::int16_t>(32'767 * clip.samples[i]);
    bytes[2 * i] = static_cast<std::byte>(word);
    bytes[2 * i + 1] = static_cast<std::byte>(static_cast<std::uint16_t>(word) >> 8U);
  }
  return bytes;
}

/// Says how many bytes of PCM, and seconds of sound, went through in a second.
void count_sound(benchmark::State& state, double duration_s) {
  const auto rounds = static_cast<double>(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(rounds * duration_s * 2 * kRateHz));
  state.counters["realtime"] = benchmark::Counter(rounds * duration_s, benchmark::Counter::kIsRate);
}

void matrix_product_f32(benchmark::State& state) {
  MatrixProduct product(dnnl::memory::data_type::f32);
  for ([[maybe_unused]] auto _ : state) product.run();
  state.counters["FLOP"] = benchmark::Counter(MatrixProduct::operations(),
                                              benchmark::Counter::kIsIterationInvariantRate);
}

void matrix_product_bf16(benchmark::State& state) {
  if (!has_bf16()) return state.SkipWithError("this processor has no bf16");
  MatrixProduct product(dnnl::memory::data_type::bf16);
  for ([[maybe_unused]] auto _ : state) product.run();
  state.counters["FLOP"] = benchmark::Counter(MatrixProduct::operations(),
                                              benchmark::Counter::kIsIterationInvariantRate);
}

void decode(benchmark::State& state) {
  const auto duration_s = static_cast<double>(state.range(0));
  const std::vector<std::byte> body = pcm(duration_s);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(audio::decode(body, {}));
  count_sound(state, duration_s);
}

void gain(benchmark::State& state) {
  const auto duration_s = static_cast<double>(state.range(0));
  const audio::AudioClip clip = heart(duration_s);
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(audio::encode_amplified_wav(clip, 10));
  count_sound(state, duration_s);
}

void resample(benchmark::State& state) {
  const auto duration_s = static_cast<double>(state.range(0));
  const audio::AudioClip clip = heart(duration_s);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(audio::resample(clip, 2'000));
  count_sound(state, duration_s);
}

void network(benchmark::State& state, model::Precision precision) {
  if (precision == model::Precision::bf16 && !has_bf16()) {
    return state.SkipWithError("this processor has no bf16");
  }
  const auto model = sure(model::Model::load(model_folder() / "model.onnx", precision));
  auto workspace = model.make_workspace();
  const auto duration_s = static_cast<double>(state.range(0));
  const std::vector<float> samples = heart(duration_s, 2'000).samples;
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(model.run(samples, workspace));
  count_sound(state, duration_s);
  state.counters["FLOP"] =
      benchmark::Counter(kNetworkFlopPerSample * static_cast<double>(samples.size()),
                         benchmark::Counter::kIsIterationInvariantRate);
}

void heart_sounds(benchmark::State& state) {
  const auto detector =
      sure(beats::HeartSoundDetector::load(model_folder() / "beats.onnx", model::Precision::f32));
  auto workspace = detector.make_workspace();
  const auto duration_s = static_cast<double>(state.range(0));
  const audio::AudioClip clip = heart(duration_s, 2'000);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(detector.detect(clip, workspace));
  count_sound(state, duration_s);
}

void features_of_beats(benchmark::State& state) {
  const auto detector =
      sure(beats::HeartSoundDetector::load(model_folder() / "beats.onnx", model::Precision::f32));
  auto workspace = detector.make_workspace();
  const auto duration_s = static_cast<double>(state.range(0));
  const audio::AudioClip clip = heart(duration_s, 2'000);
  const beats::Heartbeats beats = sure(detector.detect(clip, workspace));
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(features::evidence_features(clip, beats));
  count_sound(state, duration_s);
}

void classify(benchmark::State& state) {
  const auto classifier = sure(classify::Classifier::load(model_folder(), {}));
  auto workspace = classifier.make_workspace();
  const auto duration_s = static_cast<double>(state.range(0));
  const audio::AudioClip clip = heart(duration_s);
  for ([[maybe_unused]] auto _ : state)
    benchmark::DoNotOptimize(classifier.classify(clip, workspace));
  count_sound(state, duration_s);
}

void archive(benchmark::State& state) {
  const auto duration_s = static_cast<double>(state.range(0));
  const std::vector<std::byte> body = pcm(duration_s);
  const audio::SourceFormat format = sure(audio::BlockReader::open(body, {})).format();
  std::size_t size = 0;
  for ([[maybe_unused]] auto _ : state) {
    std::vector<std::byte> kept;
    kept.reserve(body.size());
    sure(audio::archive(body, {}, format, audio::into(kept)));
    size = kept.size();
  }
  count_sound(state, duration_s);
  state.counters["kept"] = static_cast<double>(size) / static_cast<double>(body.size());
}

service::ModelSlot load_models() {
  return service::ModelSlot(std::make_shared<const service::ServingModel>(
      service::ServingModel{sure(classify::Classifier::load(model_folder(), {})), ""}));
}

/// What a commit is like: the whole of submit() on one connection.
void submit(benchmark::State& state) {
  const TemporaryFolder folder;
  service::ModelSlot models = load_models();
  auto store = sure(storage::SqliteRecordingStore::open(folder.path(), service::listening_copy));
  service::RecordingService service(models, store, {});
  auto workspace = models.current()->classifier.make_workspace();
  const auto duration_s = static_cast<double>(state.range(0));
  const std::vector<std::byte> body = pcm(duration_s);
  for ([[maybe_unused]] auto _ : state) {
    service::Upload upload{
        .body = body, .declared = {}, .gain = {}, .device = "", .received_at = now()};
    sure(service.submit(upload, workspace));
  }
  count_sound(state, duration_s);
}

void insert(benchmark::State& state) {
  const TemporaryFolder folder;
  service::ModelSlot models = load_models();
  auto store = sure(storage::SqliteRecordingStore::open(folder.path(), service::listening_copy));
  service::RecordingService service(models, store, {});
  auto workspace = models.current()->classifier.make_workspace();
  const auto duration_s = static_cast<double>(state.range(0));
  const std::vector<std::byte> body = pcm(duration_s);
  service::Upload upload{
      .body = body, .declared = {}, .gain = {}, .device = "", .received_at = now()};
  Recording recording = sure(service.submit(upload, workspace));
  const storage::StoredAudio audio = sure(store.find_audio(recording.id));
  const std::vector<std::byte> wav = sure(service::listening_copy(audio, 10));
  for ([[maybe_unused]] auto _ : state) {
    recording.id = new_id(now());
    const Status stored = store.insert(recording, audio, wav);
    if (!stored) return state.SkipWithError(stored.error().message.c_str());
  }
  count_sound(state, duration_s);
}

void http_round_trip(benchmark::State& state) {
  const TemporaryFolder folder;
  service::ModelSlot models = load_models();
  auto store = sure(storage::SqliteRecordingStore::open(folder.path(), service::listening_copy));
  service::RecordingService service(models, store, {});
  RoundTrip trip(service);
  for ([[maybe_unused]] auto _ : state) {
    if (!trip.get("/v2/health/live")) return state.SkipWithError("no answer");
  }
}

// 4 and 10 s are the uploads that compare.sh sends.
BENCHMARK(matrix_product_f32)->Unit(benchmark::kMillisecond);
BENCHMARK(matrix_product_bf16)->Unit(benchmark::kMillisecond);
BENCHMARK(decode)->Arg(4)->Arg(10)->Arg(60)->Unit(benchmark::kMicrosecond);
BENCHMARK(gain)->Arg(4)->Arg(10)->Arg(60)->Unit(benchmark::kMicrosecond);
BENCHMARK(resample)->Arg(4)->Arg(10)->Arg(60)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(network, f32, model::Precision::f32)
    ->Arg(5)
    ->Arg(10)
    ->Arg(30)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(network, bf16, model::Precision::bf16)
    ->Arg(5)
    ->Arg(10)
    ->Arg(30)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(heart_sounds)->Arg(4)->Arg(10)->Arg(60)->Unit(benchmark::kMicrosecond);
BENCHMARK(features_of_beats)->Arg(4)->Arg(10)->Arg(60)->Unit(benchmark::kMicrosecond);
BENCHMARK(classify)->Arg(4)->Arg(10)->Arg(60)->Arg(3'600)->Unit(benchmark::kMillisecond);
BENCHMARK(archive)->Arg(4)->Arg(10)->Arg(60)->Unit(benchmark::kMicrosecond);
BENCHMARK(insert)->Arg(4)->Arg(10)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK(submit)->Arg(4)->Arg(10)->Unit(benchmark::kMicrosecond)->UseRealTime();
BENCHMARK(http_round_trip)->Unit(benchmark::kMicrosecond)->UseRealTime();

}  // namespace
}  // namespace auscult::benchmarks

BENCHMARK_MAIN();
