#include "access/guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/access_test_data.hpp"
#include "storage/sqlite_key_store.hpp"
#include "storage/sqlite_recording_store.hpp"
#include "storage/store_test_data.hpp"

namespace auscult::access {
namespace {

using namespace std::chrono_literals;
using Outcome = Decision::Outcome;
using testing::HasSubstr;

constexpr Need kUpload{Scope::upload, true};
constexpr Need kRead{Scope::read, false};
constexpr Need kAdmin{Scope::admin, false};

Presented local() {
  Presented presented;
  presented.is_local = true;
  return presented;
}

Presented with_key(const std::string& key) {
  Presented presented;
  presented.key = key;
  return presented;
}

Presented with_session(const std::string& session) {
  Presented presented;
  presented.session = session;
  return presented;
}

class GuardTest : public ::testing::Test {
 protected:
  Guard guard(Openness openness) {
    return {
        std::make_unique<storage::SqliteKeyStore>(*storage::SqliteKeyStore::open(folder_.path())),
        recordings_.sql(), openness, nullptr};
  }

  static Outcome decide(Guard& guard, const Need& need, const Presented& presented,
                        Timestamp now = test_time()) {
    return guard.decide(need, presented, now, Guard::Clock::time_point()).outcome;
  }

  /// What is said to a browser after the guard has learnt of its login.
  static Outcome decide_learnt(Guard& guard, const Need& need, const std::string& session,
                               Timestamp now = test_time()) {
    if (!guard.knows(session)) {
      EXPECT_TRUE(guard.look_up(session));
    }
    return decide(guard, need, with_session(session), now);
  }

  NewKey add(const std::string& scopes, std::optional<int> per_minute = std::nullopt) {
    NewKey made = make_key();
    storage::ApiKey key = stored_key(made, scopes);
    key.requests_per_minute = per_minute;
    EXPECT_TRUE(store_.insert(key));
    return made;
  }

