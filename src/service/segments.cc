// SPDX-License-Identifier: Apache-2.0
#include "service/segments.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/random.h"
#include "service/access.h"
#include "service/feature_segments.h"
#include "service/identity_evaluation.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using auth::ProjectPermission;
using store::Feature;
using store::FeatureSegment;
using store::FeatureState;
using store::Project;
using store::Segment;
using store::Select;

struct SegmentAccess {
  Segment segment;
  Project project;
};

Result<SegmentAccess> OpenSegment(store::Reader& reader, const auth::Principal& caller,
                                  ProjectId project, SegmentId id, ProjectPermission needed) {
  FLAGSTREAM_ASSIGN(ProjectAccess access, OpenProject(reader, caller, project, needed));
  FLAGSTREAM_ASSIGN(std::optional<Segment> segment, store::Get<Segment>(reader, id.value));
  if (!segment || segment->project_id != project.value) return NoMatch("Segment");
  return SegmentAccess{*std::move(segment), std::move(access.project)};
}

// The segment in its project, which is held until the end.
Result<SegmentAccess> OpenHeld(Writing& writing, const auth::Principal& caller, ProjectId project,
                               SegmentId id) {
  FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, project, ProjectPermission::kManageSegments));
  FLAGSTREAM_TRY(writing.Hold<Project>(project.value));
  return OpenSegment(writing.tx(), caller, project, id, ProjectPermission::kManageSegments);
}

AuditEntry Entry(const Segment& segment, const Project& project, std::string log, ChangeType type,
                 ChangeList changes) {
  return {.log = std::move(log) + segment.name,
          .object_type = "SEGMENT",
          .object_id = segment.id,
          .object_uuid = segment.uuid,
          .type = type,
          .organisation = project.organisation_id,
          .project = project.id,
          .changes = std::move(changes)};
}

Result<void> CheckRoom(Writing& writing, int64_t project, int64_t segments_max) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<Segment>().Where(&Segment::project_id, project)));
  if (count < segments_max) return {};
  return writing.Refuse(
      Limit::kSegmentsPerProject,
      Error::InvalidField("project",
                          "The project has reached the maximum allowed segments limit."));
}

Result<void> CheckFeature(store::Reader& reader, const Project& project,
                          std::optional<FeatureId> id) {
  if (!id) return {};
  FLAGSTREAM_ASSIGN(const std::optional<Feature> feature, store::Get<Feature>(reader, id->value));
  if (feature && feature->project_id == project.id) return {};
  return Error::InvalidField(
      "feature", "Invalid pk \"" + std::to_string(id->value) + "\" - object does not exist.");
}

Result<void> CheckSameFeature(const Segment& segment,
                              const Given<std::optional<FeatureId>>& given) {
  if (!given) return {};
  const std::optional<int64_t> wanted = *given ? std::optional((*given)->value) : std::nullopt;
  if (wanted == segment.feature_id) return {};
  return Error::InvalidField("feature", "The feature of a segment cannot be changed.");
}

Segment NewSegment(const SegmentInput& input, int64_t project, int64_t now) {
  Segment segment;
  segment.uuid = NewUuid();
  segment.project_id = project;
  segment.name = input.name;
  segment.description = input.description;
  if (input.feature) segment.feature_id = input.feature->value;
  segment.created_at = now;
  segment.updated_at = now;
  return segment;
}

Result<void> CheckDefinition(Writing& writing, const std::vector<RuleInput>& rules) {
  const Result<void> checked = CheckRules(rules);
  if (checked) return {};
  const std::optional<Limit> limit = ExceededLimit(rules);
  return limit ? writing.Refuse(*limit, checked.error()) : checked.error();
}

// Stores a new one, of a project that is held.
Result<SegmentView> InsertNew(Writing& writing, const Context& context, const Project& project,
                              const SegmentInput& input) {
  FLAGSTREAM_TRY(CheckRoom(writing, project.id, context.limits.segments_per_project_max));
  FLAGSTREAM_TRY(CheckFeature(writing.tx(), project, input.feature));
  Segment segment = NewSegment(input, project.id, writing.now());
  FLAGSTREAM_TRY(store::Insert(writing.tx(), segment));
  FLAGSTREAM_TRY(StoreRules(writing.tx(), {segment.id}, input.rules, {}));
  FLAGSTREAM_TRY(writing.StampProject({project.id}));
  FLAGSTREAM_TRY(
      writing.Audit(Entry(segment, project, "New Segment created: ", ChangeType::kCreate, {})));
  return ViewSegment(writing.tx(), std::move(segment));
}

Result<void> ChangeRules(Writing& writing, SegmentView& view,
                         const Given<std::vector<RuleInput>>& rules, ChangeList& changes) {
  if (!rules) return {};
  wire::Json before = DescribeRules(ToInput(view.rules));
  wire::Json after = DescribeRules(*rules);
  if (before == after) return {};
  changes.Note("rules", std::move(before), std::move(after));
  ++view.segment.version;
  return StoreRules(writing.tx(), {view.segment.id}, *rules, view.rules);
}

