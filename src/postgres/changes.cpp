#include "postgres/changes.hpp"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>
#include <vector>

#include "storage/rows.hpp"

namespace auscult::postgres {
namespace {

// How long the end may wait for the thread to see it.
constexpr std::chrono::milliseconds kLook{100};
// Between two tries to connect.
constexpr std::chrono::milliseconds kPause{500};

struct FreeNotify {
  void operator()(PGnotify* notify) const { PQfreemem(notify); }
};

}  // namespace

std::optional<Notice> parse_notice(std::string_view text) {
  using Kind = storage::Change::Kind;
  const auto take_word = [&text] {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
  };
  Notice notice;
  const std::string_view kind = take_word();
  if (kind == "stored") {
    const std::string_view digits = take_word();
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), notice.sequence);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  } else if (kind == "updated") {
    notice.kind = Kind::updated;
  } else if (kind == "removed") {
    notice.kind = Kind::removed;
  } else {
    return std::nullopt;
  }
  notice.id = take_word();
  if (notice.id.empty() || !text.empty()) return std::nullopt;
  return notice;
}

void Changes::listen(std::function<void(const storage::Change&)> listener) {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  connection_.reset();
  last_sequence_.reset();
  listener_ = std::move(listener);
  if (!listener_) return;
  if (const Status connected = connect(); !connected) connection_.reset();
  thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

/// Listens before it asks what has been stored, so that nothing is lost between the two.
Status Changes::connect() {
  Result<Connection> opened = Connection::open(pool_->address());
  if (!opened) return opened.error();
  const Result<std::string> channel = opened->query_text(std::string("SELECT ") + kChannelSql);
  if (!channel) return channel.error();
  if (Status listening = opened->execute(("LISTEN " + *channel).c_str()); !listening) {
    return listening;
  }
  if (!last_sequence_) {
    const Result<std::int64_t> last =
        opened->query_integer("SELECT coalesce(max(sequence), 0) FROM recordings");
    if (!last) return last.error();
    last_sequence_ = *last;
  }
  connection_.emplace(*std::move(opened));
  return Ok{};
}

void Changes::follow(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool is_new = !connection_;
    Status followed = is_new ? connect() : Status(Ok{});
    if (followed && is_new) followed = tell_stored();
    if (followed) followed = take_notices();
    if (followed) continue;
    connection_.reset();
    std::this_thread::sleep_for(kPause);
  }
}

/// Tells of what was stored since the last one that it told of.
Status Changes::tell_stored() {
  for (;;) {
    std::vector<std::pair<std::int64_t, std::string>> stored;
    {
      Result<storage::Statement> statement = connection_->prepare(
          "SELECT sequence, id FROM recordings WHERE sequence > ? AND deleted_at IS NULL "
          "ORDER BY sequence LIMIT 100");
      if (!statement) return statement.error();
      statement->bind(*last_sequence_);
      for (;;) {
        const Result<bool> row = statement->step();
        if (!row) return row.error();
        if (!*row) break;
        stored.emplace_back(statement->integer(0), statement->text(1));
      }
    }
    if (stored.empty()) return Ok{};
    for (const auto& [sequence, id] : stored) {
      if (Status told = tell({storage::Change::Kind::stored, sequence, id}); !told) return told;
    }
  }
}

/// Waits a little for what the database has to say, and tells it.
Status Changes::take_notices() {
  PGconn* connection = connection_->raw();
  pollfd socket{PQsocket(connection), POLLIN, 0};
  ::poll(&socket, 1, static_cast<int>(kLook.count()));
  if (PQconsumeInput(connection) != 1) return connection_->last_error();
  for (;;) {
    const std::unique_ptr<PGnotify, FreeNotify> notify(PQnotifies(connection));
    if (notify == nullptr) return Ok{};
    const std::optional<Notice> notice = parse_notice(notify->extra);
    if (!notice) continue;  // Of a newer version, perhaps.
    if (Status told = tell(*notice); !told) return told;
  }
}

Status Changes::tell(const Notice& notice) {
  storage::Change change{notice.kind, notice.id, std::nullopt};
  if (notice.kind == storage::Change::Kind::stored) {
    if (notice.sequence <= *last_sequence_) return Ok{};
    last_sequence_ = notice.sequence;
  }
  if (notice.kind != storage::Change::Kind::removed) {
    Result<Recording> recording = storage::read_recording(*connection_, notice.id);
    if (!recording && connection_->is_lost()) return recording.error();
    // Removed since, of which another notice tells; or damaged, of which who asks is told.
    if (!recording) return Ok{};
    change.recording = *std::move(recording);
  }
  listener_(change);
  return Ok{};
}

}  // namespace auscult::postgres
