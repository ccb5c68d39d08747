// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.h"
#include "tests/contract/store_contract.h"

namespace flagstream::store {
namespace {

// Goal: MemoryStore is a Store.

class MemoryHome final : public StoreHome {
 public:
  explicit MemoryHome(const Clock& clock) : store_(clock) {}
  Store& store() override { return store_; }

 private:
  MemoryStore store_;
};

INSTANTIATE_TEST_SUITE_P(Memory, StoreContract,
                         ::testing::Values(StoreKind{"Memory",
                                                     [](const Clock& clock) {
                                                       return std::make_unique<MemoryHome>(clock);
                                                     }}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace flagstream::store
