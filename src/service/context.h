// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.h"
#include "bus/bus.h"
#include "service/limit_refusals.h"
#include "service/limits.h"
#include "store/store.h"

namespace flagstream::service {

// What every use case works on. The references outlive all use cases.
struct Context {
  store::Store& store;
  bus::Bus& bus;
  const Clock& clock;
  Limits limits = {};
  const LimitRefusals* refusals = nullptr;  // none: refusals are not counted
};

}  // namespace flagstream::service
