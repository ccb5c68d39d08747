// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "service/transfer/bundle.h"
#include "service/transfer/id_map.h"
#include "service/transfer/import_report.h"
#include "store/store.h"

namespace flagstream::service {

// Inserts the rows of one table of a bundle: gives ids and uuids, and turns references into those
// of the store. The tables it refers to were loaded before. Borrows everything, inside a
// transaction.
class TableLoader {
 public:
  // What the importer has to say about a row of the bundle before it is stored as `row`: it may
  // change that, or leave it out.
  enum class Verdict { kStore, kLeaveOut };
  using Look = std::function<Result<Verdict>(const store::Row& source, store::Row& row)>;

  TableLoader(store::Transaction& tx, const Bundle& bundle, const store::Table& table, IdMap& ids,
              ImportReport& report)
      : tx_(tx), bundle_(bundle), table_(table), ids_(ids), report_(report) {}

  // Rows that `ids` knows already are not stored again.
  Result<void> Load(const Look& look);

 private:
  Result<std::vector<store::Row>> NewRows() const;
  Result<void> FindTaken(const std::vector<store::Row>& rows);
  Result<std::unordered_set<store::Value>> Existing(size_t column,
                                                    const std::vector<store::Row>& rows) const;
  Result<void> LoadOne(const store::Row& source, const Look& look);
  bool WaitsForParent(const store::Row& row) const;
  Result<void> ResolveReferences(store::Row& row) const;
  int64_t IdFor(int64_t source) const;
  void NewUuidIfTaken(store::Row& row);
  Result<void> Store(int64_t source_id, store::Row& row);

  store::Transaction& tx_;
  const Bundle& bundle_;
  const store::Table& table_;
  IdMap& ids_;
  ImportReport& report_;

  std::unordered_set<store::Value> taken_ids_;
  std::unordered_set<store::Value> taken_uuids_;
  std::optional<size_t> uuid_column_;
  int64_t new_uuids_ = 0;
};

}  // namespace flagstream::service
