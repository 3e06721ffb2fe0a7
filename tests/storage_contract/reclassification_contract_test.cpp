// What every store must do with histories that are judged anew, and with those who are told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

#include "contract_fixture.hpp"
#include "core/id.hpp"
#include "storage/job_store.hpp"
#include "storage/reclassifications.hpp"
#include "storage/webhooks.hpp"

namespace auscult::storage {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;

template <typename Fixture>
class ReclassificationContract : public RecordingStoreContract<Fixture> {
 protected:
  Reclassifications all() { return Reclassifications(this->store().sql()); }
  JobStore jobs() { return JobStore(this->store().sql()); }

  static Reclassification wanted(const std::string& sha256 = "new",
                                 const std::string& chosen = "") {
    Reclassification wanted;
    wanted.created_at = now();
    wanted.id = new_id(wanted.created_at);
    wanted.name = "model";
    wanted.version = "2";
    wanted.sha256 = sha256;
    wanted.chosen = chosen;
    return wanted;
  }
  Reclassification begin(const Reclassification& what, const ListQuery& which = {}) {
    const auto begun = all().begin(what, which);
    EXPECT_TRUE(begun) << begun.error().message;
    return begun ? *begun : Reclassification();
  }
  std::optional<Job> claim(const std::string& model = "new") {
    const auto job = jobs().claim(JobKind::reclassify, model, now() + seconds(1), seconds(60));
    EXPECT_TRUE(job) << job.error().message;
    return job ? *job : std::nullopt;
  }
  /// What is judged in the job's part, each as `class_name`.
  std::vector<NewAnswer> answer(const Job& job, const std::string& class_name) {
    const auto pending = all().pending(job);
    EXPECT_TRUE(pending) << pending.error().message;
    std::vector<NewAnswer> answers;
    for (const Pending& each : *pending) {
      answers.push_back({each.sequence, class_name, 50, R"({"class":")" + class_name + "\"}", {}});
    }
    return answers;
  }
};
TYPED_TEST_SUITE(ReclassificationContract, Stores, StoreNames);

TYPED_TEST(ReclassificationContract, JudgesEverythingOnceAndKeepsBothAnswers) {
  std::vector<Recording> recordings;
  for (int i = 0; i < 3; ++i) recordings.push_back(this->insert(example_recording(i, "ward", i)));
  const Reclassification begun = this->begin(this->wanted());
  EXPECT_EQ(begun.total, 3);
  EXPECT_EQ(begun.judged, 0);
  EXPECT_TRUE(begun.is_planned);
  EXPECT_FALSE(begun.is_finished());
  EXPECT_FALSE(this->claim("another model's"));
  const std::optional<Job> job = this->claim();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->subject, begun.id);
  const std::vector<NewAnswer> answers = this->answer(*job, "Murmur");
  ASSERT_EQ(answers.size(), 3U);
  ASSERT_TRUE(this->all().finish(*job, answers));
  EXPECT_FALSE(this->claim());

  const auto done = this->all().find(begun.id);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->is_finished());
  EXPECT_EQ(done->judged, 3);
  for (const Recording& recording : recordings) {
    EXPECT_EQ(*this->store().find(recording.id), recording);
    const auto since = this->all().answers_of(recording.id);
    ASSERT_TRUE(since) << since.error().message;
    ASSERT_EQ(since->size(), 1U);
    EXPECT_EQ(since->front().answer, R"({"class":"Murmur"})");
    EXPECT_EQ(since->front().sha256, "new");
  }
  const auto changes = this->all().changes(begun.id);
  ASSERT_TRUE(changes);
  std::int64_t all = 0;
  for (const ClassChange& change : *changes) {
    EXPECT_EQ(change.to, "Murmur");
    all += change.recordings;
  }
  EXPECT_EQ(all, 3);
  EXPECT_EQ(changes->size(), 3U);
}

TYPED_TEST(ReclassificationContract, TakesOnlyWhatIsChosen) {
  this->insert(example_recording(0, "ward"));
  const Recording chosen = this->insert(example_recording(1, "theatre"));
  this->insert(example_recording(2, "theatre"));
  const Recording removed = this->insert(example_recording(3, "theatre"));
  ASSERT_TRUE(this->store().remove(removed.id, now()));
  ListQuery which;
  which.device = "theatre";
  which.to = example_recording(2).received_at;
  EXPECT_EQ(this->begin(this->wanted("new", "device=theatre"), which).total, 1);
  const auto pending = this->all().pending(*this->claim());
  ASSERT_TRUE(pending);
  ASSERT_EQ(pending->size(), 1U);
  EXPECT_EQ(pending->front().id, chosen.id);
}

TYPED_TEST(ReclassificationContract, MakesPartsThatSeveralCanWorkOn) {
  constexpr int kRecordings = limits::kReclassifyBatch + 5;
  for (int i = 0; i < kRecordings; ++i) this->insert(example_recording(i));
  this->begin(this->wanted());
  const std::optional<Job> first = this->claim();
  const std::optional<Job> second = this->claim();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(this->claim());
  std::set<std::int64_t> seen;
  for (const Job& job : {*first, *second}) {
    const auto pending = this->all().pending(job);
    ASSERT_TRUE(pending);
    for (const Pending& each : *pending) seen.insert(each.sequence);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kRecordings));
}

TYPED_TEST(ReclassificationContract, GoesOnWithOneThatIsNotFinished) {
  this->insert(example_recording(0));
  const Reclassification begun = this->begin(this->wanted());
  EXPECT_EQ(this->begin(this->wanted()).id, begun.id);
  EXPECT_NE(this->begin(this->wanted("newer")).id, begun.id);
  EXPECT_NE(this->begin(this->wanted("new", "device=ward")).id, begun.id);
  const std::optional<Job> job = this->claim();
  ASSERT_TRUE(this->all().finish(*job, this->answer(*job, "Normal")));
  // A finished one is another.
  EXPECT_NE(this->begin(this->wanted()).id, begun.id);
}

