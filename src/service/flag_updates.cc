// SPDX-License-Identifier: Apache-2.0
#include "service/flag_updates.h"

#include <algorithm>
#include <set>
#include <utility>

#include "service/access.h"
#include "service/feature_segments.h"
#include "service/feature_states.h"
#include "service/option_writing.h"
#include "service/state_writing.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using store::Feature;
using store::FeatureSegment;
using store::FeatureState;
using store::Segment;
using store::Select;

constexpr std::string_view kDefaultPart = "environment_default";
constexpr std::string_view kOverridesPart = "segment_overrides";

// One flag in one environment.
struct FlagAccess {
  EnvironmentAccess environment;
  Feature feature;
};

// The environment, if the caller may see it. Who may not does not learn that it exists.
Result<EnvironmentAccess> OpenVisible(store::Reader& reader, const auth::Principal& caller,
                                      const std::string& key) {
  constexpr EnvironmentPermission kAnyOf[] = {EnvironmentPermission::kView,
                                              EnvironmentPermission::kUpdateFeatureState,
                                              EnvironmentPermission::kManageSegmentOverrides};
  for (const EnvironmentPermission permission : kAnyOf) {
    Result<EnvironmentAccess> access = OpenEnvironment(reader, caller, key, permission);
    if (access || access.error().code() != ErrorCode::kPermissionDenied) return access;
  }
  return Error::NotFound();
}

Result<FlagAccess> OpenFlag(store::Reader& reader, const auth::Principal& caller,
                            const std::string& key, FeatureId id) {
  FLAGSTREAM_ASSIGN(EnvironmentAccess access, OpenVisible(reader, caller, key));
  FLAGSTREAM_ASSIGN(std::optional<Feature> feature, store::Get<Feature>(reader, id.value));
  if (!feature || feature->project_id != access.project.id) return Error::NotFound();
  return FlagAccess{std::move(access), *std::move(feature)};
}

Result<void> CheckRights(store::Reader& reader, const auth::Principal& caller,
                         const std::string& key, const FlagChange& change) {
  if (change.environment_default) {
    FLAGSTREAM_TRY(
        OpenEnvironment(reader, caller, key, EnvironmentPermission::kUpdateFeatureState));
  }
  if (change.segment_overrides || !change.environment_default) {
    FLAGSTREAM_TRY(
        OpenEnvironment(reader, caller, key, EnvironmentPermission::kManageSegmentOverrides));
  }
  return {};
}

// The flag, to be changed, in an environment that is held.
Result<FlagAccess> OpenHeld(Writing& writing, const auth::Principal& caller, const std::string& key,
                            FeatureId feature, const FlagChange& change) {
  FLAGSTREAM_ASSIGN(const FlagAccess seen, OpenFlag(writing.tx(), caller, key, feature));
  FLAGSTREAM_TRY(CheckRights(writing.tx(), caller, key, change));
  FLAGSTREAM_TRY(writing.Hold<store::Environment>(seen.environment.environment.id));
  FLAGSTREAM_ASSIGN(FlagAccess access, OpenFlag(writing.tx(), caller, key, feature));
  if (access.environment.environment.minimum_change_request_approvals) {
    return Error(ErrorCode::kConflict,
                 "Cannot update flags in an environment with change requests enabled.");
  }
  return access;
}

Result<FeatureState> FindDefault(store::Reader& reader, const FlagAccess& access) {
  FLAGSTREAM_ASSIGN(std::optional<FeatureState> state,
                    store::FindOne(reader, Select<FeatureState>()
                                               .Where(&FeatureState::environment_id,
                                                      access.environment.environment.id)
                                               .Where(&FeatureState::feature_id, access.feature.id)
                                               .WhereNull(&FeatureState::identity_id)
                                               .WhereNull(&FeatureState::feature_segment_id)));
  if (!state) return Error(ErrorCode::kCorrupt, "a feature has no default state");
  return *std::move(state);
}

Result<std::vector<FeatureSegment>> FindLinks(store::Reader& reader, const FlagAccess& access) {
  return FindFeatureSegments(reader, {access.environment.environment.id}, {access.feature.id});
}

