// What every store must do with recordings that come in pieces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "contract_fixture.hpp"
#include "core/hash.hpp"

namespace auscult::storage {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Timestamp kStart = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

template <typename Fixture>
class SessionContract : public RecordingStoreContract<Fixture> {
 protected:
  UploadSession make(const std::string& device = "ward-3") {
    UploadSession session;
    session.id = new_id(kStart);
    session.device = device;
    session.declared = "sample_rate=8000";
    session.created_at = kStart;
    session.expires_at = kStart + hours(24);
    return session;
  }

  UploadSession open(const std::string& device = "ward-3", const SessionLimits& limits = {}) {
    UploadSession session = make(device);
    const Status opened = this->store().open_session(session, limits);
    EXPECT_TRUE(opened) << opened.error().message;
    return session;
  }

  Result<ChunkOutcome> put(const std::string& id, int number, const std::string& text,
                           const SessionLimits& limits = {}) {
    const std::vector<std::byte> bytes = bytes_of_text(text);
    return this->store().put_chunk({id, number, sha256_hex(bytes), bytes}, limits, kStart);
  }

  Status insert_finished(const Recording& recording, const FinishedSession& finished) {
    Origin origin;
    origin.session = finished;
    return this->store().insert(recording, example_audio(recording), bytes_of_text("wav"), origin);
  }

  std::string bytes_of(const std::string& id) {
    const auto bytes = this->store().session_bytes(id);
    EXPECT_TRUE(bytes) << bytes.error().message;
    return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
  }
};
TYPED_TEST_SUITE(SessionContract, Stores, StoreNames);

TYPED_TEST(SessionContract, PutsChunksTogetherInTheOrderOfTheirNumbers) {
  const UploadSession session = this->open();
  for (const auto& [number, text] :
       {std::pair(2, "ghi"), std::pair(0, "abc"), std::pair(1, "def")}) {
    const auto put = this->put(session.id, number, text);
    ASSERT_TRUE(put) << put.error().message;
    EXPECT_EQ(*put, ChunkOutcome::stored);
  }
  EXPECT_EQ(this->bytes_of(session.id), "abcdefghi");
}

TYPED_TEST(SessionContract, TellsWhatHasCome) {
  UploadSession session = this->open();
  EXPECT_EQ(*this->store().find_session(session.id, kStart), session);
  for (const int number : {0, 5, 1, 4}) ASSERT_TRUE(this->put(session.id, number, "abc"));
  session.chunks = 4;
  session.bytes = 12;
  session.received = {{0, 1}, {4, 5}};
  EXPECT_EQ(*this->store().find_session(session.id, kStart), session);
}

TYPED_TEST(SessionContract, TakesTheSameChunkAgainAndRefusesAnother) {
  const UploadSession session = this->open();
  EXPECT_EQ(*this->put(session.id, 0, "abc"), ChunkOutcome::stored);
  EXPECT_EQ(*this->put(session.id, 0, "abc"), ChunkOutcome::same);
  EXPECT_EQ(*this->put(session.id, 0, "abd"), ChunkOutcome::differs);
  EXPECT_EQ(this->bytes_of(session.id), "abc");
  EXPECT_EQ(this->store().find_session(session.id, kStart)->bytes, 3);
}

TYPED_TEST(SessionContract, StillHasEverythingAfterItWasClosed) {
  const UploadSession session = this->open();
  ASSERT_TRUE(this->put(session.id, 1, "def"));
  this->reopen();
  ASSERT_TRUE(this->put(session.id, 0, "abc"));
  this->reopen();
  EXPECT_EQ(this->bytes_of(session.id), "abcdef");
  EXPECT_THAT(this->store().find_session(session.id, kStart)->received,
              ElementsAre(ChunkRange{0, 1}));
}

TYPED_TEST(SessionContract, BecomesARecordingAndLosesItsChunksInOneCommit) {
  const UploadSession session = this->open();
  ASSERT_TRUE(this->put(session.id, 0, "abc"));
  const Recording recording = example_recording(1);
  ASSERT_TRUE(this->insert_finished(recording, {session.id, 1, kStart + hours(30)}));
  EXPECT_EQ(*this->store().find(recording.id), recording);
  EXPECT_EQ(this->bytes_of(session.id), "");
  EXPECT_EQ(*this->put(session.id, 1, "def"), ChunkOutcome::finished);
  // Longer than it would have lived, so that its client can ask again.
  const auto found = this->store().find_session(session.id, kStart + hours(29));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->recording_id, recording.id);
}

TYPED_TEST(SessionContract, BecomesOneRecordingOnly) {
  const UploadSession session = this->open();
  ASSERT_TRUE(this->put(session.id, 0, "abc"));
  const Recording first = example_recording(1);
  ASSERT_TRUE(this->insert_finished(first, {session.id, 1, kStart}));
  EXPECT_FALSE(this->insert_finished(example_recording(2), {session.id, 1, kStart}));
  EXPECT_THAT(this->ids({}), ElementsAre(first.id));
  EXPECT_EQ(*this->store().latest(std::nullopt), first);
}

