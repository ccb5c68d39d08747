// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "bus/bus.h"

namespace flagstream::bus {

// One kind of bus, and how a test makes one.
struct BusKind {
  std::string name;
  std::function<std::unique_ptr<Bus>()> make;
};

// What every Bus must do. Instantiated by one test program per adapter.
class BusContract : public testing::TestWithParam<BusKind> {
 protected:
  std::unique_ptr<Bus> bus_ = GetParam().make();
};

}  // namespace flagstream::bus
