#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "postgres/pool.hpp"
#include "postgres/recording_store.hpp"
#include "storage/store_test_data.hpp"
#include "support/postgres_cluster.hpp"

namespace auscult::postgres {

using postgres_test::PostgresCluster;

/// A new schema, skipped where there is no PostgreSQL.
class PostgresTest : public testing::Test {
 protected:
  void SetUp() override {
    if (PostgresCluster::shared() == nullptr) GTEST_SKIP() << PostgresCluster::missing();
    url_ = PostgresCluster::shared()->make_schema();
  }

  [[nodiscard]] Address address() const { return *Address::parse(url_); }
  [[nodiscard]] std::shared_ptr<Pool> pool() const {
    auto opened = Pool::open(address());
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
  /// One more process on the store, as it were.
  [[nodiscard]] std::unique_ptr<PostgresRecordingStore> open() const {
    auto opened = PostgresRecordingStore::open(pool());
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
  [[nodiscard]] std::string sql(const std::string& text) const {
    return PostgresCluster::shared()->run(text, url_);
  }
  void execute(const std::string& text) const { (void)sql(text); }
  /// Ends all connections to the server but the one that says so.
  void cut_connections() const {
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'");
  }

  std::string url_;
};

}  // namespace auscult::postgres
