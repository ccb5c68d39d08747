// SPDX-License-Identifier: Apache-2.0
#include "service/feature_import.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/random.h"
#include "service/default_states.h"
#include "service/feature_names.h"
#include "store/query.h"
#include "store/typed_value.h"

namespace flagstream::service {
namespace {

using store::Environment;
using store::Feature;
using store::FeatureState;
using store::MultivariateOption;
using store::Select;
using Weight = store::MultivariateFeatureStateValue;

Result<std::vector<Environment>> EnvironmentsOf(store::Reader& reader, int64_t project) {
  return store::Find(reader, Select<Environment>().Where(&Environment::project_id, project));
}

Result<void> SetWeight(store::Transaction& tx, int64_t state, int64_t option, double percentage) {
  FLAGSTREAM_ASSIGN(std::optional<Weight> row,
                    store::FindOne(tx, Select<Weight>()
                                           .Where(&Weight::feature_state_id, state)
                                           .Where(&Weight::multivariate_option_id, option)));
  if (row) {
    row->percentage_allocation = percentage;
    return store::Update(tx, *row);
  }
  Weight fresh;
  fresh.uuid = NewUuid();
  fresh.feature_state_id = state;
  fresh.multivariate_option_id = option;
  fresh.percentage_allocation = percentage;
  return store::Insert(tx, fresh);
}

// In each environment the option gets `percentage` of the default state.
Result<MultivariateOption> AddOption(Writing& writing, const Feature& feature,
                                     const FiledOption& filed, double percentage) {
  store::FlagColumns columns = store::ToColumns(filed.value);
  MultivariateOption option;
  option.uuid = NewUuid();
  option.feature_id = feature.id;
  option.value_type = std::move(columns.value_type);
  option.value = std::move(columns.value);
  option.default_percentage_allocation = percentage;
  FLAGSTREAM_TRY(store::Insert(writing.tx(), option));
  FLAGSTREAM_ASSIGN(const std::vector<Environment> environments,
                    EnvironmentsOf(writing.tx(), feature.project_id));
  for (const Environment& environment : environments) {
    FLAGSTREAM_ASSIGN(const FeatureState state,
                      FindDefault(writing.tx(), feature.id, environment.id));
    FLAGSTREAM_TRY(SetWeight(writing.tx(), state.id, option.id, percentage));
  }
  return option;
}

// Value and switch of the target's default become the file's.
Result<FeatureState> SetDefault(Writing& writing, const Feature& feature, const Environment& target,
                                const FiledFeature& filed) {
  FLAGSTREAM_ASSIGN(FeatureState state, FindDefault(writing.tx(), feature.id, target.id));
  store::FlagColumns columns = store::ToColumns(filed.value);
  state.enabled = filed.enabled;
  state.value_type = std::move(columns.value_type);
  state.value = std::move(columns.value);
  state.updated_at = writing.now();
  FLAGSTREAM_TRY(store::Update(writing.tx(), state));
  return state;
}

Result<void> CheckOptionCount(Writing& writing, const Limits& limits, const FiledFeature& filed,
                              size_t count) {
  if (static_cast<int64_t>(count) <= limits.options_per_feature_max) return {};
  return writing.Refuse(
      Limit::kOptionsPerFeature,
      Error::InvalidField("file", "\"" + filed.name +
                                      "\": The feature has the largest number of options "
                                      "allowed."));
}

Result<void> Create(Writing& writing, const Limits& limits, const store::Project& project,
                    const Environment& target, const FiledFeature& filed) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<Feature>().Where(&Feature::project_id, project.id)));
  if (count >= limits.features_per_project_max) {
    return writing.Refuse(
        Limit::kFeaturesPerProject,
        Error::InvalidField("file", "The project has reached the maximum allowed features limit."));
  }
  FLAGSTREAM_TRY(CheckOptionCount(writing, limits, filed, filed.options.size()));
  const std::string problem = FeatureNameProblem(project, filed.name);
  if (!problem.empty()) return Error::InvalidField("file", "\"" + filed.name + "\": " + problem);
  Feature feature;
  feature.uuid = NewUuid();
  feature.project_id = project.id;
  feature.name = filed.name;
  feature.name_folded = FoldFeatureName(filed.name);
  feature.type = filed.options.empty() ? "STANDARD" : "MULTIVARIATE";
  feature.default_enabled = filed.default_enabled;
  feature.initial_value = filed.initial_value;
  feature.is_server_key_only = filed.is_server_key_only;
  feature.created_date = writing.now();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), feature));
  FLAGSTREAM_ASSIGN(const std::vector<Environment> environments,
                    EnvironmentsOf(writing.tx(), project.id));
  for (const Environment& environment : environments)
    FLAGSTREAM_TRY(AddDefaultState(writing, project, feature, environment.id));
  FLAGSTREAM_ASSIGN(const FeatureState state, SetDefault(writing, feature, target, filed));
  for (const FiledOption& one : filed.options) {
    FLAGSTREAM_ASSIGN(const MultivariateOption option,
                      AddOption(writing, feature, one, one.default_percentage));
    FLAGSTREAM_TRY(SetWeight(writing.tx(), state.id, option.id, one.percentage));
  }
  return {};
}

