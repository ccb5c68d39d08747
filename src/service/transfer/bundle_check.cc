// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/bundle_check.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "auth/keys.h"
#include "auth/permissions.h"
#include "service/limits.h"
#include "store/records.h"
#include "store/typed_value.h"
#include "wire/utf8.h"

namespace flagstream::service {
namespace {

// What clients in other languages hold an id in.
constexpr int64_t kIdMax = std::numeric_limits<int32_t>::max();
constexpr size_t kConditionValueLengthMax = 1'000;
constexpr double kPercentMax = 100;
// Percentages are decimals that were added up as binary fractions.
constexpr double kPercentSlack = 1e-6;

// Collects the first thing that is wrong with one row.
class RowCheck {
 public:
  void Require(bool is_right, std::string_view column, std::string_view sentence) {
    if (is_right || !problem_.empty()) return;
    problem_ = std::string(column) + " " + std::string(sentence);
  }
  void Length(std::string_view column, const std::string& text, size_t characters_max) {
    if (wire::CountCodePoints(text) <= characters_max) return;
    Require(false, column, "has more than " + std::to_string(characters_max) + " characters");
  }
  void Length(std::string_view column, const std::optional<std::string>& text,
              size_t characters_max) {
    if (text) Length(column, *text, characters_max);
  }
  void OneOf(std::string_view column, std::string_view text,
             std::initializer_list<std::string_view> known) {
    Require(std::ranges::find(known, text) != known.end(), column,
            "\"" + std::string(text) + "\" is not known");
  }
  void FlagValue(const std::string& type, const std::optional<std::string>& value) {
    Length("value", value, kFlagValueLengthMax);
    Require(store::ReadFlagValue(type, value).ok(), "value", "is not of its type " + type);
  }
  void Percent(std::string_view column, double percent) {
    Require(percent >= 0 && percent <= kPercentMax, column, "is not between 0 and 100");
  }
  const std::string& problem() const { return problem_; }

