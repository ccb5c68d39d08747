// SPDX-License-Identifier: Apache-2.0
#include "service/feature_segments.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/random.h"
#include "service/default_states.h"
#include "service/feature_states.h"
#include "service/state_writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::FeatureSegment;
using store::FeatureState;
using store::Segment;
using store::Select;

// The segment, if it may override the feature in this environment.
Result<void> CheckSegment(store::Reader& reader, const EnvironmentAccess& access,
                          const FeatureSegmentInput& input) {
  FLAGSTREAM_ASSIGN(const std::optional<Segment> segment,
                    store::Get<Segment>(reader, input.segment.value));
  if (!segment || segment->project_id != access.project.id) {
    return Error::InvalidField("segment", "Invalid pk \"" + std::to_string(input.segment.value) +
                                              "\" - object does not exist.");
  }
  if (segment->feature_id && *segment->feature_id != input.feature.value) {
    return Error::InvalidField("segment", "This segment can only be used with its own feature.");
  }
  return {};
}

Result<void> CheckNew(const std::vector<FeatureSegment>& others, SegmentId segment) {
  const bool is_known = std::ranges::any_of(
      others, [&](const FeatureSegment& other) { return other.segment_id == segment.value; });
  if (!is_known) return {};
  return Error::InvalidField("", "The segment overrides this feature in this environment already.");
}

Result<void> CheckRoom(Writing& writing, int64_t environment, int64_t overrides_max) {
  FLAGSTREAM_ASSIGN(const int64_t count,
                    store::Count(writing.tx(), Select<FeatureSegment>().Where(
                                                   &FeatureSegment::environment_id, environment)));
  if (count < overrides_max) return {};
  return writing.Refuse(
      Limit::kSegmentOverridesPerEnvironment,
      Error::InvalidField(
          "environment",
          "The environment has reached the maximum allowed segments overrides limit."));
}

// What Renumber changed of one row.
struct Moved {
  int64_t segment;
  int64_t from;
  int64_t to;
};

// Gives the rows the priorities 0, 1, 2, ... and stores those that had others.
Result<std::vector<Moved>> Renumber(Writing& writing, std::vector<FeatureSegment>& ordered) {
  std::vector<Moved> moved;
  for (size_t i = 0; i < ordered.size(); ++i) {
    const auto priority = static_cast<int64_t>(i);
    const int64_t before = std::exchange(ordered[i].priority, priority);
    if (before == priority) continue;
    moved.push_back({ordered[i].segment_id, before, priority});
    FLAGSTREAM_TRY(store::Update(writing.tx(), ordered[i]));
  }
  return moved;
}

Result<ChangeList> ListMoves(store::Reader& reader, const std::vector<Moved>& moved) {
  std::vector<int64_t> ids;
  ids.reserve(moved.size());
  for (const Moved& one : moved) ids.push_back(one.segment);
  FLAGSTREAM_ASSIGN(const std::vector<Segment> segments,
                    store::FindByIds(reader, &Segment::id, ids));
  std::unordered_map<int64_t, std::string> names;
  for (const Segment& segment : segments) names.emplace(segment.id, segment.name);
  ChangeList changes;
  for (const Moved& one : moved)
    changes.Note("priority of segment '" + names[one.segment] + "'", one.from, one.to);
  return changes;
}

// The audit row of what concerns the overrides of a feature rather than one state.
Result<void> AuditFeature(Writing& writing, const EnvironmentAccess& access, int64_t feature_id,
                          std::string log, ChangeType type, ChangeList changes) {
  FLAGSTREAM_ASSIGN(const std::optional<store::Feature> feature,
                    store::Get<store::Feature>(writing.tx(), feature_id));
  if (!feature) return NoMatch("Feature");
  return writing.Audit({.log = std::move(log) + " for feature '" + feature->name + "'",
                        .object_type = "FEATURE",
                        .object_id = feature->id,
                        .object_uuid = feature->uuid,
                        .type = type,
                        .organisation = access.project.organisation_id,
                        .project = access.project.id,
                        .environment = access.environment.id,
                        .changes = std::move(changes)});
}

// Where a row is to go.
struct Landing {
  FeatureSegment row;
  size_t place = 0;
  size_t turn = 0;  // among the moves
};

// Removes the rows that move from `all`.
std::vector<Landing> TakeOut(std::vector<FeatureSegment>& all,
                             const std::vector<PriorityMove>& moves) {
  std::vector<Landing> taken;
  for (const PriorityMove& move : moves) {
    const auto row = std::ranges::find(all, move.id.value, &FeatureSegment::id);
    if (row == all.end()) continue;
    const auto place = static_cast<size_t>(std::max<int64_t>(move.priority, 0));
    taken.push_back({*row, place, taken.size()});
    all.erase(row);
  }
  return taken;
}

}  // namespace

Result<std::vector<FeatureSegment>> FindFeatureSegments(store::Reader& reader,
                                                        EnvironmentId environment,
                                                        FeatureId feature) {
  return store::Find(reader, Select<FeatureSegment>()
                                 .Where(&FeatureSegment::environment_id, environment.value)
                                 .Where(&FeatureSegment::feature_id, feature.value)
                                 .OrderBy(&FeatureSegment::priority));
}

