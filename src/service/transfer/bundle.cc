// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/bundle.h"

#include <algorithm>
#include <array>
#include <variant>

#include "store/columns.h"

namespace flagstream::service {
namespace {

template <class... Records>
std::vector<const store::Table*> TablesOf(RecordList<Records...> /*list*/) {
  return {&store::TableOf<Records>()...};
}

}  // namespace

const std::vector<const store::Table*>& TransferTables() {
  static const std::vector<const store::Table*> tables = TablesOf(TransferRecords());
  return tables;
}

const store::Table* FindTransferTable(std::string_view name) {
  const auto& tables = TransferTables();
  const auto found = std::ranges::find(tables, name, [](const auto* table) { return table->name; });
  return found == tables.end() ? nullptr : *found;
}

const Bundle::Rows& Bundle::RowsOf(const store::Table& table) const {
  static const Rows none;
  const auto found = rows_.find(table.name);
  return found == rows_.end() ? none : found->second;
}

std::string TitleOfRow(const store::Table& table, const store::Row& row) {
  constexpr std::array<std::string_view, 4> kTitles = {"name", "email", "label", "identifier"};
  for (size_t i = 0; i < table.columns.size(); ++i) {
    if (std::ranges::find(kTitles, table.columns[i].name) == kTitles.end()) continue;
    if (const auto* text = std::get_if<std::string>(&row[i])) return *text;
  }
  return "";
}

std::string NameOfRow(const store::Table& table, const store::Row& row) {
  std::string name(table.name);
  name += " " + std::to_string(std::get<int64_t>(row[0]));
  if (const std::string title = TitleOfRow(table, row); !title.empty()) name += " (" + title + ")";
  return name;
}

}  // namespace flagstream::service