 private:
  std::string problem_;
};

void CheckRecord(RowCheck& check, const store::User& user) {
  check.Require(!user.email.empty(), "email", "is empty");
}

void CheckRecord(RowCheck& check, const store::Organisation& organisation) {
  check.Length("name", organisation.name, kNameLengthMax);
}

void CheckRecord(RowCheck& check, const store::Membership& membership) {
  check.Require(auth::ParseRole(membership.role).has_value(), "role", "is not known");
}

void CheckRecord(RowCheck& check, const store::Project& project) {
  check.Length("name", project.name, kNameLengthMax);
}

void CheckRecord(RowCheck& check, const store::Environment& environment) {
  check.Length("name", environment.name, kNameLengthMax);
  check.Require(auth::IsWellFormedKey(environment.api_key), "api_key",
                "must be 1 to 100 letters, digits, hyphens, dots and underscores");
  check.Require(!auth::IsServerKey(environment.api_key), "api_key", "has the form of a server key");
}

void CheckRecord(RowCheck& check, const store::EnvironmentApiKey& key) {
  check.Require(auth::IsServerKey(key.key) && auth::IsWellFormedKey(key.key), "key",
                "must be \"ser.\" and letters or digits");
}

void CheckRecord(RowCheck& check, const store::Feature& feature) {
  check.Require(!feature.name.empty(), "name", "is empty");
  check.Length("name", feature.name, kFeatureNameLengthMax);
  check.Length("initial_value", feature.initial_value, kFlagValueLengthMax);
  check.OneOf("type", feature.type, {"STANDARD", "MULTIVARIATE"});
}

void CheckRecord(RowCheck& check, const store::MultivariateOption& option) {
  check.FlagValue(option.value_type, option.value);
  check.Percent("default_percentage_allocation", option.default_percentage_allocation);
}

void CheckRecord(RowCheck& check, const store::Segment& segment) {
  check.Length("name", segment.name, kNameLengthMax);
}

void CheckRecord(RowCheck& check, const store::SegmentRule& rule) {
  check.OneOf("type", rule.type, {"ALL", "ANY", "NONE"});
}

void CheckRecord(RowCheck& check, const store::SegmentCondition& condition) {
  check.Require(!condition.operator_name.empty(), "operator_name", "is empty");
  check.Length("value", condition.value, kConditionValueLengthMax);
}

void CheckRecord(RowCheck& check, const store::FeatureSegment& link) {
  check.Require(link.priority >= 0 && link.priority <= kIdMax, "priority", "is not from 0 up");
}

void CheckRecord(RowCheck& check, const store::FeatureState& state) {
  check.FlagValue(state.value_type, state.value);
  check.Require(state.hash_seed >= 0 && state.hash_seed <= kIdMax, "hash_seed",
                "is not between 0 and 2147483647");
  check.Require(!state.identity_id || !state.feature_segment_id, "feature_segment_id",
                "is set beside identity_id");
}

void CheckRecord(RowCheck& check, const store::MultivariateFeatureStateValue& weight) {
  check.Percent("percentage_allocation", weight.percentage_allocation);
}

void CheckRecord(RowCheck& check, const store::Identity& identity) {
  check.Require(!identity.identifier.empty(), "identifier", "is empty");
  check.Length("identifier", identity.identifier, kIdentifierLengthMax);
}

void CheckRecord(RowCheck& check, const store::Trait& trait) {
  check.Length("trait_key", trait.trait_key, kTraitKeyLengthMax);
  check.Length("value", trait.value, kTraitValueLengthMax);
  check.Require(store::ReadTraitValue(trait.value_type, trait.value).ok(), "value",
                "is not of its type " + trait.value_type);
}

// What only the store's types bound.
template <class Record>
void CheckRecord(RowCheck& /*check*/, const Record& /*record*/) {}

Error Wrong(const store::Table& table, const store::Row& row, const std::string& problem) {
  return {ErrorCode::kInvalidArgument, NameOfRow(table, row) + ": " + problem};
}

template <class Record>
Result<void> CheckTable(const Bundle& bundle) {
  const store::Table& table = store::TableOf<Record>();
  for (const store::Row& row : bundle.RowsOf(table)) {
    RowCheck check;
    const Result<Record> record = store::FromRow<Record>(row);
    check.Require(record.ok(), "one of its columns", "is neither true (1) nor false (0)");
    if (record) {
      check.Require(record->id >= 1 && record->id <= kIdMax, "id",
                    "is not between 1 and 2147483647");
      CheckRecord(check, *record);
    }
    if (!check.problem().empty()) return Wrong(table, row, check.problem());
  }
  return {};
}

// The sum of the weights of one state.
Result<void> CheckWeights(const Bundle& bundle) {
  using Weight = store::MultivariateFeatureStateValue;
  FLAGSTREAM_ASSIGN(const std::vector<Weight> weights, bundle.All<Weight>());
  std::map<int64_t, double> sums;
  for (const Weight& weight : weights) {
    sums[weight.feature_state_id] += weight.percentage_allocation;
  }
  for (const auto& [state, sum] : sums) {
    if (sum <= kPercentMax + kPercentSlack) continue;
    return Error(ErrorCode::kInvalidArgument,
                 "feature_state " + std::to_string(state) +
                     ": the weights of its variants are more than 100");
  }
  return {};
}

template <class... Records>
Result<void> CheckTables(const Bundle& bundle, RecordList<Records...> /*list*/) {
  Result<void> result;
  const auto check = [&]<class Record>() {
    if (result) result = CheckTable<Record>(bundle);
  };
  (check.template operator()<Records>(), ...);
  return result;
}

}  // namespace

Result<void> CheckBundle(const Bundle& bundle) {
  FLAGSTREAM_TRY(CheckTables(bundle, TransferRecords()));
  return CheckWeights(bundle);
}

}  // namespace flagstream::service
