#include "postgres/connection.hpp"

#include <poll.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <utility>

namespace auscult::postgres {
namespace {

using namespace std::string_view_literals;

// Advisory locks of other programs begin with other numbers. "AUSC", and the schema, so that two
// stores in one database do not wait for each other.
constexpr const char* kBeginToWrite =
    "BEGIN; SELECT pg_advisory_xact_lock(1096110915, hashtext(current_schema()))";

// An acknowledged recording is on disk, also where the administrator traded that for speed; what is
// stronger (waiting for a standby) stays. A process that hangs in a transaction would hold up all
// the others, for as long as a device waits for its answer; one whose computer is gone is noticed
// by the server's keepalives.
constexpr const char* kSettle =
    "SET client_encoding TO 'UTF8'; SET client_min_messages TO warning;"
    "SET statement_timeout TO '30s'; SET idle_in_transaction_session_timeout TO '5s';"
    "SET tcp_keepalives_idle TO 10; SET tcp_keepalives_interval TO 5; SET tcp_keepalives_count TO "
    "3;"
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = 'off'";

/// What to do about a failure, by its SQLSTATE.
struct Advice {
  ErrorCode code = ErrorCode::storage_failure;
  std::string_view text = {};
};

Advice advice(std::string_view state) {
  constexpr std::string_view kTryAgain = "try again";
  if (state == "22021") {
    return {ErrorCode::invalid_argument, "text must be UTF-8 without a zero byte"};
  }
  if (state == "25006")
    return {ErrorCode::storage_failure, "name the primary server, not a standby"};
  if (state == "42501" || state.starts_with("28")) {
    return {ErrorCode::storage_failure, "check the user, its password and its rights"};
  }
  if (state == "53100") return {ErrorCode::storage_failure, "free some space on the server's disk"};
  if (state == "53300") {
    return {ErrorCode::unavailable, "the server has no connection left: raise max_connections"};
  }
  if (state == "57014" || state == "55P03" || state.starts_with("40")) {
    return {ErrorCode::unavailable, kTryAgain};
  }
  if (state.starts_with("08") || state.starts_with("57P") || state == "25P03") {
    return {ErrorCode::unavailable, kTryAgain};
  }
  return {};
}

/// In one line.
std::string trimmed(const char* text) {
  std::string line = text == nullptr ? "" : text;
  while (!line.empty() && line.back() == '\n') line.pop_back();
  for (char& letter : line) {
    if (letter == '\n' || letter == '\t') letter = ' ';
  }
  return line;
}

/// `result` may be null, where there is none.
Error error_of(PGconn* connection, const std::string& shown, const PGresult* result) {
  if (PQstatus(connection) == CONNECTION_BAD) {
    return fail(ErrorCode::unavailable,
                shown + ": " + trimmed(PQerrorMessage(connection)) +
                    "; check that PostgreSQL runs there and can be reached");
  }
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const Advice what_to_do = advice(state == nullptr ? ""sv : state);
  std::string message =
      shown + ": " + trimmed(primary == nullptr ? PQerrorMessage(connection) : primary);
  if (!what_to_do.text.empty()) message.append("; ").append(what_to_do.text);
  return fail(what_to_do.code, std::move(message));
}

bool is_failure(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE &&
         status != PGRES_EMPTY_QUERY && status != PGRES_PIPELINE_SYNC;
}

template <typename T>
T big_endian(const char* bytes, int count) {
  T value = 0;
  for (int i = 0; i < count; ++i) value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

std::int64_t integer_of(const PGresult* result, int row, int column) {
  return static_cast<std::int64_t>(
      big_endian<std::uint64_t>(PQgetvalue(result, row, column), PQgetlength(result, row, column)));
}

void Parameters::bind(std::int64_t value) {
  parameters_.push_back({Parameter::Kind::copied, std::to_string(value)});
}

void Parameters::bind(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  parameters_.push_back({Parameter::Kind::copied, std::string(text.data(), end)});
}

void Parameters::bind(std::string_view text) {
  // In binary form, since the other ends at a zero byte.
  parameters_.push_back({Parameter::Kind::copied, std::string(text), {}, true});
}

void Parameters::bind(std::span<const std::byte> blob) {
  parameters_.push_back({Parameter::Kind::blob, {}, blob, true});
}

void Parameters::bind(std::nullptr_t) { parameters_.push_back({}); }

bool Parameters::send(PGconn* connection, const std::string& name) const {
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats;
  for (const Parameter& parameter : parameters_) {
    const char* value = nullptr;
    std::size_t length = 0;
    switch (parameter.kind) {
      case Parameter::Kind::null:
        break;
      case Parameter::Kind::copied:
        value = parameter.text.c_str();
        length = parameter.text.size();
        break;
      case Parameter::Kind::blob:
        // A null pointer would be NULL; an empty blob is a value.
        value = parameter.blob.empty() ? "" : reinterpret_cast<const char*>(parameter.blob.data());
        length = parameter.blob.size();
        break;
    }
    values.push_back(value);
    lengths.push_back(static_cast<int>(length));
    formats.push_back(parameter.is_binary ? 1 : 0);
  }
  constexpr int kBinary = 1;
  return PQsendQueryPrepared(connection, name.c_str(), static_cast<int>(values.size()),
                             values.data(), lengths.data(), formats.data(), kBinary) == 1;
}

std::string with_numbered_parameters(std::string_view sql) {
  std::string text;
  int last = 0;
  char quote = '\0';
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char letter = sql[i];
    if (quote != '\0') {
      if (letter == quote) quote = '\0';
    } else if (letter == '\'' || letter == '"') {
      quote = letter;
    } else if (letter == '?') {
      text += '$';
      const bool is_numbered =
          i + 1 < sql.size() && std::isdigit(static_cast<unsigned char>(sql[i + 1])) != 0;
      if (!is_numbered) text += std::to_string(++last);
      continue;
    }
    text += letter;
  }
  return text;
}

struct Connection::Session {
  struct Finish {
    void operator()(PGconn* open) const { PQfinish(open); }
  };
  std::unique_ptr<PGconn, Finish> connection;
  std::string shown;
  std::map<std::string, std::string, std::less<>> names = {};  ///< Of what is prepared, by its SQL.
  std::int64_t changes = 0;

