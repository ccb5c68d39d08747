// SPDX-License-Identifier: Apache-2.0
#include "store/environment_loader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "store/query.h"
#include "store/records.h"
#include "store/segment_rows.h"
#include "store/state_rows.h"
#include "store/typed_value.h"

namespace flagstream::store {
namespace {

Error Missing(std::string_view what, EnvironmentId environment) {
  return {ErrorCode::kCorrupt, "The " + std::string(what) + " of environment " +
                                   std::to_string(environment.value) + " is missing."};
}

flags::Project ToFlags(const Project& project) {
  return {.id = {project.id},
          .name = project.name,
          .hide_disabled_flags = project.hide_disabled_flags,
          .enable_realtime_updates = project.enable_realtime_updates};
}

flags::Organisation ToFlags(const Organisation& organisation) {
  return {.id = {organisation.id},
          .name = organisation.name,
          .feature_analytics = organisation.feature_analytics,
          .stop_serving_flags = organisation.stop_serving_flags,
          .persist_trait_data = organisation.persist_trait_data};
}

flags::Feature ToFlags(Feature feature) {
  return {.id = {feature.id},
          .name = std::move(feature.name),
          .type = feature.type == "MULTIVARIATE" ? flags::FeatureType::kMultivariate
                                                 : flags::FeatureType::kStandard,
          .created_micros = feature.created_date,
          .description = std::move(feature.description),
          .initial_value = std::move(feature.initial_value),
          .default_enabled = feature.default_enabled,
          .is_server_key_only = feature.is_server_key_only};
}

flags::Environment ToFlags(Environment environment) {
  flags::Environment made;
  made.id = {environment.id};
  made.name = std::move(environment.name);
  made.client_key = std::move(environment.api_key);
  made.stamp = Stamp::FromMicros(environment.stamp);
  made.previous_stamp = Stamp::FromMicros(environment.previous_stamp);
  made.revision = environment.revision;
  made.hide_disabled_flags = environment.hide_disabled_flags;
  made.hide_sensitive_data = environment.hide_sensitive_data;
  made.allow_client_traits = environment.allow_client_traits;
  made.use_identity_composite_key_for_hashing = environment.use_identity_composite_key_for_hashing;
  made.use_identity_overrides_in_local_eval = environment.use_identity_overrides_in_local_eval;
  return made;
}

Result<void> ReadProject(Reader& reader, int64_t project_id, flags::Environment& environment) {
  FLAGSTREAM_ASSIGN(const auto project, Get<Project>(reader, project_id));
  if (!project) return Missing("project", environment.id);
  FLAGSTREAM_ASSIGN(const auto organisation, Get<Organisation>(reader, project->organisation_id));
  if (!organisation) return Missing("organisation", environment.id);
  environment.project = ToFlags(*project);
  environment.organisation = ToFlags(*organisation);
  return {};
}

Result<void> ReadServerKeys(Reader& reader, flags::Environment& environment) {
  FLAGSTREAM_ASSIGN(std::vector<EnvironmentApiKey> keys,
                    Find(reader, Select<EnvironmentApiKey>().Where(
                                     &EnvironmentApiKey::environment_id, environment.id.value)));
  environment.server_keys.reserve(keys.size());
  for (EnvironmentApiKey& key : keys) {
    environment.server_keys.push_back({std::move(key.key), key.active, key.expires_at});
  }
  return {};
}

Result<void> ReadFeatures(Reader& reader, flags::Environment& environment) {
  FLAGSTREAM_ASSIGN(
      std::vector<Feature> features,
      Find(reader, Select<Feature>().Where(&Feature::project_id, environment.project.id.value)));
  environment.features.reserve(features.size());
  for (Feature& feature : features) environment.features.push_back(ToFlags(std::move(feature)));
  return {};
}

Result<void> ReadDefaults(Reader& reader, flags::Environment& environment) {
  FLAGSTREAM_ASSIGN(
      std::vector<StateRow> rows,
      FindStates(reader, Select<FeatureState>()
                             .Where(&FeatureState::environment_id, environment.id.value)
                             .WhereNull(&FeatureState::identity_id)
                             .WhereNull(&FeatureState::feature_segment_id)
                             .OrderBy(&FeatureState::feature_id)));
  environment.feature_states.reserve(rows.size());
  for (StateRow& row : rows) environment.feature_states.push_back(std::move(row.state));
  const bool one_each =
      std::equal(environment.features.begin(), environment.features.end(),
                 environment.feature_states.begin(), environment.feature_states.end(),
                 [](const flags::Feature& feature, const flags::FeatureState& state) {
                   return feature.id == state.feature;
                 });
  if (!one_each) return Missing("state of a feature", environment.id);
  return {};
}

Result<void> ReadIdentityOverrides(Reader& reader, flags::Environment& environment) {
  FLAGSTREAM_ASSIGN(
      std::vector<StateRow> rows,
      FindStates(reader, Select<FeatureState>()
                             .Where(&FeatureState::environment_id, environment.id.value)
                             .WhereNotNull(&FeatureState::identity_id)
                             .OrderBy(&FeatureState::identity_id)
                             .OrderBy(&FeatureState::feature_id)));
  std::map<int64_t, std::vector<flags::FeatureState>> by_identity;
  for (StateRow& row : rows) by_identity[*row.identity_id].push_back(std::move(row.state));
  std::vector<int64_t> ids;
  ids.reserve(by_identity.size());
  for (const auto& [identity, overrides] : by_identity) ids.push_back(identity);
  // Only identities that have overrides are read: there may be millions of others.
  FLAGSTREAM_ASSIGN(std::vector<Identity> identities, FindByIds(reader, &Identity::id, ids));
  if (identities.size() != ids.size()) return Missing("identity of an override", environment.id);
  environment.identity_overrides.reserve(identities.size());
  for (Identity& identity : identities) {
    environment.identity_overrides.push_back({{identity.id},
                                              std::move(identity.identifier),
                                              std::move(identity.uuid),
                                              identity.created_date,
                                              std::move(by_identity[identity.id])});
  }
  return {};
}

Result<std::vector<StoredTrait>> ReadTraits(Reader& reader, int64_t identity) {
  FLAGSTREAM_ASSIGN(auto rows,
                    FindMembers(reader, Select<Trait>().Where(&Trait::identity_id, identity),
                                &Trait::id, &Trait::trait_key, &Trait::value_type, &Trait::value));
  std::vector<StoredTrait> traits;
  traits.reserve(rows.size());
  for (auto& [id, key, value_type, text] : rows) {
    FLAGSTREAM_ASSIGN(flags::TraitValue value, ReadTraitValue(value_type, text));
    traits.push_back({id, {std::move(key), std::move(value)}});
  }
  return traits;
}

}  // namespace

Result<std::optional<flags::Environment>> LoadEnvironment(Reader& reader, EnvironmentId id) {
  FLAGSTREAM_ASSIGN(std::optional<Environment> stored, Get<Environment>(reader, id.value));
  if (!stored) return std::optional<flags::Environment>();
  const int64_t project = stored->project_id;
  flags::Environment environment = ToFlags(*std::move(stored));
  FLAGSTREAM_TRY(ReadProject(reader, project, environment));
  FLAGSTREAM_TRY(ReadServerKeys(reader, environment));
  FLAGSTREAM_TRY(ReadFeatures(reader, environment));
  FLAGSTREAM_TRY(ReadDefaults(reader, environment));
  FLAGSTREAM_TRY(ReadSegments(reader, environment));
  FLAGSTREAM_TRY(ReadIdentityOverrides(reader, environment));
  FLAGSTREAM_TRY(ReadVariants(reader, environment));
  return std::optional<flags::Environment>(std::move(environment));
}

Result<std::vector<EnvironmentRevision>> ListRevisions(Reader& reader) {
  FLAGSTREAM_ASSIGN(const auto rows, FindMembers(reader, Select<Environment>(), &Environment::id,
                                                 &Environment::revision));
  std::vector<EnvironmentRevision> revisions;
  revisions.reserve(rows.size());
  for (const auto& [id, revision] : rows) revisions.push_back({{id}, revision});
  return revisions;
}

Result<std::optional<StoredIdentity>> LoadIdentity(Reader& reader, EnvironmentId environment,
                                                   const std::string& identifier) {
  FLAGSTREAM_ASSIGN(std::optional<Identity> stored,
                    FindOne(reader, Select<Identity>()
                                        .Where(&Identity::environment_id, environment.value)
                                        .Where(&Identity::identifier, identifier)));
  if (!stored) return std::optional<StoredIdentity>();
  FLAGSTREAM_ASSIGN(std::vector<StoredTrait> traits, ReadTraits(reader, stored->id));
  return std::optional<StoredIdentity>({{stored->id},
                                        Stamp::FromMicros(stored->stamp),
                                        stored->base_revision,
                                        std::move(stored->uuid),
                                        stored->created_date,
                                        std::move(traits)});
}

}  // namespace flagstream::store
