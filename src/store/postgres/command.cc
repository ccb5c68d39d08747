// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/command.h"

#include <array>
#include <charconv>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "store/postgres/text.h"

namespace flagstream::store::postgres {
namespace {

template <class Number>
std::string NumberText(Number number) {
  std::array<char, 32> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  FLAGSTREAM_ASSERT(error == std::errc());
  return {digits.data(), end};
}

std::optional<std::string> ParameterOf(const Value& value) {
  return std::visit(
      [](const auto& held) -> std::optional<std::string> {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::monostate>) {
          return std::nullopt;
        } else if constexpr (std::is_same_v<Held, std::string>) {
          return EncodeText(held);
        } else {
          return NumberText(held);
        }
      },
      value);
}

// An array literal ("Array Input and Output Syntax" of PostgreSQL's manual); none of `values` is
// null.
std::string ArrayOf(const std::vector<Value>& values) {
  std::string array = "{";
  for (const Value& value : values) {
    if (array.size() > 1) array += ',';
    array += '"';
    const std::optional<std::string> text = ParameterOf(value);
    for (const char c : *text) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return array + "}";
}

// Builds the text of a command together with its parameters.
class Builder {
 public:
  explicit Builder(const Table& table) : table_(table) {}

  Builder& Sql(std::string_view text) {
    command_.sql += text;
    return *this;
  }
  Builder& Name(size_t column) { return Quoted(table_.columns[column].name); }
  Builder& TableName() { return Quoted(table_.name); }
  Builder& Parameter(std::optional<std::string> value) {
    command_.parameters.push_back(std::move(value));
    return Sql("$").Sql(std::to_string(command_.parameters.size()));
  }
  Builder& Bound(const Value& value) { return Parameter(ParameterOf(value)); }

  Builder& Conditions(const Query& query) {
    const char* joint = " WHERE ";
    for (const Condition& condition : query.conditions) {
      Sql(joint).One(condition);
      joint = " AND ";
    }
    return *this;
  }
  Builder& Ordered(const Query& query) {
    Sql(" ORDER BY ");
    bool descending = false;
    for (const Order& order : query.order) {
      descending = order.descending;
      Name(order.column).Sql(descending ? " DESC" : "");
      // Null comes first; PostgreSQL has it as the largest. Said only where it can be, because an
      // index serves an order only if that is the same.
      if (table_.columns[order.column].nullable) Sql(descending ? " NULLS LAST" : " NULLS FIRST");
      Sql(", ");
    }
    return Sql(descending ? "id DESC" : "id");
  }
  Builder& Page(const Query& query) {
    if (query.limit >= 0) Sql(" LIMIT ").Parameter(NumberText(query.limit));
    if (query.offset > 0) Sql(" OFFSET ").Parameter(NumberText(query.offset));
    return *this;
  }
  Builder& Names(const std::vector<size_t>& columns) {
    const size_t count = columns.empty() ? table_.columns.size() : columns.size();
    for (size_t i = 0; i < count; ++i) {
      Sql(i == 0 ? "" : ", ").Name(columns.empty() ? i : columns[i]);
    }
    return *this;
  }

  Command Take() { return std::move(command_); }

 private:
  Builder& Quoted(std::string_view name) { return Sql("\"").Sql(name).Sql("\""); }

  void One(const Condition& condition) {
    const bool is_null = condition.match == Match::kEqual &&
                         std::holds_alternative<std::monostate>(condition.values.front());
    switch (condition.match) {
      case Match::kEqual:
        Name(condition.column);
        is_null ? Sql(" IS NULL") : Sql(" = ").Bound(condition.values.front());
        return;
      case Match::kIn:
        Name(condition.column).Sql(" = ANY (").Parameter(ArrayOf(condition.values)).Sql(")");
        return;
      case Match::kNotNull:
        Name(condition.column).Sql(" IS NOT NULL");
        return;
      case Match::kGreater:
        Name(condition.column).Sql(" > ").Bound(condition.values.front());
        return;
      case Match::kLess:
        Name(condition.column).Sql(" < ").Bound(condition.values.front());
        return;
      case Match::kContainsText:
        // Collation C, which all our columns have, knows ASCII only, as the interface asks for.
        Sql("strpos(lower(")
            .Name(condition.column)
            .Sql("), lower(")
            .Bound(condition.values.front());
        Sql("::text COLLATE \"C\")) > 0");
        return;
    }
    FLAGSTREAM_UNREACHABLE();
  }

  const Table& table_;
  Command command_;
};

}  // namespace

Command FindCommand(const Table& table, const Query& query) {
  Builder builder(table);
  builder.Sql("SELECT ").Names(query.columns).Sql(" FROM ").TableName();
  return builder.Conditions(query).Ordered(query).Page(query).Take();
}

Command CountCommand(const Table& table, const Query& query) {
  return Builder(table).Sql("SELECT count(*) FROM ").TableName().Conditions(query).Take();
}

Command DeleteCommand(const Table& table, const Query& query) {
  return Builder(table).Sql("DELETE FROM ").TableName().Conditions(query).Take();
}

Command InsertCommand(const Table& table, const Row& row) {
  const bool has_id = std::get<int64_t>(row[0]) != 0;
  Builder builder(table);
  builder.Sql("INSERT INTO ").TableName().Sql(" (").Names({}).Sql(") VALUES (");
  has_id ? builder.Bound(row[0]) : builder.Sql("DEFAULT");
  for (size_t i = 1; i < row.size(); ++i) builder.Sql(", ").Bound(row[i]);
  return builder.Sql(") RETURNING id").Take();
}

Command RaiseIdsCommand(const Table& table, int64_t id) {
  const std::string sequence = std::string(table.name) + "_id_seq";
  return Builder(table)
      .Sql("SELECT setval('" + sequence + "', greatest(")
      .Bound(id)
      .Sql("::bigint, last_value)) FROM " + sequence)
      .Take();
}

Command UpdateCommand(const Table& table, const Row& row) {
  Builder builder(table);
  builder.Sql("UPDATE ").TableName().Sql(" SET ");
  for (size_t i = 1; i < row.size(); ++i) {
    builder.Sql(i == 1 ? "" : ", ").Name(i).Sql(" = ").Bound(row[i]);
  }
  return builder.Sql(" WHERE id = ").Bound(row[0]).Take();
}

Command LockCommand(const Table& table, int64_t id, Transaction::Lock lock) {
  const bool is_shared = lock == Transaction::Lock::kShared;
  return Builder(table)
      .Sql("SELECT 1 FROM ")
      .TableName()
      .Sql(" WHERE id = ")
      .Bound(id)
      .Sql(is_shared ? " FOR SHARE" : " FOR NO KEY UPDATE")
      .Take();
}

}  // namespace flagstream::store::postgres