Result<FlagView> View(store::Reader& reader, const FlagAccess& access) {
  FLAGSTREAM_ASSIGN(FeatureState served, FindDefault(reader, access));
  FLAGSTREAM_ASSIGN(FeatureStateView environment_default, ViewState(reader, std::move(served)));
  FlagView view{std::move(environment_default), {}};
  FLAGSTREAM_ASSIGN(const std::vector<FeatureSegment> links, FindLinks(reader, access));
  for (const FeatureSegment& link : links) {
    FLAGSTREAM_ASSIGN(std::optional<FeatureState> state, FindOverrideState(reader, {link.id}));
    if (!state) continue;
    FLAGSTREAM_ASSIGN(FeatureStateView one, ViewState(reader, *std::move(state)));
    view.segment_overrides.push_back({link, std::move(one)});
  }
  return view;
}

// Checks weights, which must be those of all options.
class WeightsCheck {
 public:
  static Result<WeightsCheck> Prepare(store::Reader& reader, const Feature& feature) {
    FLAGSTREAM_ASSIGN(const Options options, FindOptions(reader, {feature.id}));
    WeightsCheck check;
    check.is_multivariate_ = feature.type == "MULTIVARIATE";
    for (const auto& option : options) check.options_.insert(option.id);
    return check;
  }

  bool is_multivariate() const { return is_multivariate_; }

  // `place` is where the part is in the body.
  Result<void> Check(const ServedPart& part, const std::string& place) const {
    if (!part.weights) return {};
    const std::string problem = ProblemOf(*part.weights);
    return problem.empty() ? Result<void>() : Refuse(place, problem);
  }
  static Error Refuse(const std::string& place, std::string problem) {
    return Error::InvalidField(place + ".variants", std::move(problem));
  }
  static std::string Incomplete() { return "Must include all feature's variants."; }

 private:
  std::string ProblemOf(const std::vector<StateWeight>& weights) const {
    if (!is_multivariate_) return "Feature is not multivariate.";
    std::set<int64_t> missing = options_;
    double sum = 0;
    for (const StateWeight& weight : weights) {
      if (!options_.contains(weight.option.value)) return "Variant not found.";
      if (missing.erase(weight.option.value) == 0)
        return "Duplicate variant: " + std::to_string(weight.option.value) + ".";
      sum += weight.percentage;
    }
    if (!missing.empty()) return Incomplete();
    return sum > 100 ? "Total weight must not exceed 100." : "";
  }

  bool is_multivariate_ = false;
  std::set<int64_t> options_;
};

std::string PlaceOf(size_t index) {
  return std::string(kOverridesPart) + "." + std::to_string(index);
}

Result<void> CheckDefault(const ServedPart& part, bool replace, const WeightsCheck& weights) {
  const std::string place(kDefaultPart);
  if (replace && weights.is_multivariate() && !part.weights)
    return WeightsCheck::Refuse(place, WeightsCheck::Incomplete());
  return weights.Check(part, place);
}

Result<void> CheckOverrides(store::Reader& reader, const FlagAccess& access,
                            const std::vector<SegmentPart>& parts, const WeightsCheck& weights) {
  std::set<int64_t> named;
  for (size_t i = 0; i < parts.size(); ++i) {
    const int64_t id = parts[i].segment.value;
    FLAGSTREAM_ASSIGN(const std::optional<Segment> segment, store::Get<Segment>(reader, id));
    if (!segment || segment->project_id != access.feature.project_id)
      return Error::InvalidField(PlaceOf(i) + ".segment.id", "Segment not found.");
    if (!named.insert(id).second) {
      return Error::InvalidField(std::string(kOverridesPart),
                                 "Duplicate segment: " + std::to_string(id) + ".");
    }
    FLAGSTREAM_TRY(weights.Check(parts[i].served, PlaceOf(i)));
  }
  return {};
}

