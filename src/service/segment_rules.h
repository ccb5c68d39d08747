// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "service/limits.h"
#include "store/records.h"
#include "store/store.h"
#include "wire/json.h"

// The definition of a segment: its rules, their sub-rules and the conditions of both.
namespace flagstream::service {

struct ConditionInput {
  int64_t id = 0;  // of the row that stays; 0 = a new one
  std::string operator_name;
  std::optional<std::string> property;
  std::optional<std::string> value;
  std::optional<std::string> description;
};

struct RuleInput {
  int64_t id = 0;
  std::string type;
  std::vector<ConditionInput> conditions;
  std::vector<RuleInput> rules;  // these have none
};

// As it is stored, in its order.
struct RuleView {
  store::SegmentRule rule;
  std::vector<store::SegmentCondition> conditions;
  std::vector<RuleView> rules;
};

// Whether it is a definition that may be stored. Names the place of what is wrong:
// "rules.0.conditions.1.operator".
Result<void> CheckRules(const std::vector<RuleInput>& rules);
// The limit that it is beyond, if that is what is wrong with it.
std::optional<Limit> ExceededLimit(const std::vector<RuleInput>& rules);

// The definition that was stored, as it would be given.
std::vector<RuleInput> ToInput(const std::vector<RuleView>& rules);

// The definition without ids: equal if and only if it says the same.
wire::Json DescribeRules(const std::vector<RuleInput>& rules);

// Makes `rules` the definition of the segment, which had `known`. Rows whose ids they name stay and
// are changed; an id that is none of this segment counts as a new row. All other rows go.
Result<void> StoreRules(store::Transaction& tx, SegmentId segment,
                        const std::vector<RuleInput>& rules, const std::vector<RuleView>& known);

}  // namespace flagstream::service
