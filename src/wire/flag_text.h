// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "flags/environment.h"
#include "wire/sdk.h"

// The flag object of answers, whose members each have an SDK that depends on them.
namespace flagstream::wire {

// Whether one who has a key of this kind may see a flag in this state.
bool IsVisible(const flags::Environment& environment, KeyKind kind, const flags::Feature& feature,
               bool enabled);

std::string_view FeatureTypeName(flags::FeatureType type);
void AppendFlagValue(std::string& out, const flags::FlagValue& value);
// The member `feature`: what is equal for all states of it.
std::string FeatureText(const flags::Environment& environment, const flags::Feature& feature);

struct FlagText {
  const flags::FeatureState& state;
  const flags::FlagValue& value;
  std::string_view feature_text;
  IdentityId identity = {};  // whose override it is
};

// The object without its closing brace: answers for identities have one member more.
void AppendOpenFlag(std::string& out, const flags::Environment& environment, const FlagText& flag);

}  // namespace flagstream::wire