TYPED_TEST(SessionContract, IsNotFinishedWithoutAChunkThatCameMeanwhile) {
  const UploadSession session = this->open();
  ASSERT_TRUE(this->put(session.id, 0, "abc"));
  ASSERT_TRUE(this->put(session.id, 1, "def"));
  const Status inserted = this->insert_finished(example_recording(1), {session.id, 1, kStart});
  ASSERT_FALSE(inserted);
  EXPECT_EQ(inserted.error().code, ErrorCode::unavailable);
  EXPECT_THAT(this->ids({}), IsEmpty());
  EXPECT_EQ(this->bytes_of(session.id), "abcdef");
}

TYPED_TEST(SessionContract, IsGoneWithItsChunksWhenItIsRemoved) {
  const UploadSession session = this->open();
  ASSERT_TRUE(this->put(session.id, 0, "abc"));
  ASSERT_TRUE(this->store().remove_session(session.id));
  EXPECT_EQ(this->store().find_session(session.id, kStart).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->put(session.id, 1, "def").error().code, ErrorCode::not_found);
  EXPECT_EQ(this->bytes_of(session.id), "");
  EXPECT_EQ(this->store().remove_session(session.id).error().code, ErrorCode::not_found);
}

TYPED_TEST(SessionContract, ExpiresAndIsThenDeleted) {
  const UploadSession session = this->open();
  ASSERT_TRUE(this->put(session.id, 0, "abc"));
  const Timestamp end = session.expires_at;
  EXPECT_EQ(*this->store().purge_sessions(end - std::chrono::milliseconds(1)), 0);
  EXPECT_TRUE(this->store().find_session(session.id, end - std::chrono::milliseconds(1)));
  EXPECT_EQ(this->store().find_session(session.id, end).error().code, ErrorCode::not_found);
  EXPECT_EQ(*this->store().purge_sessions(end), 1);
  EXPECT_EQ(this->bytes_of(session.id), "");
}

TYPED_TEST(SessionContract, BoundsHowManyAreOpen) {
  SessionLimits limits;
  limits.max_sessions = 3;
  limits.max_sessions_per_device = 2;
  const UploadSession first = this->open("a", limits);
  this->open("a", limits);
  const Status third_of_device = this->store().open_session(this->make("a"), limits);
  ASSERT_FALSE(third_of_device);
  EXPECT_EQ(third_of_device.error().code, ErrorCode::unavailable);
  EXPECT_THAT(third_of_device.error().message, HasSubstr("a has 2 open sessions"));
  this->open("b", limits);
  const Status fourth = this->store().open_session(this->make("c"), limits);
  ASSERT_FALSE(fourth);
  EXPECT_THAT(fourth.error().message, HasSubstr("3 sessions are open"));
  // What is finished is not open.
  ASSERT_TRUE(this->put(first.id, 0, "abc"));
  ASSERT_TRUE(this->insert_finished(example_recording(1), {first.id, 1, kStart}));
  EXPECT_TRUE(this->store().open_session(this->make("a"), limits));
}

TYPED_TEST(SessionContract, BoundsWhatTheyHold) {
  SessionLimits limits;
  limits.max_chunks = 4;
  limits.max_bytes = 10;
  limits.max_bytes_per_device = 15;
  limits.max_total_bytes = 20;
  const std::string a = this->open("a").id;
  const std::string a2 = this->open("a").id;
  const std::string b = this->open("b").id;
  EXPECT_EQ(this->put(a, 4, "x", limits).error().code, ErrorCode::too_large);
  EXPECT_EQ(this->put(a, -1, "x", limits).error().code, ErrorCode::too_large);
  ASSERT_TRUE(this->put(a, 0, "1234567890", limits));
  EXPECT_EQ(this->put(a, 1, "x", limits).error().code, ErrorCode::too_large);
  ASSERT_TRUE(this->put(a2, 0, "12345", limits));
  EXPECT_EQ(this->put(a2, 1, "x", limits).error().code, ErrorCode::unavailable);
  ASSERT_TRUE(this->put(b, 0, "12345", limits));
  EXPECT_EQ(this->put(b, 1, "x", limits).error().code, ErrorCode::unavailable);
  // The same again takes no room.
  EXPECT_EQ(*this->put(a, 0, "1234567890", limits), ChunkOutcome::same);
  ASSERT_TRUE(this->store().remove_session(a));
  EXPECT_TRUE(this->put(b, 1, "x", limits));
}

TYPED_TEST(SessionContract, TakesChunksFromManyThreads) {
  const UploadSession session = this->open();
  std::atomic<int> stored = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      // All send all of them.
      for (int number = 0; number < 20; ++number) {
        const auto put = this->put(session.id, number, std::to_string(number) + ",");
        if (put && *put == ChunkOutcome::stored) ++stored;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(stored, 20);
  EXPECT_EQ(this->bytes_of(session.id), "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,");
}

}  // namespace
}  // namespace auscult::storage
