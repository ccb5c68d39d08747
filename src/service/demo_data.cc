// SPDX-License-Identifier: Apache-2.0
#include "service/demo_data.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

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
using store::Select;

struct DemoFeature {
  std::string_view name;
  std::string_view description;
  bool enabled;
  std::optional<std::string_view> value;
};

constexpr std::array<DemoFeature, 5> kFeatures{{
    {"banner", "The text at the top of every page.", true, "Welcome to Flagstream"},
    {"dark_mode", "Lets people choose the dark theme.", false, std::nullopt},
    {"new_checkout", "The checkout in one step.", false, std::nullopt},
    {"results_per_page", "How many search results are shown at once.", true, "20"},
    {"support_chat", "The chat button in the corner.", true, std::nullopt},
}};

Result<store::Project> AddProject(Writing& writing, int64_t organisation) {
  store::Project project;
  project.uuid = NewUuid();
  project.organisation_id = organisation;
  project.name = "Demo";
  project.created_date = writing.now();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), project));
  return project;
}

Result<Environment> AddEnvironment(Writing& writing, int64_t project, std::string_view name,
                                   std::string_view key) {
  Environment environment;
  environment.uuid = NewUuid();
  environment.project_id = project;
  environment.name = name;
  environment.api_key = key;
  environment.created_date = writing.now();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), environment));
  writing.Stamp({environment.id});

  store::EnvironmentApiKey server_key;
  server_key.environment_id = environment.id;
  server_key.key = "ser." + environment.api_key;
  server_key.name = "Demo";
  server_key.created_at = writing.now();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), server_key));
  return environment;
}

Result<Feature> AddFeature(Writing& writing, int64_t project, const DemoFeature& demo) {
  Feature feature;
  feature.uuid = NewUuid();
  feature.project_id = project;
  feature.name = demo.name;
  feature.name_folded = FoldFeatureName(demo.name);
  feature.type = "STANDARD";
  feature.default_enabled = demo.enabled;
  if (demo.value) feature.initial_value = std::string(*demo.value);
  feature.description = std::string(demo.description);
  feature.created_date = writing.now();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), feature));
  return feature;
}

// Somebody who sees another banner, in the environment where things are tried out.
Result<void> AddIdentity(Writing& writing, int64_t environment, const Feature& banner) {
  store::Identity identity;
  identity.uuid = NewUuid();
  identity.environment_id = environment;
  identity.identifier = "demo-user";
  identity.created_date = writing.now();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), identity));

  store::Trait plan;
  plan.identity_id = identity.id;
  plan.trait_key = "plan";
  plan.value_type = "unicode";
  plan.value = "pro";
  plan.created_date = writing.now();
  FLAGSTREAM_TRY(store::Insert(writing.tx(), plan));

  FeatureState state = NewFeatureState(writing, environment, banner.id, true,
                                       flags::FlagValue(std::string("Welcome back")));
  state.identity_id = identity.id;
  return store::Insert(writing.tx(), state);
}

}  // namespace

Result<bool> HasDemoData(store::Reader& reader) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(reader, Select<Environment>().WhereIn(
                               &Environment::api_key,
                               std::vector<std::string>{std::string(kDemoDevelopmentKey),
                                                        std::string(kDemoProductionKey)})));
  return count > 0;
}

Result<void> AddDemoData(Writing& writing, int64_t organisation) {
  FLAGSTREAM_ASSIGN(const store::Project project, AddProject(writing, organisation));
  FLAGSTREAM_ASSIGN(const Environment development,
                    AddEnvironment(writing, project.id, "Development", kDemoDevelopmentKey));
  FLAGSTREAM_ASSIGN(const Environment production,
                    AddEnvironment(writing, project.id, "Production", kDemoProductionKey));
  std::vector<Feature> features;
  for (const DemoFeature& demo : kFeatures) {
    FLAGSTREAM_ASSIGN(Feature feature, AddFeature(writing, project.id, demo));
    FLAGSTREAM_TRY(AddDefaultState(writing, project, feature, development.id));
    FLAGSTREAM_TRY(AddDefaultState(writing, project, feature, production.id));
    features.push_back(std::move(feature));
  }
  FLAGSTREAM_TRY(AddIdentity(writing, development.id, features.front()));
  return writing.Audit({.log = "Demo project created",
                        .object_type = "PROJECT",
                        .object_id = project.id,
                        .object_uuid = project.uuid,
                        .type = ChangeType::kCreate,
                        .organisation = organisation,
                        .project = project.id,
                        .changes = {}});
}

Result<std::optional<int64_t>> FindDemoFeatureState(const Context& context) {
  return Read<std::optional<int64_t>>(
      context, [](store::Reader& reader) -> Result<std::optional<int64_t>> {
        FLAGSTREAM_ASSIGN(const auto environment,
                          store::FindOne(reader, Select<Environment>().Where(&Environment::api_key,
                                                                             kDemoDevelopmentKey)));
        if (!environment) return std::optional<int64_t>();
        FLAGSTREAM_ASSIGN(
            const auto state,
            store::FindOne(reader, Select<FeatureState>()
                                       .Where(&FeatureState::environment_id, environment->id)
                                       .WhereNull(&FeatureState::identity_id)
                                       .WhereNull(&FeatureState::feature_segment_id)
                                       .OrderBy(&FeatureState::id)));
        return state ? std::optional<int64_t>(state->id) : std::nullopt;
      });
}

}  // namespace flagstream::service
