#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "auscult/result.hpp"
#include "postgres/pool.hpp"
#include "storage/recording_store.hpp"

namespace auscult::postgres {

/// What a transaction says, by pg_notify on channel_sql(), of a recording that it changes:
/// "stored 12 <id>" with the recording's place in the order of storing, "updated <id>" and "removed
/// <id>".
struct Notice {
  storage::Change::Kind kind = storage::Change::Kind::stored;
  std::int64_t sequence = 0;  ///< Of one that was stored.
  std::string id;
};
/// Empty on text that is none.
std::optional<Notice> parse_notice(std::string_view text);

/// SQL for the name of the channel, one for each schema.
inline constexpr const char* kChannelSql = "'auscult_' || md5(current_schema())";

/// Tells of what all processes do to recordings, in the order of their commits: LISTEN on a
/// connection of its own, in a thread of its own. If the connection is lost, it makes another one
/// and tells what was stored meanwhile; that something was updated or removed meanwhile it does not
/// learn. One thread at a time.
class Changes {
 public:
  explicit Changes(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}
  ~Changes() { listen({}); }
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;

  /// As RecordingStore::listen(). Returns when the database has been told to notify, or cannot be
  /// reached: then that is tried again.
  void listen(std::function<void(const storage::Change&)> listener);

 private:
  void follow(const std::stop_token& stop);
  Status connect();
  Status tell_stored();
  Status take_notices();
  Status tell(const Notice& notice);

  std::shared_ptr<Pool> pool_;
  std::function<void(const storage::Change&)> listener_;
  std::optional<Connection> connection_;
  std::optional<std::int64_t> last_sequence_;  ///< Told of last; empty: not yet known.
  std::jthread thread_;                        ///< Last: it uses all the above while it runs.
};

}  // namespace auscult::postgres