  [[nodiscard]] Error error(const PGresult* result) const {
    return error_of(connection.get(), shown, result);
  }
  void count_changes(PGresult* result) {
    const std::string_view tuples = PQcmdTuples(result);
    changes = 0;
    std::from_chars(tuples.data(), tuples.data() + tuples.size(), changes);
  }
};

/// A statement whose rows come one by one.
class Connection::Running final : public storage::StatementBody {
 public:
  Running(Session& session, std::string name) : session_(session), name_(std::move(name)) {}
  ~Running() override { drain(); }

  void bind(std::int64_t value) override { parameters_.bind(value); }
  void bind(double value) override { parameters_.bind(value); }
  void bind(std::string_view text) override { parameters_.bind(text); }
  void bind(std::span<const std::byte> blob) override { parameters_.bind(blob); }
  void bind(std::nullptr_t) override { parameters_.bind(nullptr); }

  Result<bool> step() override {
    PGconn* connection = session_.connection.get();
    if (!is_sent_) {
      is_sent_ = true;
      if (!parameters_.send(connection, name_)) return session_.error(nullptr);
      is_running_ = true;
      PQsetSingleRowMode(connection);
    }
    if (!is_running_) return false;
    row_.reset(PQgetResult(connection));
    if (PQresultStatus(row_.get()) == PGRES_SINGLE_TUPLE) return true;
    const ResultOwner last = std::move(row_);
    drain();
    if (last == nullptr || is_failure(last.get())) return session_.error(last.get());
    session_.count_changes(last.get());
    return false;
  }

