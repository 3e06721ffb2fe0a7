// `auscult reclassify`, run as a library on a folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "audio/wav.hpp"
#include "run_cli.hpp"
#include "storage/reclassifications.hpp"
#include "storage/sqlite_recording_store.hpp"
#include "storage/store_test_data.hpp"
#include "support/tone_model.hpp"

namespace auscult::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Three recordings of tones, answered by a model of hearts, and a model of tones.
class ReclassifyCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::write_tone_model(model_.path());
    auto store = open();
    for (int i = 0; i < 3; ++i) {
      recordings_.push_back(storage::example_recording(i, i < 2 ? "ward" : "theatre"));
      auto wav = audio::encode_amplified_wav(testing::tone(1'500, 16'000), 1).bytes;
      const storage::StoredAudio sound{"audio/wav", std::move(wav)};
      ASSERT_TRUE(store->insert(recordings_.back(), sound, sound.bytes));
    }
  }
  std::unique_ptr<storage::RecordingStore> open() {
    auto opened =
        storage::SqliteRecordingStore::open(data_.path(), storage::example_listening_copy);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::make_unique<storage::SqliteRecordingStore>(*std::move(opened));
  }
  [[nodiscard]] Outcome reclassify(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"reclassify", "--data-dir", data_.path(), "--model",
                                          model_.path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_cli(arguments);
  }

  TemporaryFolder data_;
  TemporaryFolder model_;
  std::vector<Recording> recordings_;
};

TEST_F(ReclassifyCommandTest, ComparesWhatTwoModelsSay) {
  const Outcome done = reclassify();
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("3 recordings judged, 3 of them otherwise than at first"));
  EXPECT_THAT(done.out, HasSubstr("Normal        high          3"));
  auto store = open();
  storage::Reclassifications all(store->sql());
  EXPECT_EQ(all.answers_of(recordings_[0].id)->front().name, "tones");
  EXPECT_EQ(*store->find(recordings_[0].id), recordings_[0]);
}

TEST_F(ReclassifyCommandTest, TakesWhatIsChosen) {
  const Outcome done = reclassify({"--where", "device=theatre"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("1 recordings judged"));
  const Outcome wrong = reclassify({"--where", "devise=theatre"});
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, HasSubstr("--where: unknown parameter \"devise\""));
}

TEST_F(ReclassifyCommandTest, CountsWhatCannotBeJudged) {
  {
    auto store = open();
    const storage::StoredAudio damaged{"audio/wav",
                                       storage::bytes_of_text("RIFF\x10---WAVEand no more")};
    ASSERT_TRUE(store->insert(storage::example_recording(3), damaged, damaged.bytes));
  }
  const Outcome done = reclassify();
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("3 recordings judged"));
  EXPECT_THAT(done.out, HasSubstr("1 could not be"));
}

TEST_F(ReclassifyCommandTest, DoesNotTakeAFolderThatIsInUse) {
  const auto store = open();
  const Outcome refused = reclassify();
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr(data_.path().string()));
  EXPECT_THAT(refused.out, Not(HasSubstr("judged")));
}

}  // namespace
}  // namespace auscult::cli