// Deletes it, and closes the gaps that it leaves in the orders of overrides.
Result<void> DeleteWithOverrides(Writing& writing, const Segment& segment) {
  FLAGSTREAM_ASSIGN(const std::vector<FeatureSegment> rows,
                    store::Find(writing.tx(), Select<FeatureSegment>().Where(
                                                  &FeatureSegment::segment_id, segment.id)));
  std::set<int64_t> environments;
  for (const FeatureSegment& row : rows) environments.insert(row.environment_id);
  for (const int64_t id : environments) FLAGSTREAM_TRY(writing.Hold<store::Environment>(id));
  FLAGSTREAM_TRY(store::Delete(writing.tx(), Select<Segment>().Where(&Segment::id, segment.id)));
  for (const FeatureSegment& row : rows)
    FLAGSTREAM_TRY(CloseGaps(writing, {row.environment_id}, {row.feature_id}));
  return {};
}

Select<Segment> Selection(ProjectId project, const SegmentFilter& filter) {
  Select<Segment> select;
  select.Where(&Segment::project_id, project.value);
  if (filter.search) select = Select<Segment>(select).WhereContains(&Segment::name, *filter.search);
  if (!filter.include_feature_specific)
    select = Select<Segment>(select).WhereNull(&Segment::feature_id);
  return select;
}

// Those that the identity, of an environment of the project, is in.
Result<std::vector<int64_t>> SegmentsOf(store::Reader& reader, const auth::Principal& caller,
                                        ProjectId project, IdentityId id) {
  FLAGSTREAM_ASSIGN(std::optional<store::Identity> identity,
                    store::Get<store::Identity>(reader, id.value));
  if (!identity) return NoMatch("Identity");
  Result<EnvironmentAccess> access = OpenEnvironmentById(reader, caller, {identity->environment_id},
                                                         EnvironmentPermission::kViewIdentities);
  const bool is_hidden = !access && access.error().code() == ErrorCode::kNotFound;
  if (is_hidden || (access && access->project.id != project.value)) return NoMatch("Identity");
  FLAGSTREAM_TRY(access);
  FLAGSTREAM_ASSIGN(
      const auto evaluation,
      IdentityEvaluation::Load(reader, {*std::move(identity), std::move(access->environment),
                                        std::move(access->project)}));
  return evaluation->Segments();
}

// Environments of the project, or the one that is wanted, which the caller may see.
Result<std::vector<int64_t>> VisibleEnvironments(store::Reader& reader,
                                                 const auth::Principal& caller, ProjectId project,
                                                 std::optional<EnvironmentId> wanted) {
  if (wanted) {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironmentById(reader, caller, *wanted, EnvironmentPermission::kView));
    if (access.project.id != project.value) return NoMatch("Environment");
    return std::vector<int64_t>{wanted->value};
  }
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(reader,
                                       Select<store::Environment>().Where(
                                           &store::Environment::project_id, project.value),
                                       &store::Environment::id));
  std::vector<int64_t> visible;
  for (const auto& [id] : rows) {
    const auto access = OpenEnvironmentById(reader, caller, {id}, EnvironmentPermission::kView);
    if (access) {
      visible.push_back(id);
    } else if (access.error().code() != ErrorCode::kPermissionDenied) {
      return access.error();
    }
  }
  return visible;
}

Result<std::vector<int64_t>> FeatureSegmentsOf(store::Reader& reader, SegmentId segment,
                                               const std::vector<int64_t>& environments) {
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(reader,
                                       Select<FeatureSegment>()
                                           .Where(&FeatureSegment::segment_id, segment.value)
                                           .WhereIn(&FeatureSegment::environment_id, environments),
                                       &FeatureSegment::id));
  std::vector<int64_t> ids;
  ids.reserve(rows.size());
  for (const auto& [id] : rows) ids.push_back(id);
  return ids;
}

}  // namespace

Result<PageOf<SegmentView>> Segments::List(const auth::Principal& caller, ProjectId project,
                                           const SegmentFilter& filter, const Page& page) {
  using Views = PageOf<SegmentView>;
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_TRY(OpenProject(reader, caller, project, ProjectPermission::kView));
    Select<Segment> select = Selection(project, filter);
    if (filter.identity) {
      FLAGSTREAM_ASSIGN(const std::vector<int64_t> ids,
                        SegmentsOf(reader, caller, project, *filter.identity));
      select = Select<Segment>(select).WhereIn(&Segment::id, ids);
    }
    FLAGSTREAM_ASSIGN(PageOf<Segment> segments, FindPage(reader, std::move(select), page));
    FLAGSTREAM_ASSIGN(std::vector<SegmentView> views,
                      ViewSegments(reader, std::move(segments.items)));
    return Views{std::move(views), segments.count};
  });
}

Result<SegmentView> Segments::Get(const auth::Principal& caller, ProjectId project, SegmentId id) {
  return Read<SegmentView>(context_, [&](store::Reader& reader) -> Result<SegmentView> {
    FLAGSTREAM_ASSIGN(SegmentAccess access,
                      OpenSegment(reader, caller, project, id, ProjectPermission::kView));
    return ViewSegment(reader, std::move(access.segment));
  });
}

