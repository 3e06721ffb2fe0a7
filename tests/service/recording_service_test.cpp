// The road of an upload through decoding, a model, the archive and the store. The model is a small
// graph with fixed weights: real in everything but its training, so that no test waits for that.
#include "service/recording_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audio/decode.hpp"
#include "audio/sound_test.hpp"
#include "audio/wav.hpp"
#include "auscult/audio.hpp"
#include "core/hash.hpp"
#include "core/id.hpp"
#include "json/json.hpp"
#include "model/onnx_builder.hpp"
#include "service/worker_pool.hpp"
#include "storage/sqlite_recording_store.hpp"
#include "storage/store_test_data.hpp"

namespace auscult::service {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Writes a model of five classes: a filter bank of eight taps, its mean energies, a softmax.
void write_model(const std::filesystem::path& folder) {
  model::OnnxBuilder builder("[2000, 8000, 20000]");
  builder.metadata("auscult.labels",
                   R"(["Artifact", "Murmur", "Normal", "Extrahls", "Extrastole"])");
  std::vector<float> taps(40);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    taps[i] = std::sin(0.7F * static_cast<float>(i * i));
  }
  const std::string samples = builder.node("Unsqueeze", {"samples", builder.integers({1})});
  const std::string bands = builder.node("Conv", {samples, builder.floats({5, 1, 8}, taps)});
  const std::string energies = builder.node("Mul", {bands, bands});
  const std::string means =
      builder.node("ReduceMean", {energies},
                   {{"axes", model::OnnxBuilder::Sizes{2}}, {"keepdims", std::int64_t{0}}});
  builder.output("scores", builder.node("Mul", {means, builder.number(20)}));
  const std::vector<std::byte> bytes = builder.bytes();
  std::ofstream(folder / "model.onnx", std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

/// Little-endian s16 of a sum of tones and a little noise.
std::vector<std::byte> pcm(int sample_rate_hz = 16'000, double duration_s = 1.5,
                           double amplitude = 0.3, double frequency_hz = 110) {
  const std::vector<float> low = audio::sine(frequency_hz, sample_rate_hz, duration_s, amplitude);
  const std::vector<float> high = audio::sine(410, sample_rate_hz, duration_s, amplitude / 3);
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < low.size(); ++i) {
    const auto word = static_cast<std::uint16_t>(std::lround(32'767 * (low[i] + high[i])));
    bytes.push_back(static_cast<std::byte>(word & 0xFFU));
    bytes.push_back(static_cast<std::byte>(word >> 8U));
  }
  return bytes;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class RecordingServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    write_model(model_folder_.path());
    Result<classify::Classifier> classifier =
        classify::Classifier::load(model_folder_.path(), {.precision = model::Precision::f32});
    ASSERT_TRUE(classifier) << classifier.error().message;
    model_ = std::make_shared<const ServingModel>(ServingModel{*std::move(classifier), ""});
    models_ = std::make_unique<ModelSlot>(model_);
    Result<storage::SqliteRecordingStore> store =
        storage::SqliteRecordingStore::open(data_folder_.path(), listening_copy);
    ASSERT_TRUE(store) << store.error().message;
    store_.emplace(*std::move(store));
    configure({});
  }

  void configure(ServiceConfig config) { service_.emplace(*models_, *store_, std::move(config)); }

  Result<Recording> submit(const std::vector<std::byte>& body, const std::string& device = "",
                           const audio::Declaration& declared = {},
                           std::optional<double> gain = std::nullopt) {
    classify::Workspace workspace = classifier().make_workspace();
    return service().submit({.body = body,
                             .declared = declared,
                             .gain = gain,
                             .device = device,
                             .received_at = *parse_timestamp("2026-11-22T09:30:00.125Z")},
                            workspace);
  }

  RecordingService& service() { return *service_; }
  [[nodiscard]] const classify::Classifier& classifier() const { return model_->classifier; }
  std::filesystem::path path(const char* name) const { return data_folder_.path() / name; }

 private:
  TemporaryFolder model_folder_;
  TemporaryFolder data_folder_;
  std::shared_ptr<const ServingModel> model_;
  std::unique_ptr<ModelSlot> models_;
  std::optional<storage::SqliteRecordingStore> store_;
  std::optional<RecordingService> service_;
};

TEST_F(RecordingServiceTest, DescribesWhatArrivedAndHowItWasRead) {
  std::vector<std::byte> body = pcm();
  body.push_back(std::byte{1});
  const Result<Recording> recording = submit(body, "ward-3");
  ASSERT_TRUE(recording) << recording.error().message;
  EXPECT_TRUE(is_id(recording->id));
  EXPECT_EQ(recording->device, "ward-3");
  EXPECT_EQ(format_timestamp(recording->received_at), "2026-11-22T09:30:00.125Z");
  EXPECT_EQ(recording->source, (AudioSource{.container = "pcm",
                                            .sample_format = "s16",
                                            .sample_rate_hz = 16'000,
                                            .channels = 1,
                                            .duration_s = 1.5,
                                            .body_bytes = 48'001,
                                            .dropped_bytes = 1,
                                            .sha256 = sha256_hex(body)}));
  EXPECT_EQ(recording->gain, 10);
  EXPECT_EQ(recording->result.model.name, "test");
  EXPECT_GT(recording->timings.decode_ms, 0);
  EXPECT_GT(recording->timings.classify_ms, 0);
  EXPECT_GT(recording->timings.encode_ms, 0);
}

TEST_F(RecordingServiceTest, AnswersWhatTheClassifierSaysOfTheDecodedSignal) {
  const std::vector<std::byte> body = pcm();
  classify::Workspace workspace = classifier().make_workspace();
  const Result<Classification> expected =
      classifier().classify(audio::decode(body, {})->clip, workspace);
  ASSERT_TRUE(expected);
  EXPECT_EQ(submit(body)->result, *expected);
}

TEST_F(RecordingServiceTest, StoresWhatItAnswers) {
  const Result<Recording> recording = submit(pcm(), "ward-3");
  ASSERT_TRUE(recording);
  EXPECT_EQ(*service().find(recording->id), *recording);
  EXPECT_EQ(*service().latest("ward-3"), *recording);
  EXPECT_THAT(service().list({})->recordings, ElementsAre(*recording));
  EXPECT_EQ(*service().data_json(), json::data_json(recording->result));
  EXPECT_EQ(read(path("data.json")), json::data_json(recording->result));
}

TEST_F(RecordingServiceTest, GivesTheSameAnswerToItsStoredSound) {
  const std::vector<std::pair<std::vector<std::byte>, audio::Declaration>> uploads = {
      {pcm(), {}},
      {pcm(8'000), {.sample_rate_hz = 8'000}},
      {pcm(44'100), {.sample_rate_hz = 44'100, .channels = 2}},
      {audio::noise_bytes(30'000), {.format = audio::SampleFormat::s24}},
      {audio::noise_bytes(40'000), {.format = audio::SampleFormat::s32}},
      {audio::noise_bytes(20'000), {.format = audio::SampleFormat::u8}},
      {pcm(16'000), {.byte_order = audio::ByteOrder::big}},
      {*pcm_to_wav(pcm(22'050), 22'050), {}},
  };
  classify::Workspace workspace = classifier().make_workspace();
  std::set<std::vector<double>> answers;
  for (const auto& [body, declared] : uploads) {
    const Result<Recording> recording = submit(body, "", declared);
    ASSERT_TRUE(recording) << recording.error().message;
    const Result<std::vector<std::byte>> wav = service().wav(recording->id);
    ASSERT_TRUE(wav) << wav.error().message;
    const Result<audio::DecodedAudio> decoded = audio::decode(*wav, {});
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*classifier().classify(decoded->clip, workspace), recording->result)
        << recording->source.sample_format << " at " << recording->source.sample_rate_hz;
    answers.insert(recording->result.probabilities);
  }
  EXPECT_GT(answers.size(), 4U) << "a model that always says the same shows nothing";
}

TEST_F(RecordingServiceTest, GivesTheSameAnswerAtAnyGain) {
  const Result<Recording> quiet = submit(pcm(), "", {}, 1);
  const Result<Recording> loud = submit(pcm(), "", {}, 100);
  ASSERT_TRUE(quiet && loud);
  EXPECT_EQ(quiet->result, loud->result);
  EXPECT_EQ(quiet->clipped_fraction, 0);
  EXPECT_GT(loud->clipped_fraction, 0.5);
}

TEST_F(RecordingServiceTest, WritesTheAmplifiedUploadForListening) {
  const std::vector<std::byte> body = pcm(16'000, 1.5, 0.05);
  ASSERT_TRUE(submit(body, "", {}, 4));
  const std::vector<std::byte> expected =
      audio::encode_amplified_wav(audio::decode(body, {})->clip, 4).bytes;
  EXPECT_TRUE(read(path("output_audio.wav")) == text_of(expected));
}

TEST_F(RecordingServiceTest, MakesTheSameListeningCopyFromTheStoredSound) {
  const Result<Recording> first = submit(pcm(8'000), "", {.sample_rate_hz = 8'000}, 3);
  const std::string copy = read(path("output_audio.wav"));
  const Result<Recording> second = submit(pcm(16'000, 1));
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(service().remove(second->id, now()));
  EXPECT_TRUE(read(path("output_audio.wav")) == copy);
}

TEST_F(RecordingServiceTest, ReadsAnUploadAsTheDevicesSettingsSay) {
  ServiceConfig config;
  config.devices["icu"].format.sample_rate_hz = 8'000;
  configure(config);
  EXPECT_EQ(submit(pcm(8'000), "icu")->source.duration_s, 1.5);
  EXPECT_EQ(submit(pcm(8'000), "ward")->source.duration_s, 0.75);
}

TEST_F(RecordingServiceTest, ReadsTheNextUploadAsWasSetForTheDevice) {
  ServiceConfig config;
  config.devices["icu"] = {.format = {.sample_rate_hz = 4'000}, .gain = 2};
  configure(config);
  ASSERT_TRUE(service().set_device_settings("icu", {8'000, {}, {}, {}}));
  const Result<Recording> recording = submit(pcm(8'000), "icu");
  ASSERT_TRUE(recording);
  EXPECT_EQ(recording->source.duration_s, 1.5) << "it wins over the server's settings";
  EXPECT_EQ(recording->gain, 2) << "which hold for the rest";
  EXPECT_EQ(submit(pcm(16'000), "icu", {.sample_rate_hz = 16'000})->source.duration_s, 1.5);
  ASSERT_TRUE(service().set_device_settings("icu", {}));
  EXPECT_EQ(submit(pcm(8'000), "icu")->source.duration_s, 3.0);
}

TEST_F(RecordingServiceTest, RejectsSettingsThatNoUploadCouldHave) {
  EXPECT_FALSE(service().set_device_settings("icu", {10, {}, {}, {}}));
  EXPECT_FALSE(service().set_device_settings("icu", {{}, {}, "mp3", {}}));
  EXPECT_FALSE(service().set_device_settings("a b", {8'000, {}, {}, {}}));
  EXPECT_TRUE(service().devices()->empty());
}

TEST_F(RecordingServiceTest, ShowsWhatIsAssumedOfADevice) {
  ASSERT_TRUE(service().set_device_settings("icu", {{}, 2, "s24be", {}}));
  ASSERT_TRUE(submit(pcm(16'000), "ward"));
  const auto devices = service().devices();
  ASSERT_TRUE(devices) << devices.error().message;
  ASSERT_EQ(devices->size(), 2U);
  EXPECT_EQ((*devices)[0].name, "ward");
  EXPECT_EQ((*devices)[0].assumed, (DeviceSettings{16'000, 1, "s16", 10}));
  EXPECT_EQ((*devices)[1].name, "icu");
  EXPECT_FALSE((*devices)[1].latest);
  EXPECT_EQ((*devices)[1].assumed, (DeviceSettings{16'000, 2, "s24be", 10}));
}

TEST_F(RecordingServiceTest, TakesBackADeletionOnlyWithinItsGrace) {
  ServiceConfig config;
  config.undo_grace = std::chrono::seconds(60);
  configure(config);
  const Timestamp time = *parse_timestamp("2026-11-22T10:00:00Z");
  const std::string id = submit(pcm())->id;
  ASSERT_TRUE(service().remove(id, time));
  EXPECT_TRUE(service().restore(id, time + std::chrono::seconds(59)));
  ASSERT_TRUE(service().remove(id, time));
  ASSERT_TRUE(service().purge(time + std::chrono::seconds(59)));
  EXPECT_EQ(service().restore(id, time + std::chrono::seconds(60)).error().code,
            ErrorCode::not_found);
}

TEST_F(RecordingServiceTest, TakesNoLabelThatTheModelDoesNotKnow) {
  const std::string id = submit(pcm())->id;
  EXPECT_EQ(service().review(id, {.note = {}, .label = "Gallop"}, now()).error().code,
            ErrorCode::invalid_argument);
  EXPECT_EQ(
      service().review(id, {.note = std::string(4'001, 'x'), .label = {}}, now()).error().code,
      ErrorCode::invalid_argument);
  EXPECT_FALSE(service().find(id)->review);
}

TEST_F(RecordingServiceTest, TellsListenersWhatHappensToARecording) {
  std::vector<std::pair<Event::Kind, std::string>> told;
  const auto subscription = service().events().subscribe(
      [&](const auto& event) { told.emplace_back(event->kind, event->id); });
  const std::string id = submit(pcm())->id;
  EXPECT_FALSE(submit({}));
  ASSERT_TRUE(service().review(id, {.note = "a", .label = {}}, now()));
  ASSERT_TRUE(service().remove(id, now()));
  ASSERT_TRUE(service().restore(id, now()));
  using Kind = Event::Kind;
  EXPECT_THAT(told, ElementsAre(std::pair(Kind::stored, id), std::pair(Kind::updated, id),
                                std::pair(Kind::removed, id), std::pair(Kind::updated, id)));
}

TEST_F(RecordingServiceTest, ClassifiesWithoutStoringAsItWouldStore) {
  const std::vector<std::byte> body = pcm(8'000);
  classify::Workspace workspace = classifier().make_workspace();
  Upload upload;
  upload.body = body;
  upload.declared.sample_rate_hz = 8'000;
  const Result<Classification> preview = service().classify(upload, workspace);
  ASSERT_TRUE(preview);
  EXPECT_FALSE(service().latest(std::nullopt));
  EXPECT_EQ(*preview, submit(body, "", {.sample_rate_hz = 8'000})->result);
}

TEST_F(RecordingServiceTest, RejectsAnEmptyBodyInTheWordsOfTheContract) {
  const Result<Recording> recording = submit({});
  ASSERT_FALSE(recording);
  EXPECT_EQ(recording.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(recording.error().message, "No audio data received");
}

TEST_F(RecordingServiceTest, StoresNothingOfAnUploadThatItRejects) {
  EXPECT_EQ(submit({}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(submit({std::byte{1}}).error().code, ErrorCode::malformed_audio);
  EXPECT_EQ(submit(pcm(), "no such name!").error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(submit(pcm(), "", {}, -1).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(submit(pcm(), "", {.sample_rate_hz = 1}).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(service().list({})->recordings.empty());
  EXPECT_EQ(service().data_json().error().code, ErrorCode::not_found);
}

TEST_F(RecordingServiceTest, SaysWhichRecordingHasNoSound) {
  const std::string id = new_id(now());
  const Result<std::vector<std::byte>> wav = service().wav(id);
  ASSERT_FALSE(wav);
  EXPECT_EQ(wav.error().code, ErrorCode::not_found);
  EXPECT_THAT(wav.error().message, HasSubstr(id));
}

TEST_F(RecordingServiceTest, CountsWhatItDecodesAndGivesItBack) {
  const std::vector<std::byte> body = pcm();  // 24,000 samples
  MemoryBudget budget(1'000'000);
  classify::Workspace workspace = classifier().make_workspace();
  const auto submit_within = [&](MemoryBudget::Lease& lease) {
    return service().submit({.body = body,
                             .declared = {},
                             .gain = {},
                             .device = "",
                             .received_at = now(),
                             .memory = &lease},
                            workspace);
  };
  {
    MemoryBudget::Lease lease(budget);
    EXPECT_TRUE(submit_within(lease));
    // The analysis, and room for the kept copy, which is more than it and the store's copy took.
    EXPECT_EQ(budget.left(), 1'000'000U - classifier().analysis_bytes(1.5) - body.size());
    MemoryBudget::Lease another(budget);
    ASSERT_TRUE(another.add(900'000));
    EXPECT_EQ(submit_within(another).error().code, ErrorCode::unavailable);
  }
  EXPECT_EQ(budget.left(), 1'000'000U);
  EXPECT_EQ(service().list({})->recordings.size(), 1U);
}

TEST_F(RecordingServiceTest, CountsOfAKeptCopyInAFileWhatIsInMemory) {
  const std::vector<std::byte> body = audio::noise_bytes(8 * storage::Spool::kInMemoryBytes);
  const double duration_s = static_cast<double>(body.size()) / (2 * 16'000);
  const std::size_t analysis = classifier().analysis_bytes(duration_s);
  ASSERT_LT(analysis, 8 * storage::Spool::kInMemoryBytes) << "or the kept copy would not matter";
  MemoryBudget budget(100'000'000);
  MemoryBudget::Lease lease(budget);
  classify::Workspace workspace = classifier().make_workspace();
  const Result<Recording> recording = service().submit({.body = body,
                                                        .declared = {},
                                                        .gain = {},
                                                        .device = "",
                                                        .received_at = now(),
                                                        .memory = &lease},
                                                       workspace);
  ASSERT_TRUE(recording) << recording.error().message;
  EXPECT_NEAR(static_cast<double>(100'000'000U - budget.left()),
              static_cast<double>(std::max(analysis + storage::Spool::kInMemoryBytes,
                                           2 * storage::Spool::kInMemoryBytes)),
              1'000)
      << "each block's is rounded down";
}

TEST_F(RecordingServiceTest, NeedsTheBodyNoMoreOnceItHasBeenHeard) {
  // Large enough that the kept copy goes through a file.
  const std::vector<std::byte> whole = audio::noise_bytes(3 * storage::Spool::kInMemoryBytes);
  std::vector<std::byte> body = whole;
  classify::Workspace workspace = classifier().make_workspace();
  bool is_computed = false;
  const Result<Recording> recording = service().submit({.body = body,
                                                        .declared = {},
                                                        .gain = {},
                                                        .device = "",
                                                        .received_at = now(),
                                                        .heard =
                                                            [&] {
                                                              EXPECT_FALSE(is_computed);
                                                              std::ranges::fill(body, std::byte{0});
                                                            },
                                                        .computed = [&] { is_computed = true; }},
                                                       workspace);
  ASSERT_TRUE(recording) << recording.error().message;
  EXPECT_TRUE(is_computed);
  EXPECT_EQ(std::ranges::count(body, std::byte{0}), static_cast<std::ptrdiff_t>(whole.size()));
  EXPECT_EQ(recording->source.sha256, sha256_hex(whole));
  EXPECT_EQ(recording->source.body_bytes, static_cast<std::int64_t>(whole.size()));
  const audio::AudioClip clip = audio::decode(whole, {})->clip;
  EXPECT_EQ(recording->result, *classifier().classify(clip, workspace));
  EXPECT_EQ(audio::decode(*service().wav(recording->id), {})->clip, clip);
}

TEST_F(RecordingServiceTest, ClassifiesWithTheModelThatAnUploadBegan) {
  // Of the same graph, but with memory that fits no other.
  const TemporaryFolder folder;
  write_model(folder.path());
  auto loaded = classify::Classifier::load(folder.path(), {});
  ASSERT_TRUE(loaded);
  const auto pinned =
      std::make_shared<const ServingModel>(ServingModel{*std::move(loaded), "pinned"});
  classify::Workspace workspace = classifier().make_workspace();
  const std::vector<std::byte> body = pcm();
  for (const auto& model : {pinned, std::shared_ptr<const ServingModel>(), pinned}) {
    const auto recording = service().submit({.body = body,
                                             .declared = {},
                                             .gain = {},
                                             .device = "",
                                             .received_at = now(),
                                             .model = model},
                                            workspace);
    ASSERT_TRUE(recording) << recording.error().message;
    EXPECT_EQ(workspace.made_for == pinned->classifier.make_workspace().made_for, model == pinned);
  }
}

TEST_F(RecordingServiceTest, StoresEveryUploadOfABusyPool) {
  constexpr int kUploads = 24;
  const std::vector<std::byte> body = pcm(16'000, 0.5);
  const Result<Recording> alone = submit(body);
  std::atomic<int> same = 0;
  {
    std::vector<classify::Workspace> workspaces;
    for (int i = 0; i < 3; ++i) workspaces.push_back(classifier().make_workspace());
    WorkerPool<classify::Workspace> pool(std::move(workspaces), kUploads);
    for (int i = 0; i < kUploads; ++i) {
      ASSERT_TRUE(pool.try_submit(
          {.run =
               [&](classify::Workspace& workspace) {
                 const Result<Recording> recording = service().submit({.body = body,
                                                                       .declared = {},
                                                                       .gain = {},
                                                                       .device = "busy",
                                                                       .received_at = now()},
                                                                      workspace);
                 if (recording && recording->result == alone->result) ++same;
               },
           .refuse = [](const Error& error) { ADD_FAILURE() << error.message; }}));
    }
  }
  EXPECT_EQ(same, kUploads);
  storage::ListQuery query;
  query.device = "busy";
  EXPECT_EQ(service().list(query)->recordings.size(), std::size_t{kUploads});
}

}  // namespace
}  // namespace auscult::service
