// SPDX-License-Identifier: Apache-2.0
#include "service/change_list.h"

#include <algorithm>

namespace flagstream::service {

void ChangeList::Note(std::string_view field, wire::Json old_value, wire::Json new_value) {
  changes_.push_back({std::string(field), std::move(old_value), std::move(new_value)});
}

bool ChangeList::Has(std::string_view field) const {
  return std::any_of(changes_.begin(), changes_.end(),
                     [&](const FieldChange& change) { return change.field == field; });
}

std::string ChangeList::Encode() const {
  wire::Json::Array rows;
  rows.reserve(changes_.size());
  for (const FieldChange& change : changes_) {
    rows.push_back(wire::Json::Object{
        {"field", change.field}, {"old", change.old_value}, {"new", change.new_value}});
  }
  return wire::Json(std::move(rows)).Dump();
}

}  // namespace flagstream::service
