// What every store must know of requests that may be sent again.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "contract_fixture.hpp"

namespace auscult::storage {
namespace {

using std::chrono::seconds;

template <typename Fixture>
class RetryContract : public RecordingStoreContract<Fixture> {
 protected:
  Recording insert_for(int second, const std::string& fingerprint,
                       const std::optional<std::string>& key = std::nullopt) {
    Recording recording = example_recording(second);
    Origin origin;
    origin.fingerprint = fingerprint;
    origin.key = key;
    const Status inserted =
        this->store().insert(recording, example_audio(recording), bytes_of_text("wav"), origin);
    EXPECT_TRUE(inserted) << inserted.error().message;
    return recording;
  }

  std::optional<Recording> repeated(const std::string& fingerprint, Timestamp from, Timestamp to) {
    const auto found = this->store().find_repeated(fingerprint, from, to);
    EXPECT_TRUE(found) << found.error().message;
    return *found;
  }

  std::optional<Answered> answered(const std::string& key) {
    const auto found = this->store().find_answered(key);
    EXPECT_TRUE(found) << found.error().message;
    return *found;
  }
};
TYPED_TEST_SUITE(RetryContract, Stores, StoreNames);

TYPED_TEST(RetryContract, FindsTheAnswerOfAKeyAfterARestart) {
  const Recording recording = this->insert_for(1, "print", "ward-3 key");
  this->reopen();
  const auto found = this->answered("ward-3 key");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->fingerprint, "print");
  EXPECT_EQ(found->recording, recording);
  EXPECT_FALSE(this->answered("ward-3 other"));
}

TYPED_TEST(RetryContract, GivesTheAnswerWithoutWhatPeopleSaidSince) {
  const Recording recording = this->insert_for(1, "print", "key");
  ASSERT_TRUE(this->store().review(recording.id, {.note = "mine", .label = {}}, now()));
  EXPECT_EQ(this->answered("key")->recording, recording);
}

TYPED_TEST(RetryContract, FindsTheSameRequestWithinATime) {
  const Recording first = this->insert_for(100, "print");
  const Timestamp time = first.received_at;
  EXPECT_EQ(this->repeated("print", time, time), first);
  EXPECT_FALSE(this->repeated("print", time + seconds(1), time + seconds(9)));
  EXPECT_FALSE(this->repeated("print", time - seconds(9), time - seconds(1)));
  EXPECT_FALSE(this->repeated("other", time, time));
  const Recording second = this->insert_for(101, "print");
  EXPECT_EQ(this->repeated("print", time, time + seconds(1)), second);
}

TYPED_TEST(RetryContract, KeepsRequestsWithAKeyApartFromThoseWithout) {
  const Recording keyed = this->insert_for(1, "print", "key");
  EXPECT_FALSE(this->repeated("print", keyed.received_at, keyed.received_at));
}

TYPED_TEST(RetryContract, FreesAKeyWithTheRemovalOfItsRecording) {
  const Recording first = this->insert_for(1, "print", "key");
  ASSERT_TRUE(this->store().remove(first.id, now()));
  EXPECT_FALSE(this->answered("key"));
  const Recording second = this->insert_for(2, "another", "key");
  EXPECT_EQ(this->answered("key")->recording, second);
  // The first one, brought back, is there without it.
  EXPECT_TRUE(this->store().restore(first.id));
  EXPECT_EQ(this->answered("key")->recording, second);
}

TYPED_TEST(RetryContract, GivesTheLastRecordingOfAKey) {
  // A second one replaces the first as the key's answer; a service looks before it stores.
  this->insert_for(1, "print", "key");
  const Recording second = this->insert_for(2, "print", "key");
  EXPECT_EQ(this->answered("key")->recording, second);
}

TYPED_TEST(RetryContract, ForgetsWhatIsTooOldAndKeepsTheRecordings) {
  const Recording old = this->insert_for(1, "old");
  const Recording keyed = this->insert_for(1, "print", "key");
  const Recording young = this->insert_for(9, "young");
  ASSERT_TRUE(this->store().forget_requests(old.received_at, old.received_at - seconds(1)));
  EXPECT_FALSE(this->repeated("old", old.received_at, old.received_at));
  EXPECT_TRUE(this->repeated("young", young.received_at, young.received_at));
  EXPECT_TRUE(this->answered("key"));
  ASSERT_TRUE(this->store().forget_requests(young.received_at, young.received_at));
  EXPECT_FALSE(this->answered("key"));
  EXPECT_EQ(this->ids({}).size(), 3U);
}

}  // namespace
}  // namespace auscult::storage
