// SPDX-License-Identifier: Apache-2.0
#include "service/feature_list.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Feature;
using store::FeatureState;
using store::Select;

using Features = std::vector<Feature>;
using Ids = std::unordered_set<int64_t>;

Select<Feature> Selection(ProjectId project, const FeatureFilter& filter) {
  Select<Feature> select;
  select.Where(&Feature::project_id, project.value);
  if (filter.is_archived) select.Where(&Feature::is_archived, *filter.is_archived);
  if (filter.type) select.Where(&Feature::type, *filter.type);
  if (filter.search) select = Select<Feature>(select).WhereContains(&Feature::name, *filter.search);
  if (filter.sort_by_name)
    return Select<Feature>(select).OrderBy(&Feature::name_folded, filter.descending);
  return Select<Feature>(select).OrderBy(&Feature::created_date, filter.descending);
}

std::vector<int64_t> IdsOf(const Features& features) {
  std::vector<int64_t> ids;
  ids.reserve(features.size());
  for (const Feature& feature : features) ids.push_back(feature.id);
  return ids;
}

void Keep(Features& features, const Ids& wanted) {
  std::erase_if(features, [&](const Feature& feature) { return !wanted.contains(feature.id); });
}

bool Carries(const Ids& carried, const FeatureFilter& filter) {
  const auto is_carried = [&](int64_t tag) { return carried.contains(tag); };
  if (filter.tags->empty()) return carried.empty();
  return filter.any_tag ? std::ranges::any_of(*filter.tags, is_carried)
                        : std::ranges::all_of(*filter.tags, is_carried);
}

Result<void> KeepTagged(store::Reader& reader, Features& features, const FeatureFilter& filter) {
  FLAGSTREAM_ASSIGN(const std::vector<store::FeatureTag> rows,
                    store::FindByIds(reader, &store::FeatureTag::feature_id, IdsOf(features)));
  std::unordered_map<int64_t, Ids> tags;
  for (const store::FeatureTag& row : rows) tags[row.feature_id].insert(row.tag_id);
  std::erase_if(features,
                [&](const Feature& feature) { return !Carries(tags[feature.id], filter); });
  return {};
}

Result<void> KeepOwned(store::Reader& reader, Features& features,
                       const std::vector<int64_t>& owners) {
  FLAGSTREAM_ASSIGN(const std::vector<store::FeatureOwner> rows,
                    store::FindByIds(reader, &store::FeatureOwner::user_id, owners));
  Ids owned;
  for (const store::FeatureOwner& row : rows) owned.insert(row.feature_id);
  Keep(features, owned);
  return {};
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
    return static_cast<char>(c < 0x80 ? std::tolower(c) : c);
  });
  return lower;
}

// Part of a text, case ignored; the whole of a number or a boolean.
bool HasValue(const FeatureState& state, const std::string& wanted) {
  if (!state.value) return false;
  if (state.value_type == "unicode")
    return LowerCase(*state.value).find(LowerCase(wanted)) != std::string::npos;
  return *state.value == LowerCase(wanted);
}

Result<void> KeepByState(store::Reader& reader, Features& features, const FeatureFilter& filter) {
  FLAGSTREAM_ASSIGN(
      const std::vector<FeatureState> states,
      store::Find(reader, Select<FeatureState>()
                              .Where(&FeatureState::environment_id, filter.environment->value)
                              .WhereNull(&FeatureState::identity_id)
                              .WhereNull(&FeatureState::feature_segment_id)));
  Ids wanted;
  for (const FeatureState& state : states) {
    if (filter.is_enabled && state.enabled != *filter.is_enabled) continue;
    if (filter.value_search && !HasValue(state, *filter.value_search)) continue;
    wanted.insert(state.feature_id);
  }
  Keep(features, wanted);
  return {};
}

// Both parts keep their order.
void PutFirst(Features& features, const Ids& overridden) {
  Features first;
  Features rest;
  for (Feature& feature : features)
    (overridden.contains(feature.id) ? first : rest).push_back(std::move(feature));
  features = std::move(first);
  std::ranges::move(rest, std::back_inserter(features));
}

Result<void> PutIdentityFirst(store::Reader& reader, Features& features, IdentityId identity) {
  FLAGSTREAM_ASSIGN(
      const auto rows,
      store::FindMembers(reader,
                         Select<FeatureState>().Where(&FeatureState::identity_id, identity.value),
                         &FeatureState::feature_id));
  Ids overridden;
  for (const auto& [id] : rows) overridden.insert(id);
  PutFirst(features, overridden);
  return {};
}

Result<void> PutSegmentFirst(store::Reader& reader, Features& features, SegmentId segment,
                             EnvironmentId environment) {
  using Link = store::FeatureSegment;
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(reader,
                                       Select<Link>()
                                           .Where(&Link::segment_id, segment.value)
                                           .Where(&Link::environment_id, environment.value),
                                       &Link::feature_id));
  Ids overridden;
  for (const auto& [id] : rows) overridden.insert(id);
  PutFirst(features, overridden);
  return {};
}

Result<PageOf<Feature>> Cut(Features features, const Page& page) {
  const auto count = static_cast<int64_t>(features.size());
  const int64_t begin = (page.number - 1) * page.size;
  if (page.number > 1 && begin >= count) return Error::NotFound("Invalid page.");
  const int64_t end = std::min(begin + page.size, count);
  PageOf<Feature> cut{{}, count};
  cut.items.assign(std::make_move_iterator(features.begin() + begin),
                   std::make_move_iterator(features.begin() + end));
  return cut;
}

}  // namespace

Result<PageOf<Feature>> FindFeatures(store::Reader& reader, ProjectId project,
                                     const FeatureFilter& filter, const Page& page) {
  FLAGSTREAM_ASSIGN(Features features, store::Find(reader, Selection(project, filter)));
  if (filter.tags) FLAGSTREAM_TRY(KeepTagged(reader, features, filter));
  if (!filter.owners.empty()) FLAGSTREAM_TRY(KeepOwned(reader, features, filter.owners));
  if (filter.environment && (filter.is_enabled || filter.value_search))
    FLAGSTREAM_TRY(KeepByState(reader, features, filter));
  if (filter.identity) FLAGSTREAM_TRY(PutIdentityFirst(reader, features, *filter.identity));
  if (filter.segment && filter.environment)
    FLAGSTREAM_TRY(PutSegmentFirst(reader, features, *filter.segment, *filter.environment));
  return Cut(std::move(features), page);
}

}  // namespace flagstream::service
