// SPDX-License-Identifier: Apache-2.0
#include "testing/sample_environment.h"

#include <string>
#include <utility>

namespace flagstream::testing {
namespace {

using namespace std::string_literals;

constexpr int64_t kCreatedMicros = 1'775'034'000'000'000;  // 2026-04-01T09:00:00Z
constexpr int64_t kStampMicros = 1'777'627'800'765'625;    // 2026-05-01T09:30:00.765625Z

flags::Environment EmptyEnvironment() {
  flags::Environment environment;
  environment.id = {3};
  environment.name = "Production";
  environment.client_key = "client-key";
  environment.server_keys = {{.key = "ser.server-key"}};
  environment.stamp = Stamp::FromMicros(kStampMicros);
  environment.previous_stamp = Stamp::FromMicros(kStampMicros - 10'000'000);
  environment.revision = 7;
  environment.project = {.id = {1}, .name = "Shop"};
  environment.organisation = {.id = {1}, .name = "Acme"};
  return environment;
}

flags::Feature MakeFeature(int64_t id, std::string name) {
  return {.id = {id}, .name = std::move(name), .created_micros = kCreatedMicros};
}

// As of states that were never copied.
void SetHashSeeds(flags::Environment& environment) {
  for (flags::FeatureState& state : environment.feature_states) state.hash_seed = state.id.value;
  for (flags::IdentityOverride& identity : environment.identity_overrides) {
    for (flags::FeatureState& state : identity.feature_states) state.hash_seed = state.id.value;
  }
}

}  // namespace

flags::Environment SampleEnvironment() {
  flags::Environment environment = EmptyEnvironment();
  flags::Feature banner = MakeFeature(2, "banner");
  banner.description = "Above \"all\"";
  banner.initial_value = "hello";
  banner.default_enabled = true;
  flags::Feature secret = MakeFeature(9, "secret");
  secret.is_server_key_only = true;
  environment.features = {banner, MakeFeature(4, "limit"), MakeFeature(5, "off"), secret};
  environment.feature_states = {
      {.id = {12}, .uuid = "uuid-12", .feature = {2}, .enabled = true, .value = "blue"s},
      {.id = {14}, .uuid = "uuid-14", .feature = {4}, .enabled = true, .value = int64_t{5}},
      {.id = {15}, .uuid = "uuid-15", .feature = {5}, .enabled = false},
      {.id = {19}, .uuid = "uuid-19", .feature = {9}, .enabled = true, .value = true},
  };
  environment.identity_overrides = {
      {.identity = {77},
       .identifier = "alice",
       .uuid = "uuid-alice",
       .created_micros = kCreatedMicros,
       .feature_states = {
           {.id = {90}, .uuid = "uuid-90", .feature = {2}, .enabled = false, .value = "vip"s},
           {.id = {91}, .uuid = "uuid-91", .feature = {5}, .enabled = true, .value = int64_t{1}},
       }}};
  SetHashSeeds(environment);
  return environment;
}

flags::Environment EnvironmentOfFeatures(int count) {
  flags::Environment environment = EmptyEnvironment();
  for (int i = 1; i <= count; ++i) {
    const std::string number = std::to_string(i);
    environment.features.push_back(MakeFeature(i, "feature_" + number));
    environment.feature_states.push_back({.id = {1'000 + i},
                                          .uuid = "5b0c9d0e-7f53-4c43-9c39-" + number,
                                          .feature = {i},
                                          .enabled = i % 2 == 0,
                                          .value = "value of " + number});
  }
  SetHashSeeds(environment);
  return environment;
}

}  // namespace flagstream::testing
