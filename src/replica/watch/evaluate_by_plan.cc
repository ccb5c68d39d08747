// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/evaluate_by_plan.h"

#include <map>
#include <string>

namespace flagstream::replica {
namespace {

// Evaluations refer to values, so as in a snapshot they stay where they are.
const flags::FlagValue* ValueOf(const flags::Trait& plan) {
  thread_local std::map<std::string, flags::FlagValue> values;
  const std::string text = flags::TextOf(plan.value);
  return &values.try_emplace(text, text).first->second;
}

}  // namespace

flags::IdentityFlags EvaluateByPlan(const flags::Snapshot& snapshot, std::string_view identifier,
                                    const std::vector<flags::Trait>& traits) {
  flags::IdentityFlags flags = flags::EvaluateIdentity(snapshot, identifier, {});
  for (const flags::Trait& trait : traits) {
    if (trait.key == "plan") flags[0].value = ValueOf(trait);
  }
  return flags;
}

}  // namespace flagstream::replica