Result<void> Check(store::Reader& reader, const FlagAccess& access, const FlagChange& change) {
  FLAGSTREAM_ASSIGN(const WeightsCheck weights, WeightsCheck::Prepare(reader, access.feature));
  if (change.environment_default)
    FLAGSTREAM_TRY(CheckDefault(*change.environment_default, change.replace, weights));
  if (change.segment_overrides)
    FLAGSTREAM_TRY(CheckOverrides(reader, access, *change.segment_overrides, weights));
  return {};
}

FeatureStateInput InputOf(const ServedPart& part) {
  return {.enabled = part.enabled, .value = part.value, .weights = part.weights};
}

// What the part does not say is as in `served`.
FeatureStateInput InputOf(const ServedPart& part, const FeatureStateView& served) {
  FeatureStateInput input = InputOf(part);
  if (!input.enabled) input.enabled = served.state.enabled;
  if (!input.value) input.value = served.value;
  if (!input.weights) input.weights = CopyWeights(served.weights);
  return input;
}

Result<void> WriteDefault(Writing& writing, const FlagAccess& access, const ServedPart& part,
                          bool replace) {
  FeatureStateInput input = InputOf(part);
  if (replace && !input.enabled) input.enabled = false;
  if (replace && !input.value) input.value = flags::FlagValue();
  FLAGSTREAM_ASSIGN(FeatureState state, FindDefault(writing.tx(), access));
  return ChangeState(writing, access.environment, state, input);
}

// Removes those that `parts` do not list.
Result<void> RemoveOthers(Writing& writing, const FlagAccess& access,
                          const std::vector<SegmentPart>& parts) {
  FLAGSTREAM_ASSIGN(const std::vector<FeatureSegment> links, FindLinks(writing.tx(), access));
  for (const FeatureSegment& link : links) {
    const bool is_listed = std::ranges::any_of(
        parts, [&](const SegmentPart& part) { return part.segment.value == link.segment_id; });
    if (!is_listed) FLAGSTREAM_TRY(RemoveFeatureSegment(writing, access.environment, link));
  }
  return {};
}

Result<void> WriteState(Writing& writing, const FlagAccess& access, const FeatureSegment& link,
                        const ServedPart& part, const FeatureStateView& served, bool replace) {
  FLAGSTREAM_ASSIGN(std::optional<FeatureState> state, FindOverrideState(writing.tx(), {link.id}));
  const FeatureStateInput whole = InputOf(part, served);
  if (!state) {
    FLAGSTREAM_ASSIGN(const FeatureState made, AddOverrideState(writing, access.environment, link,
                                                                *whole.enabled, *whole.value));
    return GiveWeights(writing, made, *whole.weights);
  }
  return ChangeState(writing, access.environment, *state, replace ? whole : InputOf(part));
}

// An override, and the place that it is to have among its like.
struct Placed {
  FeatureSegment link;
  int64_t priority = 0;
};

// Writes one part. `known` are the overrides there are.
Result<Placed> WriteOverride(Writing& writing, const FlagAccess& access, const SegmentPart& part,
                             int64_t position, const std::vector<FeatureSegment>& known,
                             const FeatureStateView& served, bool replace, const Limits& limits) {
  const auto found = std::ranges::find(known, part.segment.value, &FeatureSegment::segment_id);
  Placed placed;
  if (found != known.end()) {
    placed = {*found, part.priority.value_or(found->priority)};
  } else {
    FLAGSTREAM_ASSIGN(
        placed.link,
        AddFeatureSegment(writing, access.environment,
                          {.feature = {access.feature.id}, .segment = part.segment, .priority = {}},
                          limits));
    placed.priority = part.priority.value_or(position);
  }
  FLAGSTREAM_TRY(WriteState(writing, access, placed.link, part.served, served, replace));
  return placed;
}

