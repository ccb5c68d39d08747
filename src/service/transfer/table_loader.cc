// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/table_loader.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/random.h"
#include "store/columns.h"

namespace flagstream::service {
namespace {

using store::Row;
using store::Table;
using store::Value;

int64_t IdOf(const Row& row) { return std::get<int64_t>(row[0]); }

std::optional<size_t> ColumnIfAny(const Table& table, std::string_view name) {
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].name == name) return i;
  }
  return std::nullopt;
}

// Ids of segments are hashed, so each that is free is kept. Elsewhere the order of ids matters more
// than their values (variants are chosen in it), so a table keeps all of its ids or none.
bool KeepsEach(const Table& table) { return table.name == store::TableOf<store::Segment>().name; }

}  // namespace

Result<void> TableLoader::Load(const Look& look) {
  FLAGSTREAM_ASSIGN(std::vector<Row> waiting, NewRows());
  uuid_column_ = ColumnIfAny(table_, "uuid");
  FLAGSTREAM_TRY(FindTaken(waiting));
  // Those whose ids are free come first, so that no other row is given one of these.
  std::ranges::sort(waiting, {},
                    [this](const Row& row) { return std::pair(IdFor(IdOf(row)) == 0, IdOf(row)); });
  while (!waiting.empty()) {
    std::vector<Row> left;
    for (Row& row : waiting) {
      if (WaitsForParent(row)) {
        left.push_back(std::move(row));
        continue;
      }
      FLAGSTREAM_TRY(LoadOne(row, look));
    }
    if (left.size() == waiting.size()) {
      return Error(ErrorCode::kInvalidArgument,
                   NameOfRow(table_, left.front()) + " stands below itself or below nothing");
    }
    waiting = std::move(left);
  }
  if (new_uuids_ > 0) {
    report_.notes.push_back(std::to_string(new_uuids_) + " of " + std::string(table_.name) +
                            " got a new uuid, because theirs is taken.");
  }
  return {};
}

// Ascending by id. A row that stands twice would be lost without a word.
Result<std::vector<Row>> TableLoader::NewRows() const {
  std::vector<Row> rows;
  for (const Row& row : bundle_.RowsOf(table_)) {
    if (ids_.Find(table_.name, IdOf(row))) {
      report_.CountFound(table_);
    } else {
      rows.push_back(row);
    }
  }
  std::ranges::sort(rows, {}, IdOf);
  const auto twice = std::ranges::adjacent_find(rows, {}, IdOf);
  if (twice != rows.end()) {
    return Error(ErrorCode::kInvalidArgument, NameOfRow(table_, *twice) + " is there twice");
  }
  return rows;
}

Result<void> TableLoader::FindTaken(const std::vector<Row>& rows) {
  FLAGSTREAM_ASSIGN(taken_ids_, Existing(0, rows));
  if (uuid_column_) {
    FLAGSTREAM_ASSIGN(taken_uuids_, Existing(*uuid_column_, rows));
  }
  return {};
}

Result<std::unordered_set<Value>> TableLoader::Existing(size_t column,
                                                        const std::vector<Row>& rows) const {
  std::unordered_set<Value> existing;
  for (size_t from = 0; from < rows.size(); from += store::kConditionValuesMax) {
    store::Condition condition{column, store::Match::kIn, {}};
    const size_t end = std::min(rows.size(), from + store::kConditionValuesMax);
    for (size_t i = from; i < end; ++i) condition.values.push_back(rows[i][column]);
    FLAGSTREAM_ASSIGN(const std::vector<Row> found,
                      tx_.Find(table_, {.columns = {column}, .conditions = {condition}}));
    for (const Row& row : found) existing.insert(row[0]);
  }
  return existing;
}

Result<void> TableLoader::LoadOne(const Row& source, const Look& look) {
  Row row = source;
  FLAGSTREAM_TRY(ResolveReferences(row));
  row[0] = IdFor(IdOf(source));
  NewUuidIfTaken(row);
  FLAGSTREAM_ASSIGN(const Verdict verdict, look(source, row));
  if (verdict == Verdict::kLeaveOut) return {};
  return Store(IdOf(source), row);
}

bool TableLoader::WaitsForParent(const Row& row) const {
  return std::ranges::any_of(table_.references, [&](const store::Reference& reference) {
    const auto* parent = std::get_if<int64_t>(&row[reference.column]);
    return reference.parent == table_.name && parent != nullptr &&
           !ids_.Find(reference.parent, *parent);
  });
}

Result<void> TableLoader::ResolveReferences(Row& row) const {
  for (const store::Reference& reference : table_.references) {
    auto* id = std::get_if<int64_t>(&row[reference.column]);
    if (id == nullptr) continue;
    const std::optional<int64_t> target = ids_.Find(reference.parent, *id);
    if (!target) {
      return Error(ErrorCode::kInvalidArgument,
                   NameOfRow(table_, row) + ": " +
                       std::string(table_.columns[reference.column].name) + " " +
                       std::to_string(*id) + " is not in the file");
    }
    *id = *target;
  }
  return {};
}

int64_t TableLoader::IdFor(int64_t source) const {
  if (!bundle_.KnowsIds(table_)) return 0;
  if (taken_ids_.empty()) return source;
  return KeepsEach(table_) && !taken_ids_.contains(Value(source)) ? source : 0;
}

void TableLoader::NewUuidIfTaken(Row& row) {
  if (!uuid_column_ || !taken_uuids_.contains(row[*uuid_column_])) return;
  row[*uuid_column_] = NewUuid();
  ++new_uuids_;
}

Result<void> TableLoader::Store(int64_t source_id, Row& row) {
  const Result<int64_t> id = tx_.Insert(table_, row);
  if (!id) {
    Row named = row;
    named[0] = source_id;
    return Error(id.error().code(), NameOfRow(table_, named) + ": " + id.error().message(),
                 id.error());
  }
  row[0] = *id;
  ids_.Set(table_, source_id, *id);
  report_.CountAdded(table_, row);
  return {};
}

}  // namespace flagstream::service
