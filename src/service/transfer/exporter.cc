// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/exporter.h"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "service/transfer/bundle.h"
#include "service/transfer/export_file.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Row;
using store::Table;

constexpr int64_t kRowsAtOnce = 1'000;

int64_t IdOf(const Row& row) { return std::get<int64_t>(row[0]); }

// Which rows belong to one organisation: those whose parents all do. Asked in the order of
// TransferTables().
class Membership {
 public:
  static Result<Membership> Of(store::Reader& reader, int64_t organisation);

  bool Takes(const Table& table, const Row& row);

 private:
  bool IsRoot(const Table& table, const Row& row) const;
  bool HasParents(const Table& table, const Row& row) const;

  int64_t organisation_ = 0;
  std::unordered_map<std::string_view, std::unordered_set<int64_t>> taken_;
};

Result<Membership> Membership::Of(store::Reader& reader, int64_t organisation) {
  FLAGSTREAM_ASSIGN(const auto found, store::Get<store::Organisation>(reader, organisation));
  if (!found) {
    return Error::NotFound("There is no organisation " + std::to_string(organisation) + ".");
  }
  FLAGSTREAM_ASSIGN(const auto members,
                    store::FindMembers(reader,
                                       store::Select<store::Membership>().Where(
                                           &store::Membership::organisation_id, organisation),
                                       &store::Membership::user_id));
  Membership membership;
  membership.organisation_ = organisation;
  auto& users = membership.taken_[store::TableOf<store::User>().name];
  for (const auto& [user] : members) users.insert(user);
  return membership;
}

bool Membership::Takes(const Table& table, const Row& row) {
  const bool takes = table.references.empty() ? IsRoot(table, row) : HasParents(table, row);
  if (takes) taken_[table.name].insert(IdOf(row));
  return takes;
}

bool Membership::IsRoot(const Table& table, const Row& row) const {
  if (table.name == store::TableOf<store::Organisation>().name) return IdOf(row) == organisation_;
  if (table.name == store::TableOf<store::AuditLog>().name) {
    const size_t column = store::ColumnOf<store::AuditLog>(&store::AuditLog::organisation_id);
    return row[column] == store::Value(organisation_);
  }
  return taken_.contains(table.name) && taken_.at(table.name).contains(IdOf(row));
}

bool Membership::HasParents(const Table& table, const Row& row) const {
  for (const store::Reference& reference : table.references) {
    const auto* id = std::get_if<int64_t>(&row[reference.column]);
    if (id == nullptr || reference.parent == table.name) continue;
    const auto parents = taken_.find(reference.parent);
    if (parents == taken_.end() || !parents->second.contains(*id)) return false;
  }
  return true;
}

class Exporting {
 public:
  Exporting(store::Reader& reader, const ExportOptions& options, const ExportSink& sink,
            std::optional<Membership> membership)
      : reader_(reader), options_(options), sink_(sink), membership_(std::move(membership)) {}

  Result<void> Run();

 private:
  Result<void> WriteTable(const Table& table);
  Result<void> WriteRow(const Table& table, const Row& row);

  store::Reader& reader_;
  const ExportOptions& options_;
  const ExportSink& sink_;
  std::optional<Membership> membership_;
  int64_t rows_ = 0;
};

Result<void> Exporting::Run() {
  FLAGSTREAM_TRY(sink_(EncodeExportHeader(options_.with_secrets)));
  for (const Table* table : TransferTables()) {
    if (!IsSecret(*table) || options_.with_secrets) FLAGSTREAM_TRY(WriteTable(*table));
  }
  return sink_(EncodeExportEnd(rows_));
}

Result<void> Exporting::WriteTable(const Table& table) {
  store::Query query;
  query.conditions.push_back({0, store::Match::kGreater, {int64_t{0}}});
  query.limit = kRowsAtOnce;
  while (true) {
    FLAGSTREAM_ASSIGN(const std::vector<Row> rows, reader_.Find(table, query));
    for (const Row& row : rows) FLAGSTREAM_TRY(WriteRow(table, row));
    if (std::cmp_less(rows.size(), kRowsAtOnce)) return {};
    query.conditions.front().values.front() = IdOf(rows.back());
  }
}

Result<void> Exporting::WriteRow(const Table& table, const Row& row) {
  if (membership_ && !membership_->Takes(table, row)) return {};
  ++rows_;
  return sink_(EncodeExportRow(table, row, options_.with_secrets));
}

}  // namespace

Result<void> Export(store::Reader& reader, const ExportOptions& options, const ExportSink& sink) {
  std::optional<Membership> membership;
  if (options.organisation) {
    FLAGSTREAM_ASSIGN(membership, Membership::Of(reader, *options.organisation));
  }
  return Exporting(reader, options, sink, std::move(membership)).Run();
}

}  // namespace flagstream::service
