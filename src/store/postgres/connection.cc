// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/connection.h"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "store/postgres/text.h"

namespace flagstream::store::postgres {
namespace {

// A commit that is acknowledged is on disk (unless the operator asks for more, a standby's too).
// Times: longer than any of our statements takes, short enough to notice a server that hangs.
constexpr const char* kSetUp =
    "SELECT set_config('synchronous_commit', 'on', false)"
    "  WHERE current_setting('synchronous_commit') = 'off';"
    "SET statement_timeout = '30s';"
    "SET lock_timeout = '10s';"
    "SET idle_in_transaction_session_timeout = '60s';"
    "SET extra_float_digits = 1;"
    "SET timezone = 'UTC'";

constexpr const char* kGuard = "SAVEPOINT guarded";
constexpr const char* kRelease = "RELEASE SAVEPOINT guarded";
constexpr const char* kUndo = "ROLLBACK TO SAVEPOINT guarded; RELEASE SAVEPOINT guarded";

struct Meaning {
  ErrorCode code;
  const char* sentence;
};

// By class and code ("PostgreSQL Error Codes", appendix A of its manual). Empty when the connection
// broke.
Meaning MeaningOf(std::string_view state) {
  const std::string_view kind = state.substr(0, 2);
  if (state == "23505") return {ErrorCode::kConflict, "A row with this key is stored already."};
  if (state == "23503") {
    return {ErrorCode::kNotFound, "A row that this one refers to does not exist."};
  }
  if (kind == "23" || kind == "22") {
    return {ErrorCode::kInternal, "A row does not fit its table."};
  }
  if (kind == "54") return {ErrorCode::kTooLarge, "A value is too large to be stored."};
  if (state == "XX001" || state == "XX002") {
    return {ErrorCode::kCorrupt, "The database is damaged."};
  }
  if (kind == "53") return {ErrorCode::kUnavailable, "The database server lacks resources."};
  if (kind == "28") return {ErrorCode::kUnavailable, "The database server refuses the login."};
  if (state == "25006") return {ErrorCode::kUnavailable, "The database cannot be written."};
  if (kind == "40" || state == "55P03") {
    return {ErrorCode::kUnavailable, "Another transaction was in the way."};
  }
  if (kind == "57" || kind == "58" || kind == "08" || kind == "3D" || state.empty()) {
    return {ErrorCode::kUnavailable, "The database server is away."};
  }
  return {ErrorCode::kInternal, "The database refused a statement."};
}

bool IsInTheWay(std::string_view state) { return state.starts_with("40") || state == "55P03"; }

std::string Trimmed(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

template <class Number>
std::optional<Number> ReadNumber(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Number>
std::optional<Value> NumberValue(std::string_view text) {
  const std::optional<Number> number = ReadNumber<Number>(text);
  if (!number) return std::nullopt;
  return Value(*number);
}

std::optional<Value> ValueOf(std::string_view text, ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return NumberValue<int64_t>(text);
    case ColumnType::kReal:
      return NumberValue<double>(text);
    case ColumnType::kText:
      return Value(DecodeText(text));
  }
  FLAGSTREAM_UNREACHABLE();
}

std::string_view TextAt(const pg_result* result, int row, int column) {
  return {PQgetvalue(result, row, column), static_cast<size_t>(PQgetlength(result, row, column))};
}

Error Unreadable() {
  return {ErrorCode::kCorrupt, "The database answers something else than was asked for."};
}

// The parameters as libpq takes them; borrows from the command.
std::vector<const char*> PointersOf(const Command& command) {
  std::vector<const char*> pointers;
  pointers.reserve(command.parameters.size());
  for (const auto& parameter : command.parameters) {
    pointers.push_back(parameter ? parameter->c_str() : nullptr);
  }
  return pointers;
}

bool Succeeded(const pg_result* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

void Answer::Clear::operator()(pg_result* result) const { PQclear(result); }

size_t Answer::size() const { return static_cast<size_t>(PQntuples(result_.get())); }

Result<Row> Answer::ReadRow(size_t index, const std::vector<ColumnType>& columns) const {
  if (static_cast<size_t>(PQnfields(result_.get())) != columns.size()) return Unreadable();
  Row row;
  row.reserve(columns.size());
  const int at = static_cast<int>(index);
  for (size_t i = 0; i < columns.size(); ++i) {
    const int column = static_cast<int>(i);
    if (PQgetisnull(result_.get(), at, column) != 0) {
      row.emplace_back();
      continue;
    }
    std::optional<Value> value = ValueOf(TextAt(result_.get(), at, column), columns[i]);
    if (!value) return Unreadable();
    row.push_back(*std::move(value));
  }
  return row;
}

Result<int64_t> Answer::ReadInteger() const {
  if (size() == 0) return Unreadable();
  const std::optional<int64_t> number = ReadNumber<int64_t>(TextAt(result_.get(), 0, 0));
  if (!number) return Unreadable();
  return *number;
}

int64_t Answer::RowsChanged() const {
  return ReadNumber<int64_t>(PQcmdTuples(result_.get())).value_or(0);
}

bool Answer::CommandIs(std::string_view command) const {
  return PQcmdStatus(result_.get()) == command;
}

void Connection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& address) {
  // What stands before `dbname` is a default that the address may replace; what stands after it is
  // not.
  const std::array<const char*, 7> names = {"connect_timeout",
                                            "fallback_application_name",
                                            "tcp_user_timeout",
                                            "keepalives_idle",
                                            "dbname",
                                            "client_encoding",
                                            nullptr};
  const std::array<const char*, 7> values = {"5",    "flagstream", "20000", "30", address.c_str(),
                                             "UTF8", nullptr};
  std::unique_ptr<Connection> connection(
      new Connection(PQconnectdbParams(names.data(), values.data(), /*expand_dbname=*/1)));
  if (connection->IsBroken()) {
    return Error(ErrorCode::kUnavailable, "The database server cannot be reached.",
                 Error::Unavailable(Trimmed(PQerrorMessage(connection->connection_.get()))));
  }
  // Notices are for people at a prompt.
  PQsetNoticeProcessor(connection->connection_.get(), [](void*, const char*) {}, nullptr);
  FLAGSTREAM_TRY(connection->Execute(kSetUp));
  return connection;
}

bool Connection::IsBroken() const { return PQstatus(connection_.get()) != CONNECTION_OK; }

Result<void> Connection::Execute(const char* sql) {
  FLAGSTREAM_TRY(Check(PQexec(connection_.get(), sql)));
  return {};
}

Result<Answer> Connection::Run(const Command& command) {
  FLAGSTREAM_ASSIGN(const std::string name, Prepare(command.sql));
  const std::vector<const char*> values = PointersOf(command);
  return Check(PQexecPrepared(connection_.get(), name.c_str(), static_cast<int>(values.size()),
                              values.data(), nullptr, nullptr, /*resultFormat=*/0));
}

// Sent as a pipeline, so that the guard costs no further waits for the server.
Result<Answer> Connection::RunGuarded(const Command& command) {
  FLAGSTREAM_ASSIGN(const std::string name, Prepare(command.sql));
  const std::vector<const char*> values = PointersOf(command);
  pg_conn* const pg = connection_.get();
  const auto send = [pg](const char* sql) {
    return PQsendQueryParams(pg, sql, 0, nullptr, nullptr, nullptr, nullptr, 0) == 1;
  };
  const bool sent = PQenterPipelineMode(pg) == 1 && send(kGuard) &&
                    PQsendQueryPrepared(pg, name.c_str(), static_cast<int>(values.size()),
                                        values.data(), nullptr, nullptr, 0) == 1 &&
                    send(kRelease) && PQpipelineSync(pg) == 1;
  if (!sent) return LastError(nullptr);

  std::optional<Error> error;
  pg_result* answer = nullptr;
  for (int i = 0; i < 3; ++i) {
    pg_result* const result = PQgetResult(pg);
    if (!error && !Succeeded(result)) error = LastError(result);
    if (i == 1 && !error) {
      answer = result;
    } else {
      PQclear(result);
    }
    if (result != nullptr) PQclear(PQgetResult(pg));  // the end of this one's results
  }
  PQclear(PQgetResult(pg));  // the synchronisation
  Answer kept(answer);
  if (PQexitPipelineMode(pg) != 1 && !error) error = LastError(nullptr);
  if (!error) return kept;
  if (!IsBroken()) FLAGSTREAM_TRY(Execute(kUndo));
  return *error;
}

Result<void> Connection::Begin(const char* how) {
  should_repeat_ = false;
  return Execute(how);
}

Result<void> Connection::Commit() {
  FLAGSTREAM_ASSIGN(const Answer answer, Check(PQexec(connection_.get(), "COMMIT")));
  // What the server says to the COMMIT of a transaction in which a command failed.
  if (answer.CommandIs("COMMIT")) return {};
  return Error::Unavailable("The transaction had failed before its end.");
}

void Connection::Rollback() {
  if (IsBroken() || PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  const Result<void> undone = Execute("ROLLBACK");
  // The server undoes what a broken connection leaves.
  if (!undone) log::Warning("a transaction was left", {{"cause", undone.error().ToString()}});
}

Result<std::string> Connection::Prepare(const std::string& sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  if (statements_.size() == kStatementsMax) {
    FLAGSTREAM_TRY(Execute("DEALLOCATE ALL"));
    statements_.clear();
  }
  std::string name = "s" + std::to_string(++statements_made_);
  FLAGSTREAM_TRY(Check(PQprepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr)));
  statements_.emplace(sql, name);
  return name;
}

Result<Answer> Connection::Check(pg_result* result) {
  Answer answer(result);
  if (!Succeeded(result)) return LastError(result);
  return answer;
}

Error Connection::LastError(const pg_result* result) {
  const char* const field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state = field == nullptr ? "" : field;
  should_repeat_ = should_repeat_ || IsInTheWay(state);
  const auto [code, sentence] = MeaningOf(state);
  std::string words = Trimmed(PQresultErrorMessage(result));
  if (words.empty()) words = Trimmed(PQerrorMessage(connection_.get()));
  return {code, sentence, Error(code, std::move(words))};
}

}  // namespace flagstream::store::postgres
