// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/written.h"
#include "wire/json.h"

namespace flagstream::service {

// What a write changed in one object, field by field: decides whether anything happened at all, and
// is kept with the audit row.
class ChangeList {
 public:
  // Stores `given`, if there is one and it differs, and remembers old and new under the name
  // `field`.
  template <class T>
  bool Set(std::string_view field, T& stored, const Given<T>& given) {
    if (!given || *given == stored) return false;
    Note(field, ToJson(stored), ToJson(*given));
    stored = *given;
    return true;
  }

  void Note(std::string_view field, wire::Json old_value, wire::Json new_value);

  bool empty() const { return changes_.empty(); }
  bool Has(std::string_view field) const;
  // [{"field", "old", "new"}, ...] in the order of the changes.
  std::string Encode() const;

 private:
  template <class T>
  static wire::Json ToJson(const T& value) {
    return wire::Json(value);
  }
  template <class T>
  static wire::Json ToJson(const std::optional<T>& value) {
    return wire::Json::From(value);
  }

  struct FieldChange {
    std::string field;
    wire::Json old_value;
    wire::Json new_value;
  };

  std::vector<FieldChange> changes_;
};

}  // namespace flagstream::service
