// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/mapping.h"
#include "store/records.h"
#include "store/table.h"

namespace flagstream::service {

template <class... Records>
struct RecordList {};

// What is moved, each after those it refers to. What is not here stays where it is.
using TransferRecords =
    RecordList<store::User, store::Token, store::Organisation, store::Membership,
               store::MasterApiKey, store::Project, store::Environment, store::UserPermission,
               store::EnvironmentApiKey, store::Tag, store::Feature, store::FeatureOwner,
               store::FeatureTag, store::MultivariateOption, store::Segment, store::SegmentRule,
               store::SegmentCondition, store::FeatureSegment, store::Identity, store::Trait,
               store::FeatureState, store::MultivariateFeatureStateValue, store::AnalyticsCount,
               store::RequestCount, store::AuditLog>;

// Their tables.
const std::vector<const store::Table*>& TransferTables();
// Null if no such table is moved.
const store::Table* FindTransferTable(std::string_view name);

// Something that an import does not take, and why.
struct LeftOut {
  std::string what;  // "feature_state 12", "identity_overrides[3].identity_traits"
  std::string why;

  bool operator==(const LeftOut&) const = default;
};

// Data on its way into a store, whatever format it came in: rows that refer to each other by the
// ids they have here, which are those of where they come from, as far as that tells.
class Bundle {
 public:
  using Rows = std::vector<store::Row>;

  // The record's id is its id here; not 0.
  template <class Record>
  void Add(const Record& record) {
    AddRow(store::TableOf<Record>(), store::ToRow(record));
  }
  void AddRow(const store::Table& table, store::Row row) {
    rows_[table.name].push_back(std::move(row));
  }

  const Rows& RowsOf(const store::Table& table) const;
  template <class Record>
  Result<std::vector<Record>> All() const;

  // Says that the ids of this table are made up, so that nothing is gained by keeping them.
  void ForgetIds(const store::Table& table) { without_ids_[table.name] = true; }
  bool KnowsIds(const store::Table& table) const { return !without_ids_.contains(table.name); }

  std::vector<LeftOut> left_out;
  std::vector<std::string> notes;  // sentences on what is different after the move

 private:
  std::map<std::string_view, Rows> rows_;
  std::map<std::string_view, bool> without_ids_;
};

template <class Record>
Result<std::vector<Record>> Bundle::All() const {
  std::vector<Record> records;
  for (const store::Row& row : RowsOf(store::TableOf<Record>())) {
    FLAGSTREAM_ASSIGN(Record record, store::FromRow<Record>(row));
    records.push_back(std::move(record));
  }
  return records;
}

// What the row is called in sentences: "environment 3 (Production)".
std::string NameOfRow(const store::Table& table, const store::Row& row);
// Its name, label or the like; empty where rows of the table have none.
std::string TitleOfRow(const store::Table& table, const store::Row& row);

}  // namespace flagstream::service
