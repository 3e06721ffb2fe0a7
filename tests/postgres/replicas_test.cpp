// What several processes on one PostgreSQL see of each other, and what happens when it is not
// there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "access/audit_log.hpp"
#include "core/hash.hpp"
#include "postgres/changes.hpp"
#include "postgres/key_store.hpp"
#include "postgres_fixture.hpp"
#include "storage/schema.hpp"

namespace auscult::postgres {
namespace {

using storage::example_audio;
using storage::example_recording;
using storage::insert_example;
using testing::AllOf;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Whether something is so within some seconds.
bool comes_true(const std::function<bool()>& what) {
  for (int i = 0; i < 500; ++i) {
    if (what()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

/// The changes that a store tells of, as "stored ID".
class Heard {
 public:
  explicit Heard(storage::RecordingStore& store) : store_(store) {
    store.listen([this](const storage::Change& change) {
      const std::lock_guard lock(mutex_);
      const char* kind = change.kind == storage::Change::Kind::stored    ? "stored "
                         : change.kind == storage::Change::Kind::updated ? "updated "
                                                                         : "removed ";
      changes_.push_back(kind + change.id);
      EXPECT_EQ(change.recording.has_value(), change.kind != storage::Change::Kind::removed);
    });
  }
  ~Heard() { store_.listen({}); }
  Heard(const Heard&) = delete;
  Heard& operator=(const Heard&) = delete;
  std::vector<std::string> changes() {
    const std::lock_guard lock(mutex_);
    return changes_;
  }

 private:
  storage::RecordingStore& store_;
  std::mutex mutex_;
  std::vector<std::string> changes_;
};

class Replicas : public PostgresTest {};

TEST_F(Replicas, GiveTheLatestOfAll) {
  const auto one = open();
  const auto two = open();
  const Recording first = example_recording(1, "ward-3", 1);
  const Recording second = example_recording(2, "ward-3", 4);
  ASSERT_TRUE(insert_example(*one, first));
  EXPECT_EQ(*two->latest(std::nullopt), first);
  ASSERT_TRUE(insert_example(*two, second));
  EXPECT_EQ(*one->data_json(), R"({"class": "Extrastole", "confidence": 60.0})");
}

TEST_F(Replicas, HearWhatTheOthersDoInTheOrderOfTheStore) {
  const auto one = open();
  const auto two = open();
  Heard at_one(*one);
  Heard at_two(*two);
  std::vector<std::string> expected;
  for (int i = 0; i < 6; ++i) {
    const Recording recording = example_recording(i);
    ASSERT_TRUE(insert_example(i % 2 == 0 ? *one : *two, recording));
    expected.push_back("stored " + recording.id);
  }
  // Of a recording that is gone when it is looked at, only its end is told.
  for (Heard* heard : {&at_one, &at_two}) {
    ASSERT_TRUE(comes_true([&] { return heard->changes().size() == 6; }));
  }
  const std::string id = expected.front().substr(7);
  ASSERT_TRUE(one->review(id, {.note = "mine", .label = {}}, now()));
  ASSERT_TRUE(two->remove(id, now()));
  ASSERT_TRUE(one->restore(id));
  ASSERT_TRUE(one->remove(id, now()));
  for (const char* kind : {"updated ", "removed ", "updated ", "removed "}) {
    expected.push_back(kind + id);
  }
  for (Heard* heard : {&at_one, &at_two}) {
    ASSERT_TRUE(comes_true([&] {
      const std::vector<std::string> changes = heard->changes();
      return !changes.empty() && changes.back() == expected.back() &&
             std::count(changes.begin(), changes.end(), expected.back()) == 2;
    }));
    std::vector<std::string> first = heard->changes();
    ASSERT_GE(first.size(), 6U);
    first.resize(6);
    EXPECT_EQ(first, std::vector<std::string>(expected.begin(), expected.begin() + 6));
  }
}

TEST_F(Replicas, CountWhatTheyStoreAndEstimateWhatIsMuch) {
  const auto store = open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(insert_example(*store, example_recording(i)));
  EXPECT_EQ(store->size()->recordings, 3);
  // As autovacuum would leave it.
  execute("UPDATE pg_class SET reltuples = 10000000 WHERE oid = 'recordings'::regclass");
  EXPECT_EQ(store->size()->recordings, 10'000'000);
}

TEST_F(Replicas, HearWhatWasStoredWhileTheyWereCutOff) {
  const auto one = open();
  Heard heard(*one);
  cut_connections();
  const auto two = open();
  const Recording recording = example_recording(1);
  ASSERT_TRUE(insert_example(*two, recording));
  EXPECT_TRUE(comes_true([&] { return heard.changes().size() == 1; }));
  EXPECT_THAT(heard.changes(), ElementsAre("stored " + recording.id));
}

TEST_F(Replicas, StoreOneRecordingOfARequestThatReachesTwo) {
  const auto one = open();
  const auto two = open();
  std::atomic<int> stored = 0;
  std::atomic<int> answered = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      const Recording recording = example_recording(i);
      storage::Origin origin;
      origin.fingerprint = "print";
      if (i % 2 == 0) origin.key = "key";
      origin.unless_answered = {recording.received_at - std::chrono::hours(1),
                                recording.received_at + std::chrono::hours(1)};
      const Status inserted =
          (i < 4 ? *one : *two).insert(recording, example_audio(recording), {}, origin);
      if (inserted) ++stored;
      if (!inserted && inserted.error().code == ErrorCode::unavailable) ++answered;
    });
  }
  for (std::thread& thread : threads) thread.join();
  // One of those with the key, and one of those without.
  EXPECT_EQ(stored, 2);
  EXPECT_EQ(answered, 6);
}

TEST_F(Replicas, TakeThePiecesOfARecordingInTurn) {
  const auto one = open();
  const auto two = open();
  storage::UploadSession session;
  session.id = new_id(now());
  session.device = "ward-3";
  session.created_at = now();
  session.expires_at = now() + std::chrono::hours(1);
  ASSERT_TRUE(one->open_session(session, {}));
  const auto put = [&](storage::RecordingStore& store, int number, const char* text) {
    const std::vector<std::byte> bytes = storage::bytes_of_text(text);
    const auto outcome = store.put_chunk({session.id, number, sha256_hex(bytes), bytes}, {}, now());
    EXPECT_TRUE(outcome && *outcome == storage::ChunkOutcome::stored);
  };
  put(*two, 1, "def");
  put(*one, 0, "abc");
  EXPECT_EQ(*two->session_bytes(session.id), storage::bytes_of_text("abcdef"));
  const Recording recording = example_recording(1);
  storage::Origin origin;
  origin.session = storage::FinishedSession{session.id, 2, now() + std::chrono::hours(1)};
  ASSERT_TRUE(two->insert(recording, example_audio(recording), {}, origin));
  EXPECT_EQ(one->find_session(session.id, now())->recording_id, recording.id);
}

TEST_F(Replicas, TakeAKeyAndLetGoOfItWithinASecond) {
  PostgresKeyStore command(pool(), PostgresKeyStore::Reading::asked);
  PostgresKeyStore service(pool(), PostgresKeyStore::Reading::followed);
  storage::ApiKey key;
  key.id = "0123456789ab";
  key.scopes = "read";
  key.created_at = now();
  ASSERT_TRUE(command.insert(key));
  const auto has = [&](bool revoked) {
    const auto keys = service.list();
    return keys && keys->size() == 1 && keys->front().revoked_at.has_value() == revoked;
  };
  EXPECT_TRUE(comes_true([&] { return has(false); }));
  const auto before = *service.version();
  ASSERT_TRUE(command.revoke(key.id, now()));
  EXPECT_TRUE(comes_true([&] { return has(true); }));
  EXPECT_GT(*service.version(), before);
}

TEST_F(Replicas, HoldAKeyToOneRateWithinASecond) {
  PostgresKeyStore one(pool(), PostgresKeyStore::Reading::followed);
  PostgresKeyStore two(pool(), PostgresKeyStore::Reading::followed);
  const auto take = [](PostgresKeyStore& process, const std::string& key) {
    return process.take(key, 4, RequestRate::Clock::now());
  };
  const auto tell_each_other = [] { std::this_thread::sleep_for(std::chrono::seconds(1)); };
  const std::string key = "0123456789ab";
  EXPECT_EQ(take(two, "ba9876543210"), std::nullopt);  // What it counts at all, it asks for.
  EXPECT_EQ(take(one, key), std::nullopt);
  EXPECT_EQ(take(one, key), std::nullopt);
  tell_each_other();
  EXPECT_EQ(take(two, key), std::nullopt);
  EXPECT_EQ(take(two, key), std::nullopt);
  const auto wait = take(two, key);
  ASSERT_TRUE(wait);
  EXPECT_LE(*wait, std::chrono::seconds(15));
  tell_each_other();
  EXPECT_TRUE(take(one, key));
  EXPECT_EQ(take(one, "ba9876543210"), std::nullopt);
}

TEST_F(Replicas, WriteOneAuditLogWhoseEndIsKnown) {
  const auto write_lines = [&] {
    const auto log = access::AuditLog::open(std::make_unique<PostgresAuditTable>(pool()));
    for (int i = 0; i < 10; ++i) {
      access::AuditEntry entry;
      entry.at = now();
      entry.event = "request";
      EXPECT_TRUE(log->append(entry));
    }
  };
  std::thread other(write_lines);
  write_lines();
  other.join();
  const PostgresAuditTable table(pool());
  auto verdict = access::verify_audit_log(table);
  ASSERT_TRUE(verdict) << verdict.error().message;
  EXPECT_EQ(verdict->problem, "");
  EXPECT_EQ(verdict->head.lines, 20);
  execute("UPDATE audit SET text = replace(text, 'request', 'refused') WHERE line = 7");
  EXPECT_THAT(access::verify_audit_log(table)->problem, HasSubstr("line 7"));
  execute("DELETE FROM audit WHERE line >= 7");
  EXPECT_THAT(access::verify_audit_log(table)->problem, HasSubstr("the end is missing"));
}

TEST_F(Replicas, BringAnEmptyDatabaseUpToDateAtOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> opened = 0;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      const auto pool = Pool::open(address());
      EXPECT_TRUE(pool) << pool.error().message;
      if (pool) ++opened;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(opened, 6);
  EXPECT_EQ(sql("SELECT version FROM auscult_schema"), std::to_string(storage::schema_version()));
}

TEST_F(Replicas, RefuseADatabaseOfANewerVersionAndAnotherPrograms) {
  (void)pool();
  execute("UPDATE auscult_schema SET version = 99");
  auto refused = Pool::open(address());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::storage_failure);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("version 99"), HasSubstr("newer auscult")));
  url_ = PostgresCluster::shared()->make_schema();
  execute("CREATE TABLE recordings (i int)");
  refused = Pool::open(address());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("another program"));
}