TYPED_TEST(ReclassificationContract, IsFinishedWithNothingToJudge) {
  const Reclassification begun = this->begin(this->wanted());
  EXPECT_EQ(begun.total, 0);
  EXPECT_TRUE(begun.is_finished());
}

TYPED_TEST(ReclassificationContract, CountsWhatCannotBeJudged) {
  this->insert(example_recording(0));
  const Reclassification begun = this->begin(this->wanted());
  const std::optional<Job> job = this->claim();
  std::vector<NewAnswer> answers = this->answer(*job, "");
  answers.front().error = "its sound is damaged";
  ASSERT_TRUE(this->all().finish(*job, answers));
  const auto done = this->all().find(begun.id);
  EXPECT_TRUE(done->is_finished());
  EXPECT_EQ(done->failed, 1);
  EXPECT_EQ(done->judged, 0);
}

TYPED_TEST(ReclassificationContract, KeepsNothingOfWhoeverComesTooLate) {
  const Recording recording = this->insert(example_recording(0));
  this->begin(this->wanted());
  const std::optional<Job> slow = this->claim();
  const auto taken =
      this->jobs().claim(JobKind::reclassify, "new", now() + seconds(100), seconds(60));
  ASSERT_TRUE(taken && *taken);
  const Status late = this->all().finish(*slow, this->answer(*slow, "Murmur"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(this->all().answers_of(recording.id)->empty());
}

TYPED_TEST(ReclassificationContract, GoesWithItsRecordingsAndByItself) {
  const Recording recording = this->insert(example_recording(0));
  const Recording other = this->insert(example_recording(1));
  const Reclassification begun = this->begin(this->wanted());
  ASSERT_TRUE(this->store().remove(recording.id, now()));
  ASSERT_TRUE(this->store().purge(now() + seconds(1)));
  EXPECT_EQ(this->all().find(begun.id)->total, 1);
  ASSERT_TRUE(this->all().remove(begun.id));
  EXPECT_EQ(this->all().remove(begun.id).error().code, ErrorCode::not_found);
  EXPECT_EQ(this->all().find(begun.id).error().code, ErrorCode::not_found);
  EXPECT_FALSE(this->claim());
  EXPECT_TRUE(this->all().list(10)->empty());
  EXPECT_TRUE(this->store().find(other.id));
}

template <typename Fixture>
class WebhookContract : public RecordingStoreContract<Fixture> {
 protected:
  WebhookStore webhooks() { return WebhookStore(this->store().sql()); }

  Webhook add(Webhook webhook) {
    webhook.created_at = now();
    webhook.id = new_id(webhook.created_at);
    webhook.url = "https://example.org/hook";
    webhook.secret = "whsec_secret";
    const Status added = webhooks().add(webhook);
    EXPECT_TRUE(added) << added.error().message;
    return webhook;
  }
  std::vector<std::string> told() {
    JobStore jobs(this->store().sql());
    std::vector<std::string> told;
    const auto listed = jobs.list(JobKind::webhook, false, 100);
    for (const Job& job : *listed) told.push_back(job.subject + ' ' + job.details);
    return told;
  }
};
TYPED_TEST_SUITE(WebhookContract, Stores, StoreNames);

TYPED_TEST(WebhookContract, IsToldOfWhatFitsItsRule) {
  const Recording before = this->insert(example_recording(0, "ward", 1));
  Webhook rule;
  rule.device = "ward";
  rule.class_name = example_recording(0, "ward", 1).result.class_name();
  rule.min_confidence = before.result.confidence;
  rule.quality = before.result.quality.verdict;
  const Webhook strict = this->add(rule);
  EXPECT_THAT(this->told(), ElementsAre());
  const Recording fits = this->insert(example_recording(1, "ward", 1));
  this->insert(example_recording(2, "theatre", 1));
  this->insert(example_recording(3, "ward", 2));
  EXPECT_THAT(this->told(), ElementsAre(fits.id + ' ' + strict.id));
}

TYPED_TEST(WebhookContract, IsToldOfEverythingWithoutARule) {
  const Webhook any = this->add({});
  const Recording recording = this->insert(example_recording(0, "ward", 4));
  EXPECT_THAT(this->told(), ElementsAre(recording.id + ' ' + any.id));
}

TYPED_TEST(WebhookContract, IsNotToldBelowAConfidence) {
  Webhook sure;
  sure.min_confidence = example_recording(0).result.confidence + 0.1;
  this->add(sure);
  this->insert(example_recording(0));
  EXPECT_THAT(this->told(), ElementsAre());
}

TYPED_TEST(WebhookContract, IsKeptAndForgotten) {
  const Webhook webhook = this->add({});
  this->reopen();
  const auto found = this->webhooks().find(webhook.id);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->url, webhook.url);
  EXPECT_EQ(found->secret, webhook.secret);
  EXPECT_FALSE(found->device);
  this->insert(example_recording(0));
  ASSERT_TRUE(this->webhooks().remove(webhook.id));
  EXPECT_THAT(this->told(), ElementsAre());
  EXPECT_EQ(this->webhooks().remove(webhook.id).error().code, ErrorCode::not_found);
}

TYPED_TEST(WebhookContract, IsOneOfSoMany) {
  for (int i = 0; i < limits::kMaxWebhooks; ++i) this->add({});
  Webhook more;
  more.id = new_id(now());
  const Status added = this->webhooks().add(more);
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace auscult::storage
