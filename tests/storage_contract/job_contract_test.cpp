// What every store must do with work that is kept until it is done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "contract_fixture.hpp"
#include "core/id.hpp"
#include "storage/job_store.hpp"

namespace auscult::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr Timestamp kStart{seconds(1'800'000'000)};

template <typename Fixture>
class JobContract : public RecordingStoreContract<Fixture> {
 protected:
  JobStore jobs() { return JobStore(this->store().sql()); }

  NewUploadJob upload(int second, const std::string& text = "sound") {
    body_ = bytes_of_text(text);
    NewUploadJob job;
    job.created_at = kStart + seconds(second);
    job.id = new_id(job.created_at);
    job.details = "what it says of itself";
    job.fingerprint = "print of " + text;
    job.body = body_;
    return job;
  }
  std::string enqueue(const NewUploadJob& job) {
    const auto queued = jobs().enqueue(job, {});
    EXPECT_TRUE(queued) << queued.error().message;
    return queued ? queued->id : "";
  }
  std::optional<Job> claim(Timestamp at, JobKind kind = JobKind::upload,
                           const std::string& model = "") {
    const auto job = jobs().claim(kind, model, at, seconds(60));
    EXPECT_TRUE(job) << job.error().message;
    return job ? *job : std::nullopt;
  }

 private:
  std::vector<std::byte> body_;
};
TYPED_TEST_SUITE(JobContract, Stores, StoreNames);

TYPED_TEST(JobContract, KeepsAnUploadUntilItIsDone) {
  NewUploadJob wanted = this->upload(0);
  wanted.key = "ward-3 key";
  const std::string id = this->enqueue(wanted);
  EXPECT_EQ(id, wanted.id);
  this->reopen();

  const std::optional<Job> job = this->claim(kStart);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->id, id);
  EXPECT_EQ(job->subject, id);
  EXPECT_EQ(job->kind, JobKind::upload);
  EXPECT_EQ(job->details, wanted.details);
  EXPECT_EQ(job->key, wanted.key);
  EXPECT_EQ(job->fingerprint, wanted.fingerprint);
  EXPECT_EQ(job->created_at, kStart);
  EXPECT_EQ(job->attempts, 1);
  EXPECT_EQ(job->bytes, 5);
  const auto body = this->jobs().body(id);
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ(*body, bytes_of_text("sound"));

  ASSERT_TRUE(this->jobs().finish(job->claim()));
  EXPECT_EQ(this->jobs().find(id).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->jobs().body(id).error().code, ErrorCode::not_found);
}

TYPED_TEST(JobContract, GivesTheOldestThatIsDueAndEachToOne) {
  const std::string second = this->enqueue(this->upload(1, "b"));
  const std::string first = this->enqueue(this->upload(0, "a"));
  EXPECT_FALSE(this->claim(kStart - milliseconds(1)));
  EXPECT_EQ(this->claim(kStart + seconds(1))->id, first);
  EXPECT_EQ(this->claim(kStart + seconds(1))->id, second);
  EXPECT_FALSE(this->claim(kStart + seconds(1)));
  EXPECT_FALSE(this->claim(kStart + seconds(1), JobKind::webhook));
}

TYPED_TEST(JobContract, GivesEachToOneOfManyThatAskAtOnce) {
  constexpr int kJobs = 40;
  for (int i = 0; i < kJobs; ++i) this->enqueue(this->upload(i, std::to_string(i)));
  std::mutex mutex;
  std::multiset<std::string> claimed;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (const std::optional<Job> job = this->claim(kStart + seconds(kJobs))) {
        const std::lock_guard lock(mutex);
        claimed.insert(job->id);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(claimed.size(), static_cast<std::size_t>(kJobs));
  EXPECT_EQ(std::set<std::string>(claimed.begin(), claimed.end()).size(), claimed.size());
}

TYPED_TEST(JobContract, PassesOnWhatIsNotDoneInTime) {
  const std::string id = this->enqueue(this->upload(0));
  const std::optional<Job> slow = this->claim(kStart);
  ASSERT_TRUE(slow);
  EXPECT_FALSE(this->claim(kStart + seconds(59)));
  const std::optional<Job> quick = this->claim(kStart + seconds(60));
  ASSERT_TRUE(quick);
  EXPECT_EQ(quick->id, id);
  EXPECT_EQ(quick->attempts, 2);

  // Whoever comes late changes nothing.
  JobStore jobs = this->jobs();
  const Error error = fail(ErrorCode::internal, "too late");
  for (const Status& late :
       {jobs.renew(slow->claim(), kStart), jobs.finish(slow->claim()),
        jobs.put_off(slow->claim(), error, kStart), jobs.bury(slow->claim(), error)}) {
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::unavailable);
    EXPECT_THAT(late.error().message, HasSubstr("longer than its lease"));
  }
  EXPECT_EQ(jobs.find(id)->attempts, 2);
  EXPECT_TRUE(jobs.finish(quick->claim()));
}

TYPED_TEST(JobContract, IsKeptLongerByWhoIsStillAtIt) {
  this->enqueue(this->upload(0));
  const std::optional<Job> job = this->claim(kStart);
  ASSERT_TRUE(this->jobs().renew(job->claim(), kStart + seconds(100)));
  EXPECT_FALSE(this->claim(kStart + seconds(99)));
  EXPECT_TRUE(this->claim(kStart + seconds(100)));
}

TYPED_TEST(JobContract, TriesAgainWhatFailedAndShowsWhatWasGivenUp) {
  const std::string id = this->enqueue(this->upload(0));
  JobStore jobs = this->jobs();
  const Error away = fail(ErrorCode::unavailable, "the database is away");
  ASSERT_TRUE(jobs.put_off(this->claim(kStart)->claim(), away, kStart + seconds(5)));
  EXPECT_FALSE(this->claim(kStart + seconds(4)));
  const std::optional<Job> again = this->claim(kStart + seconds(5));
  ASSERT_TRUE(again);
  ASSERT_TRUE(again->error);
  EXPECT_EQ(again->error->code, ErrorCode::unavailable);
  EXPECT_EQ(again->error->message, away.message);

  const Error wrong = fail(ErrorCode::malformed_audio, "no sound");
  ASSERT_TRUE(jobs.bury(again->claim(), wrong));
  EXPECT_FALSE(this->claim(kStart + seconds(1'000)));
  const auto dead = jobs.list(std::nullopt, true, 10);
  ASSERT_TRUE(dead);
  ASSERT_EQ(dead->size(), 1U);
  EXPECT_EQ(dead->front().id, id);
  EXPECT_TRUE(dead->front().is_dead);
  EXPECT_EQ(dead->front().error->code, ErrorCode::malformed_audio);

  ASSERT_TRUE(jobs.revive(id, kStart + seconds(2'000)));
  EXPECT_EQ(jobs.revive(id, kStart).error().code, ErrorCode::not_found);
  EXPECT_EQ(jobs.drop(id).error().code, ErrorCode::not_found);
  const std::optional<Job> revived = this->claim(kStart + seconds(2'000));
  ASSERT_TRUE(revived);
  EXPECT_EQ(revived->attempts, 3);
  EXPECT_EQ(revived->tries(), 1);
  ASSERT_TRUE(jobs.bury(revived->claim(), wrong));
  ASSERT_TRUE(jobs.drop(id));
  EXPECT_EQ(jobs.find(id).error().code, ErrorCode::not_found);
}

TYPED_TEST(JobContract, KnowsTheSameUploadWhileItWaits) {
  NewUploadJob first = this->upload(0);
  first.unless_queued = {kStart - seconds(60), kStart + seconds(60)};
  const std::string id = this->enqueue(first);
  NewUploadJob again = first;
  again.id = new_id(kStart);
  const auto queued = this->jobs().enqueue(again, {});
  ASSERT_TRUE(queued);
  EXPECT_EQ(queued->id, id);
  EXPECT_FALSE(queued->is_new);
  again.unless_queued = {kStart + seconds(1), kStart + seconds(60)};
  EXPECT_EQ(this->enqueue(again), again.id);

  NewUploadJob keyed = this->upload(0, "keyed");
  keyed.key = "key";
  const std::string of_key = this->enqueue(keyed);
  NewUploadJob other = this->upload(1, "other");
  other.key = "key";
  const auto same = this->jobs().enqueue(other, {});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->id, of_key);
  EXPECT_EQ(same->fingerprint, "print of keyed");
}

TYPED_TEST(JobContract, RefusesMoreThanItMayHold) {
  JobLimits limits{.max_uploads = 2, .max_bytes = 100};
  ASSERT_TRUE(this->jobs().enqueue(this->upload(0, std::string(60, 'x')), limits));
  const auto large = this->jobs().enqueue(this->upload(1, std::string(41, 'x')), limits);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, ErrorCode::unavailable);
  EXPECT_THAT(large.error().message, HasSubstr("1 uploads of 60 bytes"));
  ASSERT_TRUE(this->jobs().enqueue(this->upload(2, std::string(40, 'x')), limits));
  EXPECT_FALSE(this->jobs().enqueue(this->upload(3, ""), limits));
}

TYPED_TEST(JobContract, EndsWithTheRecordingThatCameOfItOrNotAtAll) {
  this->enqueue(this->upload(0));
  const std::optional<Job> slow = this->claim(kStart);
  const std::optional<Job> quick = this->claim(kStart + seconds(60));
  const Recording recording = example_recording(1);
  Origin origin;
  origin.job = slow->claim();
  const Status late =
      this->store().insert(recording, example_audio(recording), bytes_of_text("wav"), origin);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
  EXPECT_EQ(this->store().find(recording.id).error().code, ErrorCode::not_found);

  origin.job = quick->claim();
  ASSERT_TRUE(
      this->store().insert(recording, example_audio(recording), bytes_of_text("wav"), origin));
  EXPECT_TRUE(this->store().find(recording.id));
  EXPECT_EQ(this->jobs().find(quick->id).error().code, ErrorCode::not_found);
}

TYPED_TEST(JobContract, ForgetsWhatWasGivenUpLongAgo) {
  const std::string old = this->enqueue(this->upload(0, "old"));
  const std::string young = this->enqueue(this->upload(9, "young"));
  const std::string waiting = this->enqueue(this->upload(1, "waiting"));
  for (const std::string& id : {old, young, waiting}) {
    const std::optional<Job> job = this->claim(kStart + seconds(9));
    ASSERT_TRUE(job);
    if (job->id == waiting) continue;
    ASSERT_TRUE(this->jobs().bury(job->claim(), fail(ErrorCode::internal, "why " + id)));
  }
  ASSERT_TRUE(this->jobs().forget_dead(JobKind::webhook, kStart + seconds(100)));
  ASSERT_TRUE(this->jobs().forget_dead(JobKind::upload, kStart + seconds(9)));
  EXPECT_EQ(this->jobs().find(old).error().code, ErrorCode::not_found);
  EXPECT_TRUE(this->jobs().find(young));
  EXPECT_TRUE(this->jobs().find(waiting));
}

TYPED_TEST(JobContract, IsCounted) {
  this->enqueue(this->upload(7));
  this->enqueue(this->upload(3, "b"));
  ASSERT_TRUE(this->jobs().bury(this->claim(kStart + seconds(3))->claim(),
                                fail(ErrorCode::internal, "why")));
  const auto counts = this->jobs().count();
  ASSERT_TRUE(counts);
  ASSERT_EQ(counts->size(), 3U);
  EXPECT_EQ(counts->front().kind, JobKind::upload);
  EXPECT_EQ(counts->front().waiting, 1);
  EXPECT_EQ(counts->front().dead, 1);
  EXPECT_EQ(counts->front().oldest, kStart + seconds(7));
  EXPECT_EQ(counts->back().waiting, 0);
  EXPECT_FALSE(counts->back().oldest);
}

}  // namespace
}  // namespace auscult::storage
