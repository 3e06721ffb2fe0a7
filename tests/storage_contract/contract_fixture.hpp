#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "postgres/recording_store.hpp"
#include "storage/sqlite_recording_store.hpp"
#include "storage/store_test_data.hpp"
#include "support/postgres_cluster.hpp"

/// What the tests of every store share; each file of them is run for each of `Stores`.
namespace auscult::storage {

class SqliteFixture {
 public:
  static const char* why_not() { return nullptr; }

  Result<std::unique_ptr<RecordingStore>> open() {
    Result<SqliteRecordingStore> store =
        SqliteRecordingStore::open(folder_.path(), example_listening_copy);
    if (!store) return store.error();
    return std::unique_ptr<RecordingStore>(
        std::make_unique<SqliteRecordingStore>(*std::move(store)));
  }

 private:
  TemporaryFolder folder_;
};

class PostgresFixture {
 public:
  static const char* why_not() {
    using postgres_test::PostgresCluster;
    return PostgresCluster::shared() == nullptr ? PostgresCluster::missing() : nullptr;
  }

  Result<std::unique_ptr<RecordingStore>> open() {
    if (url_.empty()) url_ = postgres_test::PostgresCluster::shared()->make_schema();
    auto pool = postgres::Pool::open(*postgres::Address::parse(url_));
    if (!pool) return pool.error();
    auto store = postgres::PostgresRecordingStore::open(*std::move(pool));
    if (!store) return store.error();
    return std::unique_ptr<RecordingStore>(*std::move(store));
  }

 private:
  std::string url_;
};

template <typename Fixture>
class RecordingStoreContract : public testing::Test {
 protected:
  void SetUp() override {
    if (const char* why_not = Fixture::why_not()) GTEST_SKIP() << why_not;
    reopen();
  }

  void reopen() {
    store_.reset();
    Result<std::unique_ptr<RecordingStore>> opened = fixture_.open();
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  RecordingStore& store() { return *store_; }

  Recording insert(const Recording& recording) {
    const Status inserted = insert_example(store(), recording);
    EXPECT_TRUE(inserted) << inserted.error().message;
    return recording;
  }

  std::vector<std::string> ids(const ListQuery& query) {
    const Result<Page> page = store().list(query);
    EXPECT_TRUE(page) << page.error().message;
    std::vector<std::string> found;
    if (!page) return found;
    for (const Recording& recording : page->recordings) found.push_back(recording.id);
    return found;
  }

 private:
  Fixture fixture_;
  std::unique_ptr<RecordingStore> store_;
};

using Stores = testing::Types<SqliteFixture, PostgresFixture>;
class StoreNames {
 public:
  template <typename Fixture>
  // NOLINTNEXTLINE(readability-identifier-naming): GoogleTest's name
  static std::string GetName(int /*index*/) {
    return std::is_same_v<Fixture, SqliteFixture> ? "Sqlite" : "Postgres";
  }
};

}  // namespace auscult::storage
