// SPDX-License-Identifier: Apache-2.0
// Answers that are equal for all who have a key of the same kind.
#include <utility>

#include "wire/flag_text.h"
#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

void AppendFlag(std::string& out, const flags::Environment& environment,
                const flags::Feature& feature, const flags::FeatureState& state) {
  AppendOpenFlag(
      out, environment,
      {.state = state, .value = state.value, .feature_text = FeatureText(environment, feature)});
  out += '}';
}

}  // namespace

std::string EncodeFlags(const flags::Environment& environment, KeyKind kind) {
  std::string out = "[";
  bool first = true;
  for (size_t i = 0; i < environment.features.size(); ++i) {
    const flags::Feature& feature = environment.features[i];
    const flags::FeatureState& state = environment.feature_states[i];
    if (!IsVisible(environment, kind, feature, state.enabled)) continue;
    if (!std::exchange(first, false)) out += ',';
    AppendFlag(out, environment, feature, state);
  }
  out += ']';
  return out;
}

std::optional<std::string> EncodeFlag(const flags::Environment& environment, KeyKind kind,
                                      std::string_view feature_name) {
  for (size_t i = 0; i < environment.features.size(); ++i) {
    const flags::Feature& feature = environment.features[i];
    const flags::FeatureState& state = environment.feature_states[i];
    if (feature.name != feature_name) continue;
    if (!IsVisible(environment, kind, feature, state.enabled)) return std::nullopt;
    std::string out;
    AppendFlag(out, environment, feature, state);
    return out;
  }
  return std::nullopt;
}

std::optional<std::string> EncodeVariants(const flags::Environment& environment, KeyKind kind,
                                          FeatureId id) {
  for (size_t i = 0; i < environment.features.size(); ++i) {
    const flags::Feature& feature = environment.features[i];
    const flags::FeatureState& state = environment.feature_states[i];
    if (feature.id != id) continue;
    if (!IsVisible(environment, kind, feature, state.enabled)) return std::nullopt;
    std::string out = R"({"control_value":)";
    AppendFlagValue(out, state.value);
    out += R"(,"options":[)";
    for (size_t j = 0; j < feature.options.size(); ++j) {
      out += j == 0 ? R"({"value":)" : R"(,{"value":)";
      AppendFlagValue(out, feature.options[j].value);
      out += '}';
    }
    out += "]}";
    return out;
  }
  return std::nullopt;
}

}  // namespace flagstream::wire
