// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "flags/value.h"
#include "store/records.h"

namespace flagstream::service {

// A feature state as the API shows it.
struct FeatureStateView {
  store::FeatureState state;
  flags::FlagValue value;
  std::string identifier;  // of the identity, if it is an override
};

// kCorrupt if the stored value cannot be read.
Result<FeatureStateView> ViewState(store::FeatureState state, std::string identifier = "");

}  // namespace flagstream::service
