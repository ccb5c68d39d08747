// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "store/mapping.h"
#include "store/table.h"

namespace flagstream::service {

// Which row of the store each row of a bundle has become, by table.
class IdMap {
 public:
  void Set(const store::Table& table, int64_t source, int64_t target) {
    maps_[table.name][source] = target;
  }
  std::optional<int64_t> Find(std::string_view table, int64_t source) const {
    const auto map = maps_.find(table);
    if (map == maps_.end()) return std::nullopt;
    const auto found = map->second.find(source);
    return found == map->second.end() ? std::nullopt : std::optional(found->second);
  }
  const std::unordered_map<int64_t, int64_t>& Of(const store::Table& table) {
    return maps_[table.name];
  }

  template <class Record>
  void Set(int64_t source, int64_t target) {
    Set(store::TableOf<Record>(), source, target);
  }
  template <class Record>
  std::optional<int64_t> Find(int64_t source) const {
    return Find(store::TableOf<Record>().name, source);
  }

 private:
  std::map<std::string_view, std::unordered_map<int64_t, int64_t>> maps_;
};

}  // namespace flagstream::service
