// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/evaluate_by_plan.h"

#include <map>
#include <string>

namespace flagstream::replica {
namespace {

// Evaluations refer to values, so as in a snapshot they stay where they are.
const flags::FlagValue* ValueOf(const flags::ContextTrait& plan) {
  thread_local std::map<std::string, flags::FlagValue> values;
  const std::string text(flags::ScalarText(plan.value).view());
  return &values.try_emplace(text, text).first->second;
}

}  // namespace

flags::IdentityFlags EvaluateByPlan(const flags::Snapshot& snapshot,
                                    const flags::EvaluatedIdentity& identity) {
  flags::IdentityFlags flags =
      flags::EvaluateIdentity(snapshot, {.identifier = identity.identifier});
  for (const flags::ContextTrait& trait : identity.traits) {
    if (trait.name == "plan") flags[0].value = ValueOf(trait);
  }
  return flags;
}

}  // namespace flagstream::replica