Result<void> Order(Writing& writing, const FlagAccess& access, std::vector<Placed> placed) {
  std::ranges::sort(placed, {}, &Placed::priority);
  const auto twice = std::ranges::adjacent_find(placed, {}, &Placed::priority);
  if (twice != placed.end()) {
    return Error(ErrorCode::kInvalidArgument,
                 "Duplicate priority: " + std::to_string(twice->priority) + ".");
  }
  // As they are stored by now.
  FLAGSTREAM_ASSIGN(const std::vector<FeatureSegment> stored, FindLinks(writing.tx(), access));
  std::vector<FeatureSegment> ordered;
  for (const Placed& one : placed)
    ordered.push_back(*std::ranges::find(stored, one.link.id, &FeatureSegment::id));
  if (ordered.empty()) return {};
  return OrderFeatureSegments(writing, access.environment, ordered);
}

Result<void> WriteOverrides(Writing& writing, const FlagAccess& access,
                            const std::vector<SegmentPart>& parts, bool replace,
                            const Limits& limits) {
  if (replace) FLAGSTREAM_TRY(RemoveOthers(writing, access, parts));
  FLAGSTREAM_ASSIGN(FeatureState state, FindDefault(writing.tx(), access));
  FLAGSTREAM_ASSIGN(const FeatureStateView served, ViewState(writing.tx(), std::move(state)));
  FLAGSTREAM_ASSIGN(const std::vector<FeatureSegment> known, FindLinks(writing.tx(), access));
  std::vector<Placed> placed;
  for (size_t i = 0; i < parts.size(); ++i) {
    FLAGSTREAM_ASSIGN(Placed one, WriteOverride(writing, access, parts[i], static_cast<int64_t>(i),
                                                known, served, replace, limits));
    placed.push_back(std::move(one));
  }
  for (const FeatureSegment& link : known) {
    const bool is_listed =
        std::ranges::any_of(placed, [&](const Placed& one) { return one.link.id == link.id; });
    if (!is_listed) placed.push_back({link, link.priority});
  }
  return Order(writing, access, std::move(placed));
}

}  // namespace

Result<FlagView> FlagUpdates::Get(const auth::Principal& caller, const std::string& environment,
                                  FeatureId feature) {
  return Read<FlagView>(context_, [&](store::Reader& reader) -> Result<FlagView> {
    FLAGSTREAM_ASSIGN(const FlagAccess access, OpenFlag(reader, caller, environment, feature));
    return View(reader, access);
  });
}

Result<Written<FlagView>> FlagUpdates::Update(const auth::Principal& caller,
                                              const std::string& environment, FeatureId feature,
                                              const FlagChange& change) {
  return Write<FlagView>(context_, &caller, [&](Writing& writing) -> Result<FlagView> {
    FLAGSTREAM_ASSIGN(const FlagAccess access,
                      OpenHeld(writing, caller, environment, feature, change));
    FLAGSTREAM_TRY(Check(writing.tx(), access, change));
    if (change.environment_default)
      FLAGSTREAM_TRY(WriteDefault(writing, access, *change.environment_default, change.replace));
    if (change.segment_overrides) {
      FLAGSTREAM_TRY(WriteOverrides(writing, access, *change.segment_overrides, change.replace,
                                    context_.limits));
    }
    return View(writing.tx(), access);
  });
}

Result<Written<FlagView>> FlagUpdates::RemoveOverride(const auth::Principal& caller,
                                                      const std::string& environment,
                                                      FeatureId feature, SegmentId segment) {
  return Write<FlagView>(context_, &caller, [&](Writing& writing) -> Result<FlagView> {
    const FlagChange change{.environment_default = {},
                            .segment_overrides = std::vector<SegmentPart>(),
                            .replace = false};
    FLAGSTREAM_ASSIGN(const FlagAccess access,
                      OpenHeld(writing, caller, environment, feature, change));
    FLAGSTREAM_ASSIGN(const std::vector<FeatureSegment> links, FindLinks(writing.tx(), access));
    const auto link = std::ranges::find(links, segment.value, &FeatureSegment::segment_id);
    if (link == links.end()) return Error::NotFound("Segment override not found.");
    FLAGSTREAM_TRY(RemoveFeatureSegment(writing, access.environment, *link));
    return View(writing.tx(), access);
  });
}

}  // namespace flagstream::service