Result<SegmentView> Segments::GetByUuid(const auth::Principal& caller, const std::string& uuid) {
  return Read<SegmentView>(context_, [&](store::Reader& reader) -> Result<SegmentView> {
    FLAGSTREAM_ASSIGN(std::optional<Segment> segment,
                      store::FindOne(reader, Select<Segment>().Where(&Segment::uuid, uuid)));
    if (!segment) return NoMatch("Segment");
    const auto access =
        OpenProject(reader, caller, {segment->project_id}, ProjectPermission::kView);
    // A stranger must not learn that the segment exists.
    if (!access && access.error().code() == ErrorCode::kNotFound) return NoMatch("Segment");
    FLAGSTREAM_TRY(access);
    return ViewSegment(reader, *std::move(segment));
  });
}

Result<PageOf<FeatureStateView>> Segments::ListOverrides(const auth::Principal& caller,
                                                         ProjectId project, SegmentId id,
                                                         std::optional<EnvironmentId> environment,
                                                         const Page& page) {
  using Views = PageOf<FeatureStateView>;
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_TRY(OpenSegment(reader, caller, project, id, ProjectPermission::kView));
    FLAGSTREAM_ASSIGN(const std::vector<int64_t> environments,
                      VisibleEnvironments(reader, caller, project, environment));
    FLAGSTREAM_ASSIGN(const std::vector<int64_t> links,
                      FeatureSegmentsOf(reader, id, environments));
    FLAGSTREAM_ASSIGN(
        PageOf<FeatureState> states,
        FindPage(reader, Select<FeatureState>().WhereIn(&FeatureState::feature_segment_id, links),
                 page));
    Views views{{}, states.count};
    for (FeatureState& state : states.items) {
      FLAGSTREAM_ASSIGN(FeatureStateView view, ViewState(std::move(state)));
      views.items.push_back(std::move(view));
    }
    return views;
  });
}

Result<Written<SegmentView>> Segments::Create(const auth::Principal& caller, ProjectId project,
                                              const SegmentInput& input) {
  return Write<SegmentView>(context_, &caller, [&](Writing& writing) -> Result<SegmentView> {
    FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, project, ProjectPermission::kManageSegments));
    FLAGSTREAM_TRY(CheckDefinition(writing, input.rules));
    FLAGSTREAM_ASSIGN(const Project held, writing.Hold<Project>(project.value));
    return InsertNew(writing, context_, held, input);
  });
}

Result<Written<SegmentView>> Segments::Update(const auth::Principal& caller, ProjectId project,
                                              SegmentId id, const SegmentUpdate& update) {
  return Write<SegmentView>(context_, &caller, [&](Writing& writing) -> Result<SegmentView> {
    FLAGSTREAM_ASSIGN(SegmentAccess access, OpenHeld(writing, caller, project, id));
    if (update.rules) FLAGSTREAM_TRY(CheckDefinition(writing, *update.rules));
    FLAGSTREAM_TRY(CheckSameFeature(access.segment, update.feature));
    FLAGSTREAM_ASSIGN(SegmentView view, ViewSegment(writing.tx(), std::move(access.segment)));
    ChangeList changes;
    changes.Set("name", view.segment.name, update.name);
    changes.Set("description", view.segment.description, update.description);
    FLAGSTREAM_TRY(ChangeRules(writing, view, update.rules, changes));
    if (changes.empty()) return view;
    view.segment.updated_at = writing.now();
    FLAGSTREAM_TRY(store::Update(writing.tx(), view.segment));
    FLAGSTREAM_TRY(writing.StampProject(project));
    FLAGSTREAM_TRY(writing.Audit(Entry(view.segment, access.project, "Segment updated: ",
                                       ChangeType::kUpdate, std::move(changes))));
    return ViewSegment(writing.tx(), std::move(view.segment));
  });
}

Result<Written<SegmentView>> Segments::Clone(const auth::Principal& caller, ProjectId project,
                                             SegmentId id, const std::string& name) {
  return Write<SegmentView>(context_, &caller, [&](Writing& writing) -> Result<SegmentView> {
    FLAGSTREAM_ASSIGN(SegmentAccess access, OpenHeld(writing, caller, project, id));
    FLAGSTREAM_ASSIGN(const SegmentView original,
                      ViewSegment(writing.tx(), std::move(access.segment)));
    SegmentInput copy;
    copy.name = name;
    copy.description = original.segment.description;
    if (original.segment.feature_id) copy.feature = FeatureId{*original.segment.feature_id};
    copy.rules = ToInput(original.rules);
    return InsertNew(writing, context_, access.project, copy);
  });
}

Result<Written<Done>> Segments::Delete(const auth::Principal& caller, ProjectId project,
                                       SegmentId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const SegmentAccess access, OpenHeld(writing, caller, project, id));
    FLAGSTREAM_TRY(DeleteWithOverrides(writing, access.segment));
    FLAGSTREAM_TRY(writing.StampProject(project));
    FLAGSTREAM_TRY(writing.Audit(
        Entry(access.segment, access.project, "Segment deleted: ", ChangeType::kDelete, {})));
    return Done{};
  });
}

}  // namespace flagstream::service
