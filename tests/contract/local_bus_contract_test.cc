// SPDX-License-Identifier: Apache-2.0
#include "bus/local_bus.h"
#include "tests/contract/bus_contract.h"

namespace flagstream::bus {
namespace {

// Goal: LocalBus is a Bus.

INSTANTIATE_TEST_SUITE_P(Local, BusContract,
                         testing::Values(BusKind{"Local",
                                                 [] { return std::make_unique<LocalBus>(); }}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace flagstream::bus