Result<FeatureSegment> AddFeatureSegment(Writing& writing, const EnvironmentAccess& access,
                                         const FeatureSegmentInput& input, const Limits& limits) {
  FLAGSTREAM_TRY(CheckSegment(writing.tx(), access, input));
  FLAGSTREAM_ASSIGN(std::vector<FeatureSegment> ordered,
                    FindFeatureSegments(writing.tx(), {access.environment.id}, input.feature));
  FLAGSTREAM_TRY(CheckNew(ordered, input.segment));
  FLAGSTREAM_TRY(
      CheckRoom(writing, access.environment.id, limits.segment_overrides_per_environment_max));
  const auto last = static_cast<int64_t>(ordered.size());
  FeatureSegment made;
  made.uuid = NewUuid();
  made.feature_id = input.feature.value;
  made.segment_id = input.segment.value;
  made.environment_id = access.environment.id;
  made.priority = std::clamp<int64_t>(input.priority.value_or(last), 0, last);
  FLAGSTREAM_TRY(store::Insert(writing.tx(), made));
  ordered.insert(ordered.begin() + made.priority, made);
  FLAGSTREAM_ASSIGN(const std::vector<Moved> moved, Renumber(writing, ordered));
  if (!moved.empty()) writing.Stamp({access.environment.id});
  return made;
}

Result<void> AuditFeatureSegment(Writing& writing, const EnvironmentAccess& access,
                                 const FeatureSegment& feature_segment, ChangeType type) {
  FLAGSTREAM_ASSIGN(const std::optional<Segment> segment,
                    store::Get<Segment>(writing.tx(), feature_segment.segment_id));
  if (!segment) return NoMatch("Segment");
  const std::string_view verb = type == ChangeType::kDelete ? "taken from" : "given to";
  return AuditFeature(
      writing, access, feature_segment.feature_id,
      "A place for segment '" + segment->name + "' " + std::string(verb) + " the overrides", type,
      ChangeList());
}

Result<std::optional<FeatureState>> FindOverrideState(store::Reader& reader, FeatureSegmentId id) {
  return store::FindOne(reader,
                        Select<FeatureState>().Where(&FeatureState::feature_segment_id, id.value));
}

Result<FeatureState> AddOverrideState(Writing& writing, const EnvironmentAccess& access,
                                      const FeatureSegment& feature_segment, bool enabled,
                                      const flags::FlagValue& value) {
  FLAGSTREAM_TRY(CheckFlagValue(value));
  FLAGSTREAM_ASSIGN(const std::optional<FeatureState> known,
                    FindOverrideState(writing.tx(), {feature_segment.id}));
  if (known) {
    return Error::InvalidField("feature_segment",
                               "Feature state already exists for this feature segment.");
  }
  FeatureState state =
      NewFeatureState(writing, access.environment.id, feature_segment.feature_id, enabled, value);
  state.feature_segment_id = feature_segment.id;
  FLAGSTREAM_TRY(store::Insert(writing.tx(), state));
  writing.Stamp({access.environment.id});
  FLAGSTREAM_TRY(AuditState(writing, access, state, ChangeType::kCreate, ChangeList()));
  return state;
}

Result<void> RemoveFeatureSegment(Writing& writing, const EnvironmentAccess& access,
                                  const FeatureSegment& feature_segment) {
  FLAGSTREAM_ASSIGN(const std::optional<FeatureState> state,
                    FindOverrideState(writing.tx(), {feature_segment.id}));
  if (state) {
    FLAGSTREAM_TRY(AuditState(writing, access, *state, ChangeType::kDelete, ChangeList()));
  } else {
    FLAGSTREAM_TRY(AuditFeatureSegment(writing, access, feature_segment, ChangeType::kDelete));
  }
  FLAGSTREAM_TRY(store::Delete(
      writing.tx(), Select<FeatureSegment>().Where(&FeatureSegment::id, feature_segment.id)));
  FLAGSTREAM_ASSIGN(const bool moved,
                    CloseGaps(writing, {access.environment.id}, {feature_segment.feature_id}));
  if (state || moved) writing.Stamp({access.environment.id});
  return {};
}

std::vector<FeatureSegment> ApplyMoves(std::vector<FeatureSegment> all,
                                       const std::vector<PriorityMove>& moves) {
  std::vector<Landing> landings = TakeOut(all, moves);
  std::ranges::sort(landings, {},
                    [](const Landing& one) { return std::pair(one.place, one.turn); });
  // Ascending by their places, so none pushes an earlier one away.
  size_t next = 0;
  for (Landing& landing : landings) {
    const size_t place = std::clamp(landing.place, next, all.size());
    all.insert(all.begin() + static_cast<ptrdiff_t>(place), std::move(landing.row));
    next = place + 1;
  }
  return all;
}

Result<void> OrderFeatureSegments(Writing& writing, const EnvironmentAccess& access,
                                  std::vector<FeatureSegment>& ordered) {
  FLAGSTREAM_ASSIGN(const std::vector<Moved> moved, Renumber(writing, ordered));
  if (moved.empty()) return {};
  writing.Stamp({access.environment.id});
  FLAGSTREAM_ASSIGN(ChangeList changes, ListMoves(writing.tx(), moved));
  return AuditFeature(writing, access, ordered.front().feature_id, "Segment overrides re-ordered",
                      ChangeType::kUpdate, std::move(changes));
}

Result<bool> CloseGaps(Writing& writing, EnvironmentId environment, FeatureId feature) {
  FLAGSTREAM_ASSIGN(std::vector<FeatureSegment> ordered,
                    FindFeatureSegments(writing.tx(), environment, feature));
  FLAGSTREAM_ASSIGN(const std::vector<Moved> moved, Renumber(writing, ordered));
  return !moved.empty();
}

}  // namespace flagstream::service
