// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/export_file.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>
#include <vector>

namespace flagstream::service {
namespace {

using store::Column;
using store::ColumnType;
using store::Table;
using wire::Json;

constexpr std::string_view kFormatMember = "format";
constexpr std::string_view kVersionMember = "version";
constexpr std::string_view kSecretsMember = "secrets";
constexpr std::string_view kTablesMember = "tables";
constexpr std::string_view kRowsMember = "rows";

// A row is two objects deep.
constexpr wire::JsonOptions kRowLimits = {.depth_max = 4};

using ColumnName = std::pair<std::string_view, std::string_view>;
constexpr std::array<ColumnName, 5> kStoresOwn = {{{"environment", "stamp"},
                                                   {"environment", "previous_stamp"},
                                                   {"environment", "revision"},
                                                   {"identity", "stamp"},
                                                   {"identity", "base_revision"}}};
constexpr std::array<ColumnName, 1> kSecretColumns = {{{"user_account", "password_hash"}}};
constexpr std::array<std::string_view, 2> kSecretTables = {"token", "master_api_key"};

template <size_t n>
bool Has(const std::array<ColumnName, n>& list, const ColumnName& wanted) {
  return std::ranges::find(list, wanted) != list.end();
}

struct ToJson {
  Json operator()(std::monostate /*null*/) const { return {}; }
  template <class T>
  Json operator()(const T& value) const {
    return Json(value);
  }
};

Error Wrong(std::string sentence) { return {ErrorCode::kInvalidArgument, std::move(sentence)}; }

std::string_view TypeName(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return "an integer";
    case ColumnType::kReal:
      return "a number";
    case ColumnType::kText:
      return "a text";
  }
  FLAGSTREAM_UNREACHABLE();
}

std::optional<store::Value> ToValue(const Column& column, const Json& json) {
  if (json.IsNull()) return column.nullable ? std::optional(store::Value()) : std::nullopt;
  const std::string* text = json.AsString();
  const int64_t* integer = json.AsInteger();
  const double* real = json.AsDouble();
  switch (column.type) {
    case ColumnType::kInteger:
      return integer ? std::optional<store::Value>(*integer) : std::nullopt;
    case ColumnType::kReal:
      if (integer != nullptr) return store::Value(static_cast<double>(*integer));
      return real ? std::optional<store::Value>(*real) : std::nullopt;
    case ColumnType::kText:
      return text ? std::optional<store::Value>(*text) : std::nullopt;
  }
  FLAGSTREAM_UNREACHABLE();
}

store::Value Blank(const Column& column) {
  if (column.nullable) return {};
  if (column.type == ColumnType::kText) return std::string();
  return int64_t{0};
}

// Puts the bundle together line by line.
class Reading {
 public:
  Result<void> Header(std::string_view line);
  Result<void> Line(std::string_view line);
  Result<Bundle> Finish() &&;

 private:
  Result<void> AddRow(const Table& table, const Json& members);
  Result<store::Value> Read(const Table& table, const Column& column, const Json& members);