  TemporaryFolder folder_;
  storage::SqliteRecordingStore recordings_ =
      *storage::SqliteRecordingStore::open(folder_.path(), storage::example_listening_copy);
  // As the command line opens it, beside the service's.
  storage::SqliteKeyStore store_ = *storage::SqliteKeyStore::open(folder_.path());
};

TEST_F(GuardTest, IsOpenAsTheFirstDevicesNeedItAndToThisMachine) {
  Guard guard = this->guard(Openness::contract);
  EXPECT_EQ(decide(guard, kUpload, {}), Outcome::granted);
  EXPECT_EQ(decide(guard, kRead, {}), Outcome::no_key);
  EXPECT_EQ(decide(guard, kRead, local()), Outcome::granted);
  EXPECT_EQ(decide(guard, {}, {}), Outcome::granted);
}

TEST_F(GuardTest, ClosedIsClosedToThisMachineToo) {
  Guard guard = this->guard(Openness::closed);
  EXPECT_EQ(decide(guard, kUpload, local()), Outcome::no_key);
  EXPECT_EQ(decide(guard, {}, {}), Outcome::granted);
  EXPECT_EQ(decide(guard, kUpload, with_key(add("upload").text)), Outcome::granted);
}

TEST_F(GuardTest, GrantsWhatTheKeysScopesSayAndNoMore) {
  Guard guard = this->guard(Openness::closed);
  const NewKey key = add("read");
  const Decision granted = guard.decide(kRead, with_key(key.text), test_time(), {});
  EXPECT_EQ(granted.outcome, Outcome::granted);
  EXPECT_EQ(granted.who, "key:" + key.id);
  EXPECT_EQ(decide(guard, kAdmin, with_key(key.text)), Outcome::lacks_scope);
  EXPECT_EQ(decide(guard, kUpload, with_key(key.text)), Outcome::lacks_scope);
}

TEST_F(GuardTest, KnowsAKeyFromItsMakingToItsEnd) {
  Guard guard = this->guard(Openness::closed);
  const NewKey early = make_key();
  EXPECT_EQ(decide(guard, kRead, with_key(early.text)), Outcome::unknown_key);
  ASSERT_TRUE(store_.insert(stored_key(early)));
  EXPECT_EQ(decide(guard, kRead, with_key(early.text)), Outcome::granted);
  ASSERT_TRUE(store_.revoke(early.id, test_time()));
  EXPECT_EQ(decide(guard, kRead, with_key(early.text)), Outcome::unknown_key);
}

TEST_F(GuardTest, TakesNoKeyPastItsExpiry) {
  Guard guard = this->guard(Openness::closed);
  const NewKey made = make_key();
  storage::ApiKey key = stored_key(made);
  key.expires_at = test_time() + 1h;
  ASSERT_TRUE(store_.insert(key));
  EXPECT_EQ(decide(guard, kRead, with_key(made.text), test_time() + 59min), Outcome::granted);
  EXPECT_EQ(decide(guard, kRead, with_key(made.text), test_time() + 1h), Outcome::unknown_key);
}

TEST_F(GuardTest, ARotationTakesTheOldSecretForAsLongAsItSays) {
  Guard guard = this->guard(Openness::closed);
  const NewKey old = add("read");
  const NewKey renewed = make_key(old.id);
  ASSERT_TRUE(store_.rotate(old.id, renewed.secret_sha256, test_time() + 1h));
  EXPECT_EQ(decide(guard, kRead, with_key(renewed.text)), Outcome::granted);
  EXPECT_EQ(decide(guard, kRead, with_key(old.text)), Outcome::granted);
  EXPECT_EQ(decide(guard, kRead, with_key(old.text), test_time() + 1h), Outcome::unknown_key);

  const NewKey third = make_key(old.id);
  ASSERT_TRUE(store_.rotate(old.id, third.secret_sha256, std::nullopt));
  EXPECT_EQ(decide(guard, kRead, with_key(renewed.text)), Outcome::unknown_key);
}

TEST_F(GuardTest, RefusesAWrongSecretEvenWhereNoKeyIsNeeded) {
  Guard guard = this->guard(Openness::contract);
  const NewKey key = add("upload");
  EXPECT_EQ(decide(guard, kUpload, with_key(make_key(key.id).text)), Outcome::unknown_key);
  EXPECT_EQ(decide(guard, kUpload, with_key("ausc_")), Outcome::unknown_key);
}

TEST_F(GuardTest, HoldsAKeyToItsRate) {
  Guard guard = this->guard(Openness::closed);
  const NewKey key = add("read", 2);
  const auto at = [&](std::chrono::seconds time) {
    return guard.decide(kRead, with_key(key.text), test_time(), Guard::Clock::time_point(time));
  };
  EXPECT_EQ(at(0s).outcome, Outcome::granted);
  EXPECT_EQ(at(0s).outcome, Outcome::granted);
  const Decision refused = at(10s);
  EXPECT_EQ(refused.outcome, Outcome::too_often);
  EXPECT_GE(refused.retry_after, 20s);
  EXPECT_LE(refused.retry_after, 21s);  // Rounded up.
  EXPECT_EQ(at(30s).outcome, Outcome::granted);
}

TEST_F(GuardTest, ALoginHasItsKeysRightsAndEndsWithIt) {
  Guard guard = this->guard(Openness::closed);
  const NewKey key = add("read");
  const Result<Login> login = guard.log_in(key.text, test_time());
  ASSERT_TRUE(login) << login.error().message;
  const std::string& session = login->session;
  EXPECT_EQ(decide_learnt(guard, kRead, session), Outcome::granted);
  EXPECT_TRUE(guard.decide(kRead, with_session(session), test_time(), {}).by_session);
  EXPECT_EQ(decide_learnt(guard, kAdmin, session), Outcome::lacks_scope);
  EXPECT_EQ(decide_learnt(guard, kRead, session, test_time() + 12h), Outcome::no_key);
  ASSERT_TRUE(store_.rotate(key.id, make_key(key.id).secret_sha256, std::nullopt));
  EXPECT_EQ(decide_learnt(guard, kRead, session), Outcome::no_key);
}

TEST_F(GuardTest, ALoginOutlivesTheServiceAndIsKeptAsAHash) {
  const NewKey key = add("read");
  std::string session;
  {
    Guard guard = this->guard(Openness::closed);
    session = guard.log_in(key.text, test_time())->session;
  }
  Guard guard = this->guard(Openness::closed);
  EXPECT_FALSE(guard.knows(session));
  EXPECT_EQ(decide_learnt(guard, kRead, session), Outcome::granted);
  EXPECT_TRUE(guard.knows(session));
  // Whoever has read the database cannot log in by what stands there.
  EXPECT_EQ(decide_learnt(guard, kRead, hash_secret(session)), Outcome::no_key);
}

TEST_F(GuardTest, ALogoutAtOneProcessIsNoticedByAnother) {
  Guard one = this->guard(Openness::closed);
  Guard two = this->guard(Openness::closed);
  const std::string session = one.log_in(add("read").text, test_time())->session;
  EXPECT_EQ(decide_learnt(one, kRead, session), Outcome::granted);
  EXPECT_EQ(decide_learnt(two, kRead, session), Outcome::granted);
  ASSERT_TRUE(one.log_out(session));
  EXPECT_FALSE(two.knows(session));
  EXPECT_EQ(decide_learnt(two, kRead, session), Outcome::no_key);
}

TEST_F(GuardTest, ALogoutEndsTheLoginAndNoOther) {
  Guard guard = this->guard(Openness::closed);
  const NewKey key = add("read");
  const std::string first = guard.log_in(key.text, test_time())->session;
  const std::string second = guard.log_in(key.text, test_time())->session;
  ASSERT_TRUE(guard.log_out(first));
  EXPECT_EQ(decide_learnt(guard, kRead, first), Outcome::no_key);
  EXPECT_EQ(decide_learnt(guard, kRead, second), Outcome::granted);
  EXPECT_FALSE(guard.log_in(make_key(key.id).text, test_time()));
}

TEST(Scopes, AreReadFromTextAndBack) {
  EXPECT_EQ(to_string(*Scopes::parse("listen,upload")), "upload listen");
  EXPECT_EQ(to_string(*Scopes::parse("admin read")), "read admin");
  EXPECT_THAT(Scopes::parse("write").error().message, HasSubstr("\"write\" is no scope"));
  EXPECT_FALSE(Scopes::parse(""));
}

TEST(Secret, IsReadBackFromAKeysText) {
  const NewKey key = make_key();
  const auto parts = parse_key(key.text);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->id, key.id);
  EXPECT_EQ(hash_secret(parts->secret), key.secret_sha256);
  EXPECT_THAT(key.text, ::testing::MatchesRegex("ausc_[0-9a-f]+_[0-9a-f]+"));
  EXPECT_NE(make_key().text, key.text);
  for (const std::string& text : {std::string("ausc_"), key.text + "0", "x" + key.text.substr(1),
                                  key.text.substr(0, key.text.size() - 1) + "G"}) {
    EXPECT_FALSE(parse_key(text)) << text;
  }
}

}  // namespace
}  // namespace auscult::access
