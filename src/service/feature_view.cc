// SPDX-License-Identifier: Apache-2.0
#include "service/feature_view.h"

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "service/members.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Feature;
using store::FeatureOwner;
using store::FeatureState;
using store::Select;

using ViewsById = std::unordered_map<int64_t, FeatureView*>;

Result<void> AddOwners(store::Reader& reader, const std::vector<int64_t>& ids,
                       const ViewsById& views) {
  FLAGSTREAM_ASSIGN(const std::vector<FeatureOwner> rows,
                    store::Find(reader, Select<FeatureOwner>()
                                            .WhereIn(&FeatureOwner::feature_id, ids)
                                            .OrderBy(&FeatureOwner::user_id)));
  std::vector<int64_t> user_ids;
  user_ids.reserve(rows.size());
  for (const FeatureOwner& row : rows) user_ids.push_back(row.user_id);
  FLAGSTREAM_ASSIGN(const auto users, LoadUsers(reader, user_ids));
  for (const FeatureOwner& row : rows) {
    const auto user = users.find(row.user_id);
    if (user != users.end()) views.at(row.feature_id)->owners.push_back(user->second);
  }
  return {};
}

Result<void> AddStates(store::Reader& reader, const std::vector<int64_t>& ids,
                       EnvironmentId environment, const ViewsById& views) {
  FLAGSTREAM_ASSIGN(std::vector<FeatureState> states,
                    store::Find(reader, Select<FeatureState>()
                                            .Where(&FeatureState::environment_id, environment.value)
                                            .WhereIn(&FeatureState::feature_id, ids)));
  for (FeatureState& state : states) {
    FeatureView& view = *views.at(state.feature_id);
    if (state.identity_id) {
      view.identity_overrides = view.identity_overrides.value_or(0) + 1;
    } else if (state.feature_segment_id) {
      ++view.segment_overrides;
    } else {
      FLAGSTREAM_ASSIGN(view.environment_state, ViewState(std::move(state)));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<FeatureView>> ViewFeatures(store::Reader& reader, std::vector<Feature> features,
                                              std::optional<EnvironmentId> environment) {
  std::vector<FeatureView> views;
  std::vector<int64_t> ids;
  ViewsById by_id;
  views.reserve(features.size());
  for (Feature& feature : features) {
    ids.push_back(feature.id);
    views.push_back({.feature = std::move(feature)});
    by_id[ids.back()] = &views.back();
  }
  FLAGSTREAM_TRY(AddOwners(reader, ids, by_id));
  if (environment) FLAGSTREAM_TRY(AddStates(reader, ids, *environment, by_id));
  return views;
}

Result<FeatureView> ViewFeature(store::Reader& reader, Feature feature) {
  std::vector<Feature> one;
  one.push_back(std::move(feature));
  FLAGSTREAM_ASSIGN(std::vector<FeatureView> views,
                    ViewFeatures(reader, std::move(one), std::nullopt));
  return std::move(views.front());
}

}  // namespace flagstream::service
