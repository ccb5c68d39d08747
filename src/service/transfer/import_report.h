// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "service/transfer/bundle.h"
#include "store/table.h"

namespace flagstream::service {

// What an import did, or with a dry run would do.
class ImportReport {
 public:
  struct Kind {
    const store::Table* table = nullptr;
    int64_t added = 0;
    int64_t found = 0;               // were there already and are used as they are
    std::vector<std::string> names;  // of those added, where rows of the table have some
  };

  void CountAdded(const store::Table& table, const store::Row& row);
  void CountFound(const store::Table& table);

  // In the order of TransferTables(); only kinds of which there was something.
  const std::vector<Kind>& kinds() const { return kinds_; }

  // Lines for people: counts and names by kind, notes, and what was left out with the reasons.
  std::string ToText() const;

  std::vector<std::string> notes;
  std::vector<LeftOut> left_out;

 private:
  Kind& KindOf(const store::Table& table);

  std::vector<Kind> kinds_;
};

}  // namespace flagstream::service
