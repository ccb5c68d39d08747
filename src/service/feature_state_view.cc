// SPDX-License-Identifier: Apache-2.0
#include "service/feature_state_view.h"

#include <utility>

#include "store/typed_value.h"

namespace flagstream::service {

Result<FeatureStateView> ViewState(store::FeatureState state, std::string identifier) {
  FLAGSTREAM_ASSIGN(flags::FlagValue value, store::ReadFlagValue(state.value_type, state.value));
  return FeatureStateView{std::move(state), std::move(value), std::move(identifier)};
}

}  // namespace flagstream::service
