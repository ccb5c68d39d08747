// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "store/sqlite_store.h"
#include "testing/temporary_folder.h"
#include "tests/contract/store_contract.h"

namespace flagstream::store {
namespace {

// Goal: SqliteStore is a Store.

class SqliteHome final : public StoreHome {
 public:
  explicit SqliteHome(const Clock& clock)
      : store_(SqliteStore::Open({.data_folder = folder_.path() + "/data", .clock = &clock})) {}
  Store& store() override { return **store_; }

 private:
  const flagstream::testing::TemporaryFolder folder_;
  Result<std::unique_ptr<SqliteStore>> store_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract,
                         ::testing::Values(StoreKind{"Sqlite",
                                                     [](const Clock& clock) {
                                                       return std::make_unique<SqliteHome>(clock);
                                                     }}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace flagstream::store
