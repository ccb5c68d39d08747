// SPDX-License-Identifier: Apache-2.0
#include "service/segment_overrides.h"

#include <unordered_map>
#include <utility>

#include "service/access.h"
#include "service/state_writing.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using store::Environment;
using store::FeatureSegment;
using store::Segment;
using store::Select;

constexpr EnvironmentPermission kNeededToWrite = EnvironmentPermission::kManageSegmentOverrides;

Result<std::vector<FeatureSegmentView>> View(store::Reader& reader,
                                             std::vector<FeatureSegment> rows) {
  std::vector<int64_t> ids;
  ids.reserve(rows.size());
  for (const FeatureSegment& row : rows) ids.push_back(row.segment_id);
  FLAGSTREAM_ASSIGN(std::vector<Segment> segments, store::FindByIds(reader, &Segment::id, ids));
  std::unordered_map<int64_t, Segment> by_id;
  for (Segment& segment : segments) by_id.emplace(segment.id, std::move(segment));
  std::vector<FeatureSegmentView> views;
  views.reserve(rows.size());
  for (FeatureSegment& row : rows) {
    const Segment& segment = by_id[row.segment_id];
    views.push_back({std::move(row), segment.name, segment.feature_id.has_value()});
  }
  return views;
}

Result<FeatureSegmentView> ViewOne(store::Reader& reader, FeatureSegment row) {
  FLAGSTREAM_ASSIGN(std::vector<FeatureSegmentView> views, View(reader, {std::move(row)}));
  return std::move(views.front());
}

struct FeatureSegmentAccess {
  FeatureSegment row;
  EnvironmentAccess environment;
};

// A stranger does not learn that there is one.
Result<FeatureSegmentAccess> Admit(store::Reader& reader, const auth::Principal& caller,
                                   std::optional<FeatureSegment> row,
                                   EnvironmentPermission needed) {
  if (!row) return NoMatch("FeatureSegment");
  Result<EnvironmentAccess> access =
      OpenEnvironmentById(reader, caller, {row->environment_id}, needed);
  if (!access && access.error().code() == ErrorCode::kNotFound) return NoMatch("FeatureSegment");
  FLAGSTREAM_TRY(access);
  return FeatureSegmentAccess{*std::move(row), *std::move(access)};
}

Result<FeatureSegmentAccess> Open(store::Reader& reader, const auth::Principal& caller,
                                  FeatureSegmentId id, EnvironmentPermission needed) {
  FLAGSTREAM_ASSIGN(std::optional<FeatureSegment> row,
                    store::Get<FeatureSegment>(reader, id.value));
  return Admit(reader, caller, std::move(row), needed);
}

// To be changed: in an environment that is held.
Result<FeatureSegmentAccess> OpenHeld(Writing& writing, const auth::Principal& caller,
                                      FeatureSegmentId id) {
  FLAGSTREAM_ASSIGN(const FeatureSegmentAccess access,
                    Open(writing.tx(), caller, id, kNeededToWrite));
  FLAGSTREAM_TRY(writing.Hold<Environment>(access.environment.environment.id));
  return Open(writing.tx(), caller, id, kNeededToWrite);
}

Result<bool> HasFeature(store::Reader& reader, const store::Project& project, FeatureId id) {
  FLAGSTREAM_ASSIGN(const std::optional<store::Feature> feature,
                    store::Get<store::Feature>(reader, id.value));
  return feature && feature->project_id == project.id;
}

// Named by a body.
Result<void> CheckFeature(store::Reader& reader, const store::Project& project, FeatureId id) {
  FLAGSTREAM_ASSIGN(const bool is_known, HasFeature(reader, project, id));
  if (is_known) return {};
  return Error::InvalidField(
      "feature", "Invalid pk \"" + std::to_string(id.value) + "\" - object does not exist.");
}

template <class AnyId>
Result<void> CheckSame(std::string_view field, const Given<AnyId>& given, int64_t stored) {
  if (!given || given->value == stored) return {};
  return Error::InvalidField(std::string(field),
                             "The " + std::string(field) + " of an override cannot be changed.");
}