Result<void> DeleteOverrides(Writing& writing, const Feature& feature, const Environment& target) {
  FLAGSTREAM_TRY(
      store::Delete(writing.tx(), Select<store::FeatureSegment>()
                                      .Where(&store::FeatureSegment::environment_id, target.id)
                                      .Where(&store::FeatureSegment::feature_id, feature.id)));
  FLAGSTREAM_TRY(store::Delete(writing.tx(), Select<FeatureState>()
                                                 .Where(&FeatureState::environment_id, target.id)
                                                 .Where(&FeatureState::feature_id, feature.id)
                                                 .WhereNotNull(&FeatureState::identity_id)));
  return {};
}

// Options are the same if type and value are. Those that the file lacks stay, with weight 0 here;
// one that is new has weight 0 in the other environments, which are to stay as they are.
Result<void> SetOptions(Writing& writing, const Limits& limits, Feature& feature,
                        const FeatureState& state, const FiledFeature& file) {
  const std::vector<FiledOption>& filed = file.options;
  FLAGSTREAM_ASSIGN(const std::vector<MultivariateOption> known,
                    store::Find(writing.tx(), Select<MultivariateOption>().Where(
                                                  &MultivariateOption::feature_id, feature.id)));
  for (const MultivariateOption& option : known)
    FLAGSTREAM_TRY(SetWeight(writing.tx(), state.id, option.id, 0));
  size_t count = known.size();
  for (const FiledOption& one : filed) {
    const store::FlagColumns columns = store::ToColumns(one.value);
    const auto found = std::ranges::find_if(known, [&](const MultivariateOption& option) {
      return option.value_type == columns.value_type && option.value == columns.value;
    });
    std::optional<MultivariateOption> fresh;
    if (found == known.end()) {
      FLAGSTREAM_TRY(CheckOptionCount(writing, limits, file, ++count));
      FLAGSTREAM_ASSIGN(fresh, AddOption(writing, feature, one, /*percentage=*/0));
    }
    FLAGSTREAM_TRY(
        SetWeight(writing.tx(), state.id, fresh ? fresh->id : found->id, one.percentage));
  }
  if (known.empty() && !filed.empty()) {
    feature.type = "MULTIVARIATE";
    return store::Update(writing.tx(), feature);
  }
  return {};
}

Result<void> Overwrite(Writing& writing, const Limits& limits, Feature feature,
                       const Environment& target, const FiledFeature& filed) {
  FLAGSTREAM_TRY(DeleteOverrides(writing, feature, target));
  FLAGSTREAM_ASSIGN(const FeatureState state, SetDefault(writing, feature, target, filed));
  return SetOptions(writing, limits, feature, state, filed);
}

}  // namespace

Result<ImportOutcome> ImportFeatures(Writing& writing, const Limits& limits,
                                     const store::Project& project, const Environment& target,
                                     ImportStrategy strategy,
                                     const std::vector<FiledFeature>& features) {
  ImportOutcome outcome;
  for (const FiledFeature& filed : features) {
    FLAGSTREAM_ASSIGN(std::optional<Feature> known,
                      store::FindOne(writing.tx(), Select<Feature>()
                                                       .Where(&Feature::project_id, project.id)
                                                       .Where(&Feature::name_folded,
                                                              FoldFeatureName(filed.name))));
    if (!known) {
      FLAGSTREAM_TRY(Create(writing, limits, project, target, filed));
      ++outcome.created;
    } else if (strategy == ImportStrategy::kOverwrite) {
      FLAGSTREAM_TRY(Overwrite(writing, limits, *std::move(known), target, filed));
      ++outcome.overwritten;
    } else {
      ++outcome.skipped;
    }
  }
  return outcome;
}

Result<FeatureState> FindDefault(store::Reader& reader, int64_t feature, int64_t environment) {
  FLAGSTREAM_ASSIGN(std::optional<FeatureState> state,
                    store::FindOne(reader, Select<FeatureState>()
                                               .Where(&FeatureState::environment_id, environment)
                                               .Where(&FeatureState::feature_id, feature)
                                               .WhereNull(&FeatureState::identity_id)
                                               .WhereNull(&FeatureState::feature_segment_id)));
  if (!state) return Error(ErrorCode::kCorrupt, "a feature has no default in an environment");
  return *std::move(state);
}

}  // namespace flagstream::service
