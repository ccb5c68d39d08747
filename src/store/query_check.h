// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "store/table.h"

// What every adapter asks of its callers before it does anything.
namespace flagstream::store {

// kTooLarge for a condition of too many values. Asserts that columns exist and conditions have the
// values they need.
Result<void> CheckQuery(const Table& table, const Query& query);
// kInvalidArgument for a NaN, which not every database can keep. Asserts that the row fits the
// table.
Result<void> CheckRow(const Table& table, const Row& row);

}  // namespace flagstream::store
