// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/import_report.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string_view>

namespace flagstream::service {
namespace {

// Of which there are few enough to name each.
constexpr std::array<std::string_view, 7> kNamed = {
    "user_account", "organisation", "project", "environment", "tag", "feature", "segment"};
// Of equal reason; the others are counted.
constexpr size_t kLeftOutNamedMax = 20;

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

std::string LineOf(const ImportReport::Kind& kind) {
  std::string line = "  " + std::string(kind.table->name) + ": " + std::to_string(kind.added);
  if (kind.found > 0) line += " and " + std::to_string(kind.found) + " that were there";
  if (!kind.names.empty()) line += ": " + Joined(kind.names);
  return line + "\n";
}

std::string LinesOf(const std::vector<LeftOut>& all) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const LeftOut& one : all) by_reason[one.why].push_back(one.what);
  std::string lines;
  for (auto& [why, whats] : by_reason) {
    const size_t more = whats.size() - std::min(whats.size(), kLeftOutNamedMax);
    whats.resize(whats.size() - more);
    lines += "  " + Joined(whats);
    if (more > 0) lines += " and " + std::to_string(more) + " more";
    lines += ": " + why + "\n";
  }
  return lines;
}

}  // namespace

ImportReport::Kind& ImportReport::KindOf(const store::Table& table) {
  const auto found = std::ranges::find(kinds_, &table, &Kind::table);
  if (found != kinds_.end()) return *found;
  kinds_.push_back({&table});
  return kinds_.back();
}

void ImportReport::CountAdded(const store::Table& table, const store::Row& row) {
  Kind& kind = KindOf(table);
  ++kind.added;
  if (std::ranges::find(kNamed, table.name) == kNamed.end()) return;
  kind.names.push_back(TitleOfRow(table, row));
}

void ImportReport::CountFound(const store::Table& table) { ++KindOf(table).found; }

std::string ImportReport::ToText() const {
  std::string text;
  for (const store::Table* table : TransferTables()) {
    const auto kind = std::ranges::find(kinds_, table, &Kind::table);
    if (kind != kinds_.end()) text += LineOf(*kind);
  }
  if (!notes.empty()) text += "To know:\n";
  for (const std::string& note : notes) text += "  " + note + "\n";
  if (!left_out.empty()) text += "Left out:\n";
  return text + LinesOf(left_out);
}

}  // namespace flagstream::service