TEST_F(Replicas, GoOnWhenTheirConnectionsWereCut) {
  const auto store = open();
  ASSERT_TRUE(insert_example(*store, example_recording(1)));
  cut_connections();
  const Recording second = example_recording(2);
  EXPECT_TRUE(insert_example(*store, second));
  cut_connections();
  EXPECT_EQ(*store->latest(std::nullopt), second);
  EXPECT_EQ(store->size()->recordings, 2);
}

TEST_F(Replicas, StoreEachRecordingOnceWhileConnectionsAreCut) {
  const auto store = open();
  std::atomic<bool> is_done = false;
  std::thread cutting([&] {
    while (!is_done) {
      cut_connections();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  std::vector<std::string> acknowledged;
  for (int i = 0; i < 50; ++i) {
    const Recording recording = example_recording(i);
    if (insert_example(*store, recording)) acknowledged.push_back(recording.id);
  }
  is_done = true;
  cutting.join();
  for (const std::string& id : acknowledged) EXPECT_TRUE(store->find(id)) << id;
  EXPECT_EQ(sql("SELECT count(*) - count(DISTINCT id) FROM recordings"), "0");
}

TEST_F(Replicas, SayWhatIsWrongWhileTheDatabaseIsAwayAndGoOnAfterwards) {
  const auto store = open();
  const Recording first = example_recording(1);
  ASSERT_TRUE(insert_example(*store, first));
  PostgresCluster::shared()->stop();
  const Status inserted = insert_example(*store, example_recording(2));
  const Status ready = store->check();
  PostgresCluster::shared()->start();
  ASSERT_FALSE(inserted);
  EXPECT_EQ(inserted.error().code, ErrorCode::unavailable);
  EXPECT_THAT(inserted.error().message, HasSubstr("check that PostgreSQL runs there"));
  ASSERT_FALSE(ready);
  EXPECT_EQ(*store->latest(std::nullopt), first);
  EXPECT_TRUE(insert_example(*store, example_recording(3)));
}

TEST_F(Replicas, RefuseTextThatIsNoUtf8) {
  const auto store = open();
  const auto latest = store->latest(std::string("a\xFF"));
  ASSERT_FALSE(latest);
  EXPECT_EQ(latest.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(store->latest(std::string("a\0b", 3)).error().code, ErrorCode::invalid_argument);
}

TEST(Address, ShowsNoPassword) {
  const auto address = Address::parse("postgresql://me:secret@db.example:5433/hearts?password=two");
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->shown(), "postgresql://me@db.example:5433/hearts");
  for (const char* wrong : {"postgresql://me:sec%ret@h/d", "postgresql://me:secret@h/d?nothing=1",
                            "postgresql://me:secret@[h/d", "me:secret@h"}) {
    const auto refused = Address::parse(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().message, AllOf(Not(HasSubstr("sec")), HasSubstr("postgresql://")));
    EXPECT_THAT(shown_store(wrong), AnyOf(Not(HasSubstr("secret")), testing::Eq("me:secret@h")));
  }
  const auto unreachable = Pool::open(*Address::parse("postgresql://me:secret@127.0.0.1:1/hearts"));
  ASSERT_FALSE(unreachable);
  EXPECT_EQ(unreachable.error().code, ErrorCode::unavailable);
  EXPECT_THAT(unreachable.error().message, Not(HasSubstr("secret")));
}

TEST(NumberedParameters, StandForThoseOutsideQuotes) {
  EXPECT_EQ(with_numbered_parameters("a = ? AND b = '?' AND \"c?\" = ? LIMIT ?12"),
            "a = $1 AND b = '?' AND \"c?\" = $2 LIMIT $12");
}

TEST(Notice, IsReadOrIgnored) {
  const auto stored = parse_notice("stored 12 abc");
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->sequence, 12);
  EXPECT_EQ(stored->id, "abc");
  EXPECT_EQ(parse_notice("removed abc")->kind, storage::Change::Kind::removed);
  for (const char* none :
       {"", "stored", "stored x abc", "stored 12", "updated", "moved abc", "removed abc def"}) {
    EXPECT_FALSE(parse_notice(none)) << none;
  }
}

}  // namespace
}  // namespace auscult::postgres
