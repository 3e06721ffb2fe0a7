#include "postgres/copy.hpp"

#include <utility>

#include "postgres/connection.hpp"
#include "postgres/schema.hpp"

namespace auscult::postgres {
namespace {

Result<storage::CopySide> side_of(const Address& address, Connection connection) {
  // Each waits while the other reads or writes.
  const Status patient = connection.execute(
      "SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0");
  if (!patient) return patient.error();
  return storage::CopySide{
      .name = address.shown(),
      .claim = nullptr,
      .database = std::make_unique<Connection>(std::move(connection)),
      .begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
      .last_sequence =
          "SELECT coalesce(max(last_value), 0) FROM pg_sequences "
          "WHERE schemaname = current_schema() AND "
          "sequencename = 'recordings_sequence_seq'",
      .forget_sequence = "",
      .set_sequence = "SELECT setval('recordings_sequence_seq', greatest(?::bigint, 1))"};
}

}  // namespace

Result<storage::CopySide> copy_source(const Address& address) {
  Result<Connection> connection = Connection::open(address);
  if (!connection) return connection.error();
  if (const Status current = check_current(*connection, address.shown()); !current) {
    return current.error();
  }
  return side_of(address, *std::move(connection));
}

Result<storage::CopySide> copy_target(const Address& address) {
  Result<Connection> connection = Connection::open(address);
  if (!connection) return connection.error();
  if (const Status migrated = migrate(*connection, address.shown()); !migrated) {
    return migrated.error();
  }
  return side_of(address, *std::move(connection));
}

}  // namespace auscult::postgres
