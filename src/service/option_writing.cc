// SPDX-License-Identifier: Apache-2.0
#include "service/option_writing.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/random.h"
#include "service/state_weights.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Feature;
using store::FeatureState;
using store::MultivariateOption;
using store::Select;

constexpr std::string_view kMultivariate = "MULTIVARIATE";
constexpr std::string_view kStandard = "STANDARD";
constexpr std::string_view kOptionsField = "multivariate_options";
constexpr double kAllocationUnlessGiven = 100;
constexpr std::string_view kReservedKey = "control";
constexpr size_t kKeyLengthMax = 255;

bool IsSlug(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

std::string ProblemOfKey(const std::string& key) {
  if (key.empty()) return "This field may not be blank.";
  if (key.size() > kKeyLengthMax) {
    return "Ensure this field has no more than " + std::to_string(kKeyLengthMax) + " characters.";
  }
  if (!IsSlug(key)) {
    return "Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.";
  }
  if (key == kReservedKey) return "\"control\" is a reserved variant key.";
  return "";
}

Result<void> CheckInput(const OptionInput& input) {
  if (input.key && *input.key) {
    if (std::string problem = ProblemOfKey(**input.key); !problem.empty())
      return Error::InvalidField("key", std::move(problem));
  }
  return {};
}

// The value in the form of the store, if `input` has one of this type.
Given<std::optional<std::string>> ValueOf(std::string_view type, const OptionInput& input) {
  using Text = std::optional<std::string>;
  if (type == "int" && input.integer_value) {
    return *input.integer_value ? Text(std::to_string(**input.integer_value)) : Text();
  }
  if (type == "bool" && input.boolean_value) {
    return *input.boolean_value ? Text(**input.boolean_value ? "true" : "false") : Text();
  }
  if (type == "unicode") return input.string_value;
  return std::nullopt;
}

// The value as the log shows it; null for a value that is no text.
wire::Json ShownValue(const MultivariateOption& option) { return wire::Json::From(option.value); }

std::string NoteOf(const MultivariateOption& option, std::string_view what) {
  return std::string(what) + " of option " + std::to_string(option.id);
}

Result<void> SetType(Writing& writing, Feature& feature, std::string_view type,
                     ChangeList& changes) {
  if (!changes.Set("type", feature.type, Given<std::string>(std::string(type)))) return {};
  return store::Update(writing.tx(), feature);
}

Result<void> DropOption(Writing& writing, const MultivariateOption& option, ChangeList& changes) {
  changes.Note(NoteOf(option, "value"), ShownValue(option), wire::Json());
  const auto dropped = store::Delete(
      writing.tx(), Select<MultivariateOption>().Where(&MultivariateOption::id, option.id));
  return dropped ? Result<void>() : dropped.error();
}

bool HasOption(const Options& options, int64_t id) {
  return std::ranges::find(options, id, &MultivariateOption::id) != options.end();
}

// The default states of the feature, one per environment.
Result<std::vector<int64_t>> DefaultStatesOf(store::Reader& reader, int64_t feature) {
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(reader,
                                       Select<FeatureState>()
                                           .Where(&FeatureState::feature_id, feature)
                                           .WhereNull(&FeatureState::identity_id)
                                           .WhereNull(&FeatureState::feature_segment_id),
                                       &FeatureState::id));
  std::vector<int64_t> ids;
  for (const auto& [id] : rows) ids.push_back(id);
  return ids;
}

// A weight that is added to what the state gives away already.
Result<void> AddWeight(Writing& writing, int64_t state, const MultivariateOption& option,
                       const WeightRows& others, std::string_view field) {
  double sum = option.default_percentage_allocation;
  for (const auto& other : others) sum += other.percentage_allocation;
  if (sum > 100) return Error::InvalidField(std::string(field), "Invalid percentage allocation");
  store::MultivariateFeatureStateValue row;
  row.uuid = NewUuid();
  row.feature_state_id = state;
  row.multivariate_option_id = option.id;
  row.percentage_allocation = option.default_percentage_allocation;
  return store::Insert(writing.tx(), row);
}

// What is to become of the options of a feature.
struct Plan {
  Options kept;  // with what is new about them
  Options added;
  bool is_served = false;  // clients can tell
};

Result<Plan> PlanOptions(const Feature& feature, const Options& stored,
                         const std::vector<OptionOfFeature>& wanted, ChangeList& changes) {
  Plan plan;
  for (const OptionOfFeature& one : wanted) {
    const auto known = std::ranges::find(stored, one.id.value_or(MultivariateOptionId()).value,
                                         &MultivariateOption::id);
    if (known == stored.end()) {
      FLAGSTREAM_ASSIGN(MultivariateOption option, NewOption(feature, one.input));
      plan.added.push_back(std::move(option));
      continue;
    }
    if (HasOption(plan.kept, known->id))
      return Error::InvalidField(std::string(kOptionsField), "An option is named twice.");
    plan.kept.push_back(*known);
    FLAGSTREAM_ASSIGN(const OptionChange change, ApplyOption(plan.kept.back(), one.input, changes));
    plan.is_served |= change.is_served;
  }
  return plan;
}

}  // namespace

