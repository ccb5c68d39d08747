// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/table.h"

namespace flagstream::store {

// The rows of all tables at one moment. Copies share what they do not change, so a copy is a
// snapshot and an undo. One thread per copy.
class MemoryTables {
 public:
  std::vector<Row> Find(const Table& table, const Query& query) const;
  int64_t Count(const Table& table, const Query& query) const;
  bool Has(std::string_view table, int64_t id) const;

  // As in Transaction.
  Result<int64_t> Insert(const Table& table, Row row);
  Result<void> Update(const Table& table, const Row& row);
  int64_t Delete(const Table& table, const Query& query);

 private:
  using Rows = std::map<int64_t, Row>;
  // For each unique key of a table, which row holds which values.
  using Taken = std::map<std::vector<Value>, int64_t>;

  struct Data {
    const Table* table = nullptr;
    int64_t last_id = 0;
    Rows rows;
    std::vector<Taken> taken;
  };

  const Data* Look(std::string_view table) const;
  // The data of `table` as this copy's own.
  Data& Own(const Table& table);
  Result<void> Check(const Data& data, const Row& row) const;
  void DeleteRow(const Table& table, int64_t id);
  void DeleteReferringTo(std::string_view parent, int64_t id);

  // Only data that this copy alone holds is changed in place.
  std::map<std::string_view, std::shared_ptr<Data>> tables_;
};

}  // namespace flagstream::store