bool AreOfOneFeature(const FeatureSegment& a, const FeatureSegment& b) {
  return a.environment_id == b.environment_id && a.feature_id == b.feature_id;
}

// The first of the rows that are to move, after a look at the others: all must be of its feature
// and environment.
Result<FeatureSegmentAccess> OpenMoved(Writing& writing, const auth::Principal& caller,
                                       const std::vector<PriorityMove>& moves) {
  if (moves.empty()) return Error::InvalidField("", "This list may not be empty.");
  FLAGSTREAM_ASSIGN(FeatureSegmentAccess first, OpenHeld(writing, caller, moves.front().id));
  for (const PriorityMove& move : moves) {
    FLAGSTREAM_ASSIGN(const std::optional<FeatureSegment> row,
                      store::Get<FeatureSegment>(writing.tx(), move.id.value));
    if (row && AreOfOneFeature(*row, first.row)) continue;
    // Before it is said that there is one, the caller must be allowed to know.
    FLAGSTREAM_TRY(Open(writing.tx(), caller, move.id, kNeededToWrite));
    return Error::InvalidField(
        "", "All feature segments must belong to the same feature and environment.");
  }
  return first;
}

// Those of `all` that the moves name, in their order.
std::vector<FeatureSegment> Pick(const std::vector<FeatureSegment>& all,
                                 const std::vector<PriorityMove>& moves) {
  std::unordered_map<int64_t, const FeatureSegment*> by_id;
  for (const FeatureSegment& row : all) by_id.emplace(row.id, &row);
  std::vector<FeatureSegment> picked;
  picked.reserve(moves.size());
  for (const PriorityMove& move : moves) picked.push_back(*by_id.at(move.id.value));
  return picked;
}

}  // namespace

Result<PageOf<FeatureSegmentView>> SegmentOverrides::List(const auth::Principal& caller,
                                                          EnvironmentId environment,
                                                          FeatureId feature, const Page& page) {
  using Views = PageOf<FeatureSegmentView>;
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_ASSIGN(
        const EnvironmentAccess access,
        OpenEnvironmentById(reader, caller, environment, EnvironmentPermission::kView));
    FLAGSTREAM_TRY(CheckFeature(reader, access.project, feature));
    FLAGSTREAM_ASSIGN(PageOf<FeatureSegment> rows,
                      FindPage(reader,
                               Select<FeatureSegment>()
                                   .Where(&FeatureSegment::environment_id, environment.value)
                                   .Where(&FeatureSegment::feature_id, feature.value)
                                   .OrderBy(&FeatureSegment::priority),
                               page));
    FLAGSTREAM_ASSIGN(std::vector<FeatureSegmentView> views, View(reader, std::move(rows.items)));
    return Views{std::move(views), rows.count};
  });
}

Result<FeatureSegmentView> SegmentOverrides::Get(const auth::Principal& caller,
                                                 FeatureSegmentId id) {
  return Read<FeatureSegmentView>(
      context_, [&](store::Reader& reader) -> Result<FeatureSegmentView> {
        FLAGSTREAM_ASSIGN(FeatureSegmentAccess access,
                          Open(reader, caller, id, EnvironmentPermission::kView));
        return ViewOne(reader, std::move(access.row));
      });
}

Result<FeatureSegmentView> SegmentOverrides::GetByUuid(const auth::Principal& caller,
                                                       const std::string& uuid) {
  return Read<FeatureSegmentView>(
      context_, [&](store::Reader& reader) -> Result<FeatureSegmentView> {
        FLAGSTREAM_ASSIGN(
            std::optional<FeatureSegment> row,
            store::FindOne(reader, Select<FeatureSegment>().Where(&FeatureSegment::uuid, uuid)));
        FLAGSTREAM_ASSIGN(FeatureSegmentAccess access,
                          Admit(reader, caller, std::move(row), EnvironmentPermission::kView));
        return ViewOne(reader, std::move(access.row));
      });
}

