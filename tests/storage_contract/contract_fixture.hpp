#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/recording_store.hpp"
#include "storage/store_test_data.hpp"

/// What the tests of every store share; each file of them is run for each of `Stores`.
namespace auscult::storage {

class SqliteFixture {
 public:
  Result<RecordingStore> open() {
    return RecordingStore::open(folder_.path(), example_listening_copy);
  }

 private:
  TemporaryFolder folder_;
};

template <typename Fixture>
class RecordingStoreContract : public testing::Test {
 protected:
  void SetUp() override { reopen(); }

  void reopen() {
    store_.reset();
    Result<RecordingStore> opened = fixture_.open();
    ASSERT_TRUE(opened) << opened.error().message;
    store_.emplace(*std::move(opened));
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
  std::optional<RecordingStore> store_;
};

using Stores = testing::Types<SqliteFixture>;
class StoreNames {
 public:
  template <typename Fixture>
  static std::string GetName(int /*index*/) {
    return "Sqlite";
  }
};

}  // namespace auscult::storage