  Bundle bundle_;
  bool with_secrets_ = false;
  int64_t rows_ = 0;
  std::optional<int64_t> rows_said_;
};

Result<void> Reading::Header(std::string_view line) {
  FLAGSTREAM_ASSIGN(const Json header, wire::ParseJson(line, kRowLimits));
  const Json* format = header.Find(kFormatMember);
  if (format == nullptr || *format != Json(kExportFormat)) {
    return Wrong("format is not \"" + std::string(kExportFormat) + "\"");
  }
  const Json* version = header.Find(kVersionMember);
  if (version == nullptr || version->AsInteger() == nullptr) return Wrong("version is missing");
  if (*version->AsInteger() != kExportVersion) {
    return Wrong("version " + version->Dump() + " is not known to this release, which reads " +
                 std::to_string(kExportVersion));
  }
  const Json* secrets = header.Find(kSecretsMember);
  with_secrets_ = secrets != nullptr && *secrets == Json(true);
  return {};
}

Result<void> Reading::Line(std::string_view line) {
  if (rows_said_) return Wrong("there is more after the last line");
  FLAGSTREAM_ASSIGN(const Json row, wire::ParseJson(line, kRowLimits));
  const Json::Object* object = row.AsObject();
  if (object == nullptr || object->size() != 1) {
    return Wrong("a row is an object with one member, the name of its table");
  }
  const auto& [name, members] = object->front();
  if (name == kRowsMember && members.AsInteger() != nullptr) {
    rows_said_ = *members.AsInteger();
    return {};
  }
  const Table* table = FindTransferTable(name);
  if (table == nullptr) return Wrong("there is no table " + name);
  if (members.AsObject() == nullptr) return Wrong(name + " must be an object");
  ++rows_;
  return AddRow(*table, members);
}

Result<void> Reading::AddRow(const Table& table, const Json& members) {
  store::Row row;
  row.reserve(table.columns.size());
  for (const Column& column : table.columns) {
    FLAGSTREAM_ASSIGN(store::Value value, Read(table, column, members));
    row.push_back(std::move(value));
  }
  for (const auto& [name, value] : *members.AsObject()) {
    const bool is_known = std::ranges::any_of(
        table.columns, [&](const Column& column) { return column.name == name; });
    if (!is_known) return Wrong(std::string(table.name) + " has no column " + name);
  }
  bundle_.AddRow(table, std::move(row));
  return {};
}

Result<store::Value> Reading::Read(const Table& table, const Column& column, const Json& members) {
  if (!IsMoved(table, column.name, with_secrets_)) return Blank(column);
  const std::string place = std::string(table.name) + ": " + std::string(column.name);
  const Json* json = members.Find(column.name);
  if (json == nullptr) return Wrong(place + " is missing");
  std::optional<store::Value> value = ToValue(column, *json);
  if (!value) return Wrong(place + " must be " + std::string(TypeName(column.type)));
  return *std::move(value);
}

Result<Bundle> Reading::Finish() && {
  if (!rows_said_) return Wrong("the last line is missing: the file was cut off");
  if (*rows_said_ != rows_) {
    return Wrong("the last line says " + std::to_string(*rows_said_) + " rows, but there are " +
                 std::to_string(rows_));
  }
  return std::move(bundle_);
}

}  // namespace

bool IsMoved(const Table& table, std::string_view column, bool with_secrets) {
  const ColumnName name(table.name, column);
  return !Has(kStoresOwn, name) && (with_secrets || !Has(kSecretColumns, name));
}

bool IsSecret(const Table& table) {
  return std::ranges::find(kSecretTables, table.name) != kSecretTables.end();
}

std::string EncodeExportHeader(bool with_secrets) {
  Json::Array tables;
  for (const Table* table : TransferTables()) tables.emplace_back(table->name);
  return Json(Json::Object{{std::string(kFormatMember), kExportFormat},
                           {std::string(kVersionMember), kExportVersion},
                           {std::string(kSecretsMember), with_secrets},
                           {std::string(kTablesMember), std::move(tables)}})
             .Dump() +
         "\n";
}

std::string EncodeExportRow(const Table& table, const store::Row& row, bool with_secrets) {
  Json::Object members;
  for (size_t i = 0; i < row.size(); ++i) {
    if (!IsMoved(table, table.columns[i].name, with_secrets)) continue;
    members.emplace_back(table.columns[i].name, std::visit(ToJson(), row[i]));
  }
  return Json(Json::Object{{std::string(table.name), std::move(members)}}).Dump() + "\n";
}

std::string EncodeExportEnd(int64_t rows) {
  return Json(Json::Object{{std::string(kRowsMember), rows}}).Dump() + "\n";
}

bool IsExportHeader(std::string_view first_line) {
  const Result<Json> header = wire::ParseJson(first_line, kRowLimits);
  if (!header) return false;
  const Json* format = header->Find(kFormatMember);
  return format != nullptr && *format == Json(kExportFormat);
}

Result<Bundle> ReadExport(const NextLine& next_line) {
  Reading reading;
  int64_t number = 0;
  const auto at_line = [&](const Error& error) {
    return Error(error.code(), "line " + std::to_string(number) + ": " + error.message());
  };
  while (true) {
    ++number;
    FLAGSTREAM_ASSIGN(const std::optional<std::string> line, next_line());
    if (!line) break;
    const Result<void> read = number == 1 ? reading.Header(*line) : reading.Line(*line);
    if (!read) return at_line(read.error());
  }
  Result<Bundle> bundle = std::move(reading).Finish();
  if (!bundle) return at_line(bundle.error());
  return bundle;
}

}  // namespace flagstream::service
