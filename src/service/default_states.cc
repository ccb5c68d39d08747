// SPDX-License-Identifier: Apache-2.0
#include "service/default_states.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>

#include "base/random.h"
#include "service/option_writing.h"
#include "service/state_weights.h"
#include "store/query.h"
#include "store/typed_value.h"

namespace flagstream::service {
namespace {

std::optional<int64_t> ParseSmallInteger(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  constexpr int64_t kBound = std::numeric_limits<int32_t>::max();
  if (number >= kBound || number <= -kBound) return std::nullopt;
  return number;
}

Result<void> AddDefaultWeights(Writing& writing, const store::Feature& feature, int64_t state) {
  if (feature.type != "MULTIVARIATE") return {};
  FLAGSTREAM_ASSIGN(const Options options, FindOptions(writing.tx(), {feature.id}));
  std::vector<StateWeight> weights;
  for (const store::MultivariateOption& option : options)
    weights.push_back({{option.id}, option.default_percentage_allocation});
  ChangeList born_with;
  return SetWeights(writing.tx(), state, weights, born_with);
}

}  // namespace

flags::FlagValue TypeInitialValue(const std::optional<std::string>& initial_value) {
  if (!initial_value) return {};
  if (*initial_value == "true" || *initial_value == "True") return true;
  if (*initial_value == "false" || *initial_value == "False") return false;
  if (const auto number = ParseSmallInteger(*initial_value)) return *number;
  return *initial_value;
}

Result<void> AddDefaultState(Writing& writing, const store::Project& project,
                             const store::Feature& feature, int64_t environment) {
  const bool prevented = project.prevent_flag_defaults;
  store::FeatureState state =
      NewFeatureState(writing, environment, feature.id, !prevented && feature.default_enabled,
                      prevented ? flags::FlagValue() : TypeInitialValue(feature.initial_value));
  FLAGSTREAM_TRY(store::Insert(writing.tx(), state));
  return AddDefaultWeights(writing, feature, state.id);
}

store::FeatureState NewFeatureState(const Writing& writing, int64_t environment, int64_t feature,
                                    bool enabled, const flags::FlagValue& value) {
  store::FlagColumns columns = store::ToColumns(value);
  store::FeatureState state;
  state.uuid = NewUuid();
  state.environment_id = environment;
  state.feature_id = feature;
  state.enabled = enabled;
  state.value_type = std::move(columns.value_type);
  state.value = std::move(columns.value);
  state.created_at = writing.now();
  state.updated_at = writing.now();
  state.live_from = writing.now();
  return state;
}

}  // namespace flagstream::service