Result<Options> FindOptions(store::Reader& reader, FeatureId feature) {
  return store::Find(
      reader, Select<MultivariateOption>().Where(&MultivariateOption::feature_id, feature.value));
}

Result<MultivariateOption> NewOption(const Feature& feature, const OptionInput& input) {
  MultivariateOption option;
  option.uuid = NewUuid();
  option.feature_id = feature.id;
  option.value_type = "unicode";
  option.default_percentage_allocation = kAllocationUnlessGiven;
  ChangeList ignored;
  FLAGSTREAM_TRY(ApplyOption(option, input, ignored));
  return option;
}

Result<OptionChange> ApplyOption(MultivariateOption& option, const OptionInput& input,
                                 ChangeList& changes) {
  FLAGSTREAM_TRY(CheckInput(input));
  OptionChange change;
  Given<std::optional<std::string>> value =
      ValueOf(input.value_type.value_or(option.value_type), input);
  if (changes.Set(NoteOf(option, "type"), option.value_type, input.value_type)) {
    change.is_served = true;
    // What is stored is of another type.
    if (!value) value = std::optional<std::string>();
  }
  change.is_served |= changes.Set(NoteOf(option, "value"), option.value, value);
  change.is_served |= changes.Set(NoteOf(option, "key"), option.key, input.key);
  change.is_changed =
      changes.Set(NoteOf(option, "default_percentage_allocation"),
                  option.default_percentage_allocation, input.default_percentage_allocation) ||
      change.is_served;
  return change;
}

Result<void> CheckOptions(Writing& writing, const Options& options, const Limits& limits,
                          std::string_view field) {
  if (static_cast<int64_t>(options.size()) > limits.options_per_feature_max) {
    return writing.Refuse(
        Limit::kOptionsPerFeature,
        Error(ErrorCode::kTooLarge, "The feature has the largest number of options allowed."));
  }
  double sum = 0;
  std::set<std::string> keys;
  for (const MultivariateOption& option : options) {
    sum += option.default_percentage_allocation;
    if (option.key && !keys.insert(*option.key).second) {
      return Error::InvalidField("key",
                                 "Multivariate option with this key already exists for the "
                                 "feature.");
    }
  }
  if (sum > 100) return Error::InvalidField(std::string(field), "Invalid percentage allocation");
  return {};
}

Result<void> InsertOption(Writing& writing, Feature& feature, MultivariateOption& option,
                          std::string_view field, ChangeList& changes) {
  FLAGSTREAM_TRY(store::Insert(writing.tx(), option));
  FLAGSTREAM_ASSIGN(const std::vector<int64_t> states, DefaultStatesOf(writing.tx(), feature.id));
  FLAGSTREAM_ASSIGN(auto weights, FindWeightsOfAll(writing.tx(), states));
  for (const int64_t state : states)
    FLAGSTREAM_TRY(AddWeight(writing, state, option, weights[state], field));
  changes.Note(NoteOf(option, "value"), wire::Json(), ShownValue(option));
  return SetType(writing, feature, kMultivariate, changes);
}

Result<void> RemoveOption(Writing& writing, Feature& feature, const MultivariateOption& option,
                          ChangeList& changes) {
  FLAGSTREAM_TRY(DropOption(writing, option, changes));
  FLAGSTREAM_ASSIGN(const Options left, FindOptions(writing.tx(), {feature.id}));
  return left.empty() ? SetType(writing, feature, kStandard, changes) : Result<void>();
}

Result<bool> ReplaceOptions(Writing& writing, Feature& feature,
                            const std::vector<OptionOfFeature>& wanted, const Limits& limits,
                            ChangeList& changes) {
  FLAGSTREAM_ASSIGN(const Options stored, FindOptions(writing.tx(), {feature.id}));
  FLAGSTREAM_ASSIGN(Plan plan, PlanOptions(feature, stored, wanted, changes));
  // Removed first: their weights make room for those of the new ones.
  for (const MultivariateOption& option : stored) {
    if (HasOption(plan.kept, option.id)) continue;
    FLAGSTREAM_TRY(DropOption(writing, option, changes));
    plan.is_served = true;
  }
  Options all = plan.kept;
  all.insert(all.end(), plan.added.begin(), plan.added.end());
  FLAGSTREAM_TRY(CheckOptions(writing, all, limits, kOptionsField));
  for (const MultivariateOption& option : plan.kept)
    FLAGSTREAM_TRY(store::Update(writing.tx(), option));
  for (MultivariateOption& option : plan.added)
    FLAGSTREAM_TRY(InsertOption(writing, feature, option, kOptionsField, changes));
  if (all.empty() && !stored.empty()) FLAGSTREAM_TRY(SetType(writing, feature, kStandard, changes));
  return plan.is_served || !plan.added.empty();
}

}  // namespace flagstream::service
