// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"
#include "testing/fake_clock.h"

namespace flagstream::store {

// An open, empty store and whatever it stands on.
class StoreHome {
 public:
  virtual ~StoreHome() = default;
  virtual Store& store() = 0;
};

// One kind of store, and how a test makes one that goes by `clock`.
struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<StoreHome>(const Clock& clock)> make;
  // Whether writes of one thread run in the order in which they were given.
  bool keeps_order = true;
};

// What every Store must do. Instantiated by one test program per adapter, over the tables of
// store/columns.h.
class StoreContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  Store& store() { return home_->store(); }

  // Fail the test if the store does.
  void MustWrite(const WriteWork& work);
  void MustRead(const ReadWork& work);
  ErrorCode WriteError(const WriteWork& work);

  flagstream::testing::FakeClock clock_;
  std::unique_ptr<StoreHome> home_ = GetParam().make(clock_);
};

}  // namespace flagstream::store
