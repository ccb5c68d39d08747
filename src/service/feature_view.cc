// SPDX-License-Identifier: Apache-2.0
#include "service/feature_view.h"

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
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

Result<void> AddTags(store::Reader& reader, const std::vector<int64_t>& ids,
                     const ViewsById& views) {
  FLAGSTREAM_ASSIGN(const std::vector<store::FeatureTag> rows,
                    store::Find(reader, Select<store::FeatureTag>()
                                            .WhereIn(&store::FeatureTag::feature_id, ids)
                                            .OrderBy(&store::FeatureTag::tag_id)));
  for (const store::FeatureTag& row : rows) views.at(row.feature_id)->tags.push_back(row.tag_id);
  return {};
}

Result<void> AddOptions(store::Reader& reader, const std::vector<int64_t>& ids,
                        const ViewsById& views) {
  using Option = store::MultivariateOption;
  FLAGSTREAM_ASSIGN(std::vector<Option> options,
                    store::Find(reader, Select<Option>().WhereIn(&Option::feature_id, ids)));
  for (Option& option : options) views.at(option.feature_id)->options.push_back(std::move(option));
  return {};
}

// The rows by which the segment overrides features in the environment.
Result<std::unordered_set<int64_t>> FindOverridesOf(store::Reader& reader, SegmentId segment,
                                                    EnvironmentId environment) {
  using Link = store::FeatureSegment;
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(reader,
                                       Select<Link>()
                                           .Where(&Link::segment_id, segment.value)
                                           .Where(&Link::environment_id, environment.value),
                                       &Link::id));
  std::unordered_set<int64_t> ids;
  for (const auto& [id] : rows) ids.insert(id);
  return ids;
}

Result<void> AddStates(store::Reader& reader, const std::vector<int64_t>& ids,
                       const FeatureViewScope& scope, const ViewsById& views) {
  FLAGSTREAM_ASSIGN(
      std::vector<FeatureState> states,
      store::Find(reader, Select<FeatureState>()
                              .Where(&FeatureState::environment_id, scope.environment->value)
                              .WhereIn(&FeatureState::feature_id, ids)));
  std::unordered_set<int64_t> of_segment;
  if (scope.segment) {
    FLAGSTREAM_ASSIGN(of_segment, FindOverridesOf(reader, *scope.segment, *scope.environment));
  }
  for (FeatureState& state : states) {
    FeatureView& view = *views.at(state.feature_id);
    if (state.identity_id) {
      view.identity_overrides = view.identity_overrides.value_or(0) + 1;
    } else if (state.feature_segment_id) {
      ++view.segment_overrides;
      if (!of_segment.contains(*state.feature_segment_id)) continue;
      FLAGSTREAM_ASSIGN(view.segment_state, ViewState(std::move(state)));
    } else {
      FLAGSTREAM_ASSIGN(view.environment_state, ViewState(std::move(state)));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<FeatureView>> ViewFeatures(store::Reader& reader, std::vector<Feature> features,
                                              const FeatureViewScope& scope) {
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
  FLAGSTREAM_TRY(AddTags(reader, ids, by_id));
  FLAGSTREAM_TRY(AddOptions(reader, ids, by_id));
  if (scope.environment) FLAGSTREAM_TRY(AddStates(reader, ids, scope, by_id));
  return views;
}

Result<FeatureView> ViewFeature(store::Reader& reader, Feature feature) {
  std::vector<Feature> one;
  one.push_back(std::move(feature));
  FLAGSTREAM_ASSIGN(std::vector<FeatureView> views, ViewFeatures(reader, std::move(one), {}));
  return std::move(views.front());
}

}  // namespace flagstream::service
