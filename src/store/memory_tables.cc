// SPDX-License-Identifier: Apache-2.0
#include "store/memory_tables.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"
#include "store/memory_match.h"

namespace flagstream::store {
namespace {

std::vector<Value> ValuesOf(const UniqueKey& key, const Row& row) {
  std::vector<Value> values;
  values.reserve(key.columns.size());
  for (const size_t column : key.columns) values.push_back(row[column]);
  return values;
}

Row ColumnsOf(const Row& row, const std::vector<size_t>& columns) {
  if (columns.empty()) return row;
  Row picked;
  picked.reserve(columns.size());
  for (const size_t column : columns) picked.push_back(row[column]);
  return picked;
}

void KeepPage(std::vector<const Row*>& rows, const Query& query) {
  const auto skipped = std::min(rows.size(), static_cast<size_t>(query.offset));
  rows.erase(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(skipped));
  if (query.limit >= 0 && rows.size() > static_cast<size_t>(query.limit)) {
    rows.resize(static_cast<size_t>(query.limit));
  }
}

int64_t IdOf(const Row& row) { return std::get<int64_t>(row[0]); }

Error KeyIsTaken(const Table& table) {
  return {ErrorCode::kConflict,
          "The table " + std::string(table.name) + " already has a row with this key."};
}

}  // namespace

std::vector<Row> MemoryTables::Find(const Table& table, const Query& query) const {
  std::vector<const Row*> matching;
  if (const Data* data = Look(table.name)) {
    for (const auto& [id, row] : data->rows) {
      if (Matches(row, query)) matching.push_back(&row);
    }
  }
  std::sort(matching.begin(), matching.end(),
            [&](const Row* a, const Row* b) { return Precedes(*a, *b, query); });
  KeepPage(matching, query);
  std::vector<Row> rows;
  rows.reserve(matching.size());
  for (const Row* row : matching) rows.push_back(ColumnsOf(*row, query.columns));
  return rows;
}

int64_t MemoryTables::Count(const Table& table, const Query& query) const {
  const Data* data = Look(table.name);
  if (data == nullptr) return 0;
  return std::count_if(data->rows.begin(), data->rows.end(),
                       [&](const auto& entry) { return Matches(entry.second, query); });
}

bool MemoryTables::Has(std::string_view table, int64_t id) const {
  const Data* data = Look(table);
  return data != nullptr && data->rows.contains(id);
}

Result<int64_t> MemoryTables::Insert(const Table& table, Row row) {
  Data& data = Own(table);
  const int64_t id = IdOf(row) != 0 ? IdOf(row) : data.last_id + 1;
  if (data.rows.contains(id)) return KeyIsTaken(table);
  row[0] = id;
  FLAGSTREAM_TRY(Check(data, row));
  for (size_t i = 0; i < table.unique_keys.size(); ++i) {
    data.taken[i].emplace(ValuesOf(table.unique_keys[i], row), id);
  }
  data.last_id = std::max(data.last_id, id);
  data.rows.emplace(id, std::move(row));
  return id;
}

Result<void> MemoryTables::Update(const Table& table, const Row& row) {
  Data& data = Own(table);
  const auto held = data.rows.find(IdOf(row));
  if (held == data.rows.end()) return Error::NotFound();
  FLAGSTREAM_TRY(Check(data, row));
  for (size_t i = 0; i < table.unique_keys.size(); ++i) {
    data.taken[i].erase(ValuesOf(table.unique_keys[i], held->second));
    data.taken[i].emplace(ValuesOf(table.unique_keys[i], row), IdOf(row));
  }
  held->second = row;
  return {};
}

int64_t MemoryTables::Delete(const Table& table, const Query& query) {
  std::vector<int64_t> ids;
  if (const Data* data = Look(table.name)) {
    for (const auto& [id, row] : data->rows) {
      if (Matches(row, query)) ids.push_back(id);
    }
  }
  for (const int64_t id : ids) DeleteRow(table, id);
  return static_cast<int64_t>(ids.size());
}

const MemoryTables::Data* MemoryTables::Look(std::string_view table) const {
  const auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : found->second.get();
}

MemoryTables::Data& MemoryTables::Own(const Table& table) {
  std::shared_ptr<Data>& data = tables_[table.name];
  if (data == nullptr) {
    data = std::make_shared<Data>();
    data->table = &table;
    data->taken.resize(table.unique_keys.size());
  } else if (data.use_count() > 1) {
    data = std::make_shared<Data>(*data);
  }
  return *data;
}

// Whether `row` may be stored: no other row has its keys, and what it refers to is there.
Result<void> MemoryTables::Check(const Data& data, const Row& row) const {
  const Table& table = *data.table;
  for (size_t i = 0; i < table.unique_keys.size(); ++i) {
    const auto holder = data.taken[i].find(ValuesOf(table.unique_keys[i], row));
    if (holder != data.taken[i].end() && holder->second != IdOf(row)) return KeyIsTaken(table);
  }
  for (const Reference& reference : table.references) {
    const int64_t* parent = std::get_if<int64_t>(&row[reference.column]);
    if (parent != nullptr && !Has(reference.parent, *parent)) {
      return Error::NotFound("A row of the table " + std::string(table.name) +
                             " refers to a row that does not exist.");
    }
  }
  return {};
}

void MemoryTables::DeleteRow(const Table& table, int64_t id) {
  Data& data = Own(table);
  const auto held = data.rows.find(id);
  if (held == data.rows.end()) return;
  for (size_t i = 0; i < table.unique_keys.size(); ++i) {
    data.taken[i].erase(ValuesOf(table.unique_keys[i], held->second));
  }
  data.rows.erase(held);
  DeleteReferringTo(table.name, id);
}

// Tables refer to one another without a circle, so this ends.
void MemoryTables::DeleteReferringTo(std::string_view parent, int64_t id) {
  for (auto& [name, data] : tables_) {
    const Table& child = *data->table;
    for (const Reference& reference : child.references) {
      if (reference.parent != parent) continue;
      Query referring;
      referring.conditions.push_back({reference.column, Match::kEqual, {id}});
      Delete(child, referring);
    }
  }
}

}  // namespace flagstream::store
