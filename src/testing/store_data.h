// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "store/query.h"
#include "store/records.h"
#include "store/store.h"

// Rows that many tests need, with names that tell them apart. Who uses this also links `store`.
namespace flagstream::testing {

// An organisation with a project with an environment.
struct Place {
  store::Organisation organisation;
  store::Project project;
  store::Environment environment;
};

inline Result<store::Environment> InsertEnvironment(store::Transaction& tx, int64_t project,
                                                    const std::string& name) {
  store::Environment environment = {
      .uuid = "environment-" + name, .project_id = project, .name = name, .api_key = "key-" + name};
  FLAGSTREAM_TRY(store::Insert(tx, environment));
  return environment;
}

inline Result<Place> InsertPlace(store::Transaction& tx, const std::string& name = "one") {
  Place place;
  place.organisation.name = name;
  FLAGSTREAM_TRY(store::Insert(tx, place.organisation));
  place.project.organisation_id = place.organisation.id;
  place.project.name = name;
  FLAGSTREAM_TRY(store::Insert(tx, place.project));
  FLAGSTREAM_ASSIGN(place.environment, InsertEnvironment(tx, place.project.id, name));
  return place;
}

inline Result<store::Feature> InsertFeature(store::Transaction& tx, int64_t project,
                                            const std::string& name) {
  store::Feature feature = {.uuid = "feature-" + name,
                            .project_id = project,
                            .name = name,
                            .name_folded = name,
                            .type = "STANDARD"};
  FLAGSTREAM_TRY(store::Insert(tx, feature));
  return feature;
}

inline Result<store::Identity> InsertIdentity(store::Transaction& tx, int64_t environment,
                                              const std::string& identifier) {
  store::Identity identity = {
      .uuid = "identity-" + identifier, .environment_id = environment, .identifier = identifier};
  FLAGSTREAM_TRY(store::Insert(tx, identity));
  return identity;
}

// The environment's default or, with `identity`, its override; a text value.
inline Result<store::FeatureState> InsertState(store::Transaction& tx, int64_t environment,
                                               int64_t feature, std::optional<int64_t> identity,
                                               const std::string& value) {
  store::FeatureState state = {.uuid = "state-" + value,
                               .environment_id = environment,
                               .feature_id = feature,
                               .identity_id = identity,
                               .enabled = true,
                               .value_type = "unicode",
                               .value = value};
  FLAGSTREAM_TRY(store::Insert(tx, state));
  return state;
}

}  // namespace flagstream::testing
