// SPDX-License-Identifier: Apache-2.0
#include "service/feature_state_view.h"

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "store/query.h"
#include "store/typed_value.h"

namespace flagstream::service {
namespace {

using store::FeatureState;
using store::Identity;

// By id, of the identities that have one of the states.
Result<std::unordered_map<int64_t, std::string>> FindIdentifiers(
    store::Reader& reader, const std::vector<FeatureState>& states) {
  std::vector<int64_t> ids;
  for (const FeatureState& state : states) {
    if (state.identity_id) ids.push_back(*state.identity_id);
  }
  std::unordered_map<int64_t, std::string> identifiers;
  if (ids.empty()) return identifiers;
  FLAGSTREAM_ASSIGN(
      const auto rows,
      store::FindMembers(reader, store::Select<Identity>().WhereIn(&Identity::id, ids),
                         &Identity::id, &Identity::identifier));
  for (const auto& [id, identifier] : rows) identifiers.emplace(id, identifier);
  return identifiers;
}

std::vector<int64_t> IdsOf(const std::vector<FeatureState>& states) {
  std::vector<int64_t> ids;
  ids.reserve(states.size());
  for (const FeatureState& state : states) ids.push_back(state.id);
  return ids;
}

}  // namespace

Result<std::vector<FeatureStateView>> ViewStates(store::Reader& reader,
                                                 std::vector<FeatureState> states) {
  FLAGSTREAM_ASSIGN(auto identifiers, FindIdentifiers(reader, states));
  FLAGSTREAM_ASSIGN(auto weights, FindWeightsOfAll(reader, IdsOf(states)));
  std::vector<FeatureStateView> views;
  views.reserve(states.size());
  for (FeatureState& state : states) {
    const int64_t id = state.id;
    std::string identifier = state.identity_id ? identifiers[*state.identity_id] : std::string();
    FLAGSTREAM_ASSIGN(FeatureStateView view, ViewState(std::move(state), std::move(identifier)));
    view.weights = std::move(weights[id]);
    views.push_back(std::move(view));
  }
  return views;
}

Result<FeatureStateView> ViewState(store::Reader& reader, FeatureState state) {
  FLAGSTREAM_ASSIGN(std::vector<FeatureStateView> views, ViewStates(reader, {std::move(state)}));
  return std::move(views.front());
}

Result<FeatureStateView> ViewState(FeatureState state, std::string identifier) {
  FLAGSTREAM_ASSIGN(flags::FlagValue value, store::ReadFlagValue(state.value_type, state.value));
  return FeatureStateView{std::move(state), std::move(value), std::move(identifier)};
}

}  // namespace flagstream::service