Result<Written<FeatureSegment>> SegmentOverrides::Create(const auth::Principal& caller,
                                                         const NewFeatureSegmentInput& input) {
  return Write<FeatureSegment>(context_, &caller, [&](Writing& writing) -> Result<FeatureSegment> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironmentById(writing.tx(), caller, input.environment, kNeededToWrite));
    FLAGSTREAM_TRY(writing.Hold<Environment>(access.environment.id));
    FLAGSTREAM_TRY(CheckFeature(writing.tx(), access.project, input.feature));
    FLAGSTREAM_ASSIGN(
        FeatureSegment row,
        AddFeatureSegment(writing, access,
                          {.feature = input.feature, .segment = input.segment, .priority = {}},
                          context_.limits));
    FLAGSTREAM_TRY(AuditFeatureSegment(writing, access, row, ChangeType::kCreate));
    return row;
  });
}

Result<FeatureSegment> SegmentOverrides::Update(const auth::Principal& caller, FeatureSegmentId id,
                                                const FeatureSegmentUpdate& update) {
  return Read<FeatureSegment>(context_, [&](store::Reader& reader) -> Result<FeatureSegment> {
    FLAGSTREAM_ASSIGN(FeatureSegmentAccess access, Open(reader, caller, id, kNeededToWrite));
    FLAGSTREAM_TRY(CheckSame("feature", update.feature, access.row.feature_id));
    FLAGSTREAM_TRY(CheckSame("segment", update.segment, access.row.segment_id));
    FLAGSTREAM_TRY(CheckSame("environment", update.environment, access.row.environment_id));
    return std::move(access.row);
  });
}

Result<Written<Done>> SegmentOverrides::Delete(const auth::Principal& caller, FeatureSegmentId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const FeatureSegmentAccess access, OpenHeld(writing, caller, id));
    FLAGSTREAM_TRY(RemoveFeatureSegment(writing, access.environment, access.row));
    return Done{};
  });
}

Result<Written<std::vector<FeatureSegmentView>>> SegmentOverrides::Move(
    const auth::Principal& caller, const std::vector<PriorityMove>& moves) {
  using Views = std::vector<FeatureSegmentView>;
  return Write<Views>(context_, &caller, [&](Writing& writing) -> Result<Views> {
    FLAGSTREAM_ASSIGN(const FeatureSegmentAccess first, OpenMoved(writing, caller, moves));
    FLAGSTREAM_ASSIGN(
        std::vector<FeatureSegment> all,
        FindFeatureSegments(writing.tx(), {first.row.environment_id}, {first.row.feature_id}));
    std::vector<FeatureSegment> ordered = ApplyMoves(std::move(all), moves);
    FLAGSTREAM_TRY(OrderFeatureSegments(writing, first.environment, ordered));
    return View(writing.tx(), Pick(ordered, moves));
  });
}

Result<Written<SegmentOverride>> SegmentOverrides::CreateWithState(
    const auth::Principal& caller, const std::string& environment, FeatureId feature,
    const SegmentOverrideInput& input) {
  return Write<SegmentOverride>(
      context_, &caller, [&](Writing& writing) -> Result<SegmentOverride> {
        FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                          OpenEnvironment(writing.tx(), caller, environment, kNeededToWrite));
        FLAGSTREAM_TRY(writing.Hold<Environment>(access.environment.id));
        FLAGSTREAM_ASSIGN(const bool is_known, HasFeature(writing.tx(), access.project, feature));
        if (!is_known) return NoMatch("Feature");
        FLAGSTREAM_ASSIGN(FeatureSegment row, AddFeatureSegment(writing, access,
                                                                {.feature = feature,
                                                                 .segment = input.segment,
                                                                 .priority = input.priority},
                                                                context_.limits));
        FLAGSTREAM_ASSIGN(store::FeatureState state,
                          AddOverrideState(writing, access, row, input.enabled, input.value));
        FLAGSTREAM_TRY(GiveWeights(writing, state, input.weights));
        FLAGSTREAM_ASSIGN(FeatureStateView view, ViewState(writing.tx(), std::move(state)));
        return SegmentOverride{std::move(row), std::move(view)};
      });
}

}  // namespace flagstream::service