  [[nodiscard]] bool is_null(int column) const override {
    return PQgetisnull(row_.get(), 0, column) == 1;
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    return is_null(column) ? 0 : integer_of(row_.get(), 0, column);
  }
  [[nodiscard]] double real(int column) const override {
    const auto bits = static_cast<std::uint64_t>(integer(column));
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  [[nodiscard]] std::string text(int column) const override {
    return {PQgetvalue(row_.get(), 0, column),
            static_cast<std::size_t>(PQgetlength(row_.get(), 0, column))};
  }
  [[nodiscard]] std::vector<std::byte> blob(int column) const override {
    const auto* bytes = reinterpret_cast<const std::byte*>(PQgetvalue(row_.get(), 0, column));
    return {bytes, bytes + PQgetlength(row_.get(), 0, column)};
  }

 private:
  /// Until the connection is free for the next statement.
  void drain() {
    while (is_running_)
      is_running_ = ResultOwner(PQgetResult(session_.connection.get())) != nullptr;
  }

  Session& session_;
  std::string name_;
  Parameters parameters_;
  ResultOwner row_;
  bool is_sent_ = false;
  bool is_running_ = false;
};

Connection::Connection(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::open(const Address& address) {
  // What the URL says wins. Together they notice within some twenty seconds that the other side is
  // gone.
  const std::array keywords = {"connect_timeout",  "fallback_application_name",
                               "keepalives_idle",  "keepalives_interval",
                               "keepalives_count", "tcp_user_timeout",
                               "dbname",           static_cast<const char*>(nullptr)};
  const std::array values = {"5",
                             "auscult",
                             "10",
                             "5",
                             "3",
                             "15000",
                             address.secret().c_str(),
                             static_cast<const char*>(nullptr)};
  constexpr int kExpandUrl = 1;
  auto session = std::make_unique<Session>();
  session->shown = address.shown();
  session->connection.reset(PQconnectdbParams(keywords.data(), values.data(), kExpandUrl));
  PGconn* connection = session->connection.get();
  if (connection == nullptr) return fail(ErrorCode::internal, "out of memory");
  if (PQstatus(connection) != CONNECTION_OK) return session->error(nullptr);
  // Else they go to standard error.
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  Connection opened(std::move(session));
  if (const Status settled = opened.execute(kSettle); !settled) return settled.error();
  return opened;
}

Status Connection::execute(const char* script) {
  const ResultOwner result(PQexec(session_->connection.get(), script));
  if (result == nullptr || is_failure(result.get())) return session_->error(result.get());
  session_->count_changes(result.get());
  // This is how the server answers a COMMIT of what has failed before.
  if (script == "COMMIT"sv && PQcmdStatus(result.get()) == "ROLLBACK"sv) {
    return fail(ErrorCode::internal, session_->shown + ": the transaction was undone");
  }
  return Ok{};
}

/// Prepares it, unless it is.
Result<std::string> Connection::name_of(std::string_view sql) {
  const auto kept = session_->names.find(sql);
  if (kept != session_->names.end()) return kept->second;
  const std::string name = "s" + std::to_string(session_->names.size());
  const ResultOwner result(PQprepare(session_->connection.get(), name.c_str(),
                                     with_numbered_parameters(sql).c_str(), 0, nullptr));
  if (result == nullptr || is_failure(result.get())) return session_->error(result.get());
  session_->names.emplace(sql, name);
  return name;
}

Result<storage::Statement> Connection::prepare(std::string_view sql) {
  Result<std::string> name = name_of(sql);
  if (!name) return name.error();
  return storage::Statement(std::make_unique<Running>(*session_, *std::move(name)));
}

Result<std::vector<ResultOwner>> Connection::run_together(std::span<const Call> calls) {
  PGconn* connection = session_->connection.get();
  std::vector<std::string> names;
  for (const Call& call : calls) {
    Result<std::string> name = name_of(call.sql);
    if (!name) return name.error();
    names.push_back(*std::move(name));
  }
  if (PQenterPipelineMode(connection) != 1) return session_->error(nullptr);
  bool sent = true;
  for (std::size_t i = 0; i < calls.size() && sent; ++i) {
    sent = calls[i].parameters.send(connection, names[i]);
  }
  sent = sent && PQpipelineSync(connection) == 1;
  std::vector<ResultOwner> results;
  std::optional<Error> failure;
  if (!sent) failure = session_->error(nullptr);
  for (bool is_synced = !sent; !is_synced;) {
    // A null result ends each call's.
    ResultOwner result(PQgetResult(connection));
    if (result == nullptr) {
      if (is_lost()) break;
      continue;
    }
    is_synced = PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC;
    // The first to fail says why; those after it say only that they were not run.
    if (is_failure(result.get()) && !failure) failure = session_->error(result.get());
    if (!is_synced) results.push_back(std::move(result));
  }
  if (is_lost() && !failure) failure = session_->error(nullptr);
  PQexitPipelineMode(connection);
  if (failure) return *std::move(failure);
  return results;
}

std::int64_t Connection::changes() const { return session_->changes; }

const char* Connection::begin_to_write() const { return kBeginToWrite; }

bool Connection::is_lost() const { return PQstatus(session_->connection.get()) != CONNECTION_OK; }

bool Connection::is_idle() {
  PGconn* connection = session_->connection.get();
  if (is_lost() || PQtransactionStatus(connection) != PQTRANS_IDLE ||
      PQpipelineStatus(connection) != PQ_PIPELINE_OFF) {
    return false;
  }
  // Something to read on an idle connection is the server's farewell.
  pollfd socket{PQsocket(connection), POLLIN, 0};
  if (::poll(&socket, 1, 0) > 0) (void)PQconsumeInput(connection);
  return !is_lost();
}

PGconn* Connection::raw() const { return session_->connection.get(); }

Error Connection::last_error() const { return session_->error(nullptr); }

}  // namespace auscult::postgres
