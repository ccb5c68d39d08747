// SPDX-License-Identifier: Apache-2.0
#include "wire/document_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "flags/rule_type.h"
#include "wire/json_place.h"
#include "wire/time.h"

namespace flagstream::wire {
namespace {

constexpr std::string_view kValues = "multivariate_feature_state_values";
// Members that are another way to say what is read, or nothing that could be kept.
constexpr std::array<std::string_view, 12> kEnvironmentMembers = {
    "id",
    "api_key",
    "name",
    "updated_at",
    "allow_client_traits",
    "hide_sensitive_data",
    "hide_disabled_flags",
    "use_identity_composite_key_for_hashing",
    "use_identity_overrides_in_local_eval",
    "project",
    "feature_states",
    "identity_overrides"};
// Rules below rules below rules: more than anyone makes, and less than a stack holds.
constexpr int kRuleDepthMax = 8;

class Reading {
 public:
  Result<ReadDocument> Run(const JsonPlace& document);

 private:
  Result<void> Settings(const JsonPlace& document);
  Result<void> Project(const JsonPlace& project);
  Result<void> ServerKeyOnly(const JsonPlace& project);
  Result<flags::Segment> Segment(const JsonPlace& segment);
  Result<std::vector<flags::SegmentRule>> Rules(const JsonPlace& owner, int depth);
  Result<flags::SegmentRule> Rule(const JsonPlace& rule, int depth);
  Result<flags::Condition> Condition(const JsonPlace& condition);
  Result<flags::IdentityOverride> Identity(const JsonPlace& identity);

  Result<flags::FeatureState> State(const JsonPlace& state);
  Result<flags::FlagValue> Value(const JsonPlace& place);
  Result<FeatureId> Feature(const JsonPlace& feature);
  Result<flags::Variant> Variant(const JsonPlace& value, FeatureId feature);
  Result<MultivariateOptionId> Option(const JsonPlace& option, FeatureId feature);

  void NoteUnread(const JsonPlace& document);
  void Finish();

  ReadDocument read_;
  std::map<int64_t, flags::Feature> features_;
  std::vector<int64_t> server_key_only_;
};

Result<ReadDocument> Reading::Run(const JsonPlace& document) {
  FLAGSTREAM_TRY(Settings(document));
  FLAGSTREAM_ASSIGN(const auto states, document.Elements("feature_states"));
  for (const JsonPlace& place : states) {
    FLAGSTREAM_ASSIGN(flags::FeatureState state, State(place));
    read_.environment.feature_states.push_back(std::move(state));
  }
  FLAGSTREAM_ASSIGN(const JsonPlace project, document.Member("project"));
  FLAGSTREAM_TRY(Project(project));
  if (const auto overrides = document.MemberIfAny("identity_overrides")) {
    FLAGSTREAM_ASSIGN(const auto identities, overrides->Elements());
    for (const JsonPlace& place : identities) {
      FLAGSTREAM_ASSIGN(flags::IdentityOverride identity, Identity(place));
      identity.identity = {static_cast<int64_t>(read_.environment.identity_overrides.size()) + 1};
      read_.environment.identity_overrides.push_back(std::move(identity));
    }
  }
  NoteUnread(document);
  Finish();
  return std::move(read_);
}

Result<void> Reading::Settings(const JsonPlace& document) {
  flags::Environment& environment = read_.environment;
  FLAGSTREAM_ASSIGN(const int64_t id, document.Integer("id"));
  environment.id = {id};
  FLAGSTREAM_ASSIGN(environment.client_key, document.Text("api_key"));
  FLAGSTREAM_ASSIGN(const auto name, document.TextIfAny("name"));
  environment.name = name.value_or("Imported");
  FLAGSTREAM_ASSIGN(environment.hide_disabled_flags, document.BooleanIfAny("hide_disabled_flags"));
  // Documents of older releases lack some of these.
  const std::pair<std::string_view, bool*> settings[] = {
      {"allow_client_traits", &environment.allow_client_traits},
      {"hide_sensitive_data", &environment.hide_sensitive_data},
      {"use_identity_composite_key_for_hashing",
       &environment.use_identity_composite_key_for_hashing},
      {"use_identity_overrides_in_local_eval", &environment.use_identity_overrides_in_local_eval}};
  for (const auto& [member, setting] : settings) {
    FLAGSTREAM_ASSIGN(const auto value, document.BooleanIfAny(member));
    *setting = value.value_or(*setting);
  }
  return {};
}

Result<void> Reading::Project(const JsonPlace& place) {
  flags::Project& project = read_.environment.project;
  FLAGSTREAM_ASSIGN(const int64_t id, place.Integer("id"));
  project.id = {id};
  FLAGSTREAM_ASSIGN(project.name, place.Text("name"));
  FLAGSTREAM_ASSIGN(project.hide_disabled_flags, place.Boolean("hide_disabled_flags"));
  FLAGSTREAM_ASSIGN(const auto realtime, place.BooleanIfAny("enable_realtime_updates"));
  project.enable_realtime_updates = realtime.value_or(true);
  FLAGSTREAM_TRY(ServerKeyOnly(place));
  FLAGSTREAM_ASSIGN(const JsonPlace organisation, place.Member("organisation"));
  flags::Organisation& made = read_.environment.organisation;
  FLAGSTREAM_ASSIGN(const int64_t organisation_id, organisation.Integer("id"));
  made.id = {organisation_id};
  FLAGSTREAM_ASSIGN(made.name, organisation.Text("name"));
  FLAGSTREAM_ASSIGN(made.feature_analytics, organisation.Boolean("feature_analytics"));
  FLAGSTREAM_ASSIGN(made.stop_serving_flags, organisation.Boolean("stop_serving_flags"));
  FLAGSTREAM_ASSIGN(made.persist_trait_data, organisation.Boolean("persist_trait_data"));
  FLAGSTREAM_ASSIGN(const auto segments, place.Elements("segments"));
  for (const JsonPlace& segment : segments) {
    FLAGSTREAM_ASSIGN(flags::Segment read, Segment(segment));
    read_.environment.segments.push_back(std::move(read));
  }
  return {};
}

Result<void> Reading::ServerKeyOnly(const JsonPlace& project) {
  const auto list = project.MemberIfAny("server_key_only_feature_ids");
  if (!list) return {};
  FLAGSTREAM_ASSIGN(const auto ids, list->Elements());
  for (const JsonPlace& place : ids) {
    FLAGSTREAM_ASSIGN(const int64_t id, place.Integer());
    server_key_only_.push_back(id);
  }
  return {};
}

Result<flags::Segment> Reading::Segment(const JsonPlace& place) {
  flags::Segment segment;
  FLAGSTREAM_ASSIGN(const int64_t id, place.Integer("id"));
  segment.id = {id};
  FLAGSTREAM_ASSIGN(segment.name, place.Text("name"));
  FLAGSTREAM_ASSIGN(segment.rules, Rules(place, 1));
  FLAGSTREAM_ASSIGN(const auto states, place.Elements("feature_states"));
  for (const JsonPlace& state : states) {
    flags::SegmentOverride made;
    FLAGSTREAM_ASSIGN(made.state, State(state));
    if (const auto link = state.MemberIfAny("feature_segment")) {
      FLAGSTREAM_ASSIGN(const auto priority, link->IntegerIfAny("priority"));
      made.priority = priority.value_or(0);
    }
    segment.overrides.push_back(std::move(made));
  }
  return segment;
}

Result<std::vector<flags::SegmentRule>> Reading::Rules(const JsonPlace& owner, int depth) {
  std::vector<flags::SegmentRule> rules;
  const auto list = owner.MemberIfAny("rules");
  if (!list) return rules;
  if (depth > kRuleDepthMax) return list->Wrong("is nested too deep");
  FLAGSTREAM_ASSIGN(const auto places, list->Elements());
  for (const JsonPlace& place : places) {
    FLAGSTREAM_ASSIGN(flags::SegmentRule rule, Rule(place, depth));
    rules.push_back(std::move(rule));
  }
  return rules;
}

Result<flags::SegmentRule> Reading::Rule(const JsonPlace& place, int depth) {
  flags::SegmentRule rule;
  FLAGSTREAM_ASSIGN(const std::string type, place.Text("type"));
  const std::optional<flags::RuleType> known = flags::ParseRuleType(type);
  if (!known) return place.Wrong("has the type \"" + type + "\", which is none of ALL, ANY, NONE");
  rule.type = *known;
  if (const auto list = place.MemberIfAny("conditions")) {
    FLAGSTREAM_ASSIGN(const auto conditions, list->Elements());
    for (const JsonPlace& condition : conditions) {
      FLAGSTREAM_ASSIGN(flags::Condition read, Condition(condition));
      rule.conditions.push_back(std::move(read));
    }
  }
  FLAGSTREAM_ASSIGN(rule.rules, Rules(place, depth + 1));
  return rule;
}

Result<flags::Condition> Reading::Condition(const JsonPlace& place) {
  flags::Condition condition;
  FLAGSTREAM_ASSIGN(condition.operator_name, place.Text("operator"));
  FLAGSTREAM_ASSIGN(const auto property, place.TextIfAny("property_"));
  condition.property = property.value_or("");
  FLAGSTREAM_ASSIGN(condition.value, place.TextIfAny("value"));
  return condition;
}

Result<flags::IdentityOverride> Reading::Identity(const JsonPlace& place) {
  flags::IdentityOverride identity;
  FLAGSTREAM_ASSIGN(identity.identifier, place.Text("identifier"));
  FLAGSTREAM_ASSIGN(const auto uuid, place.TextIfAny("identity_uuid"));
  identity.uuid = uuid.value_or("");
  FLAGSTREAM_ASSIGN(const auto created, place.TextIfAny("created_date"));
  if (created) {
    FLAGSTREAM_ASSIGN(identity.created_micros, ParseIsoTime(*created));
  }
  const auto traits = place.MemberIfAny("identity_traits");
  if (traits && traits->value().AsArray() != nullptr && !traits->value().AsArray()->empty()) {
    read_.left_out.emplace_back(traits->path(),
                                "documents carry no traits of use; they come with identities/");
  }
  FLAGSTREAM_ASSIGN(const auto states, place.Elements("identity_features"));
  for (const JsonPlace& state : states) {
    FLAGSTREAM_ASSIGN(flags::FeatureState read, State(state));
    identity.feature_states.push_back(std::move(read));
  }
  return identity;
}

Result<flags::FeatureState> Reading::State(const JsonPlace& place) {
  flags::FeatureState state;
  FLAGSTREAM_ASSIGN(const JsonPlace feature, place.Member("feature"));
  FLAGSTREAM_ASSIGN(state.feature, Feature(feature));
  FLAGSTREAM_ASSIGN(state.enabled, place.Boolean("enabled"));
  FLAGSTREAM_ASSIGN(const auto seed, place.IntegerIfAny("django_id"));
  state.hash_seed = seed.value_or(0);
  state.id = {state.hash_seed};
  FLAGSTREAM_ASSIGN(const auto uuid, place.TextIfAny("featurestate_uuid"));
  state.uuid = uuid.value_or("");
  FLAGSTREAM_ASSIGN(const JsonPlace value, place.Member("feature_state_value"));
  FLAGSTREAM_ASSIGN(state.value, Value(value));
  const auto values = place.MemberIfAny(kValues);
  if (!values) return state;
  FLAGSTREAM_ASSIGN(const auto variants, values->Elements());
  for (const JsonPlace& variant : variants) {
    FLAGSTREAM_ASSIGN(flags::Variant read, Variant(variant, state.feature));
    state.variants.push_back(std::move(read));
  }
  return state;
}

Result<flags::FlagValue> Reading::Value(const JsonPlace& place) {
  if (place.IsNull()) return flags::FlagValue();
  if (const bool* boolean = place.value().AsBool()) return flags::FlagValue(*boolean);
  if (const int64_t* integer = place.value().AsInteger()) return flags::FlagValue(*integer);
  // Values are never decimals; one that slipped in is served as its text.
  if (place.value().AsDouble() != nullptr) return flags::FlagValue(place.value().Dump());
  if (const std::string* text = place.value().AsString()) return flags::FlagValue(*text);
  return place.Wrong("must be a text, an integer, true, false or null");
}

Result<FeatureId> Reading::Feature(const JsonPlace& place) {
  flags::Feature feature;
  FLAGSTREAM_ASSIGN(const int64_t id, place.Integer("id"));
  feature.id = {id};
  FLAGSTREAM_ASSIGN(feature.name, place.Text("name"));
  FLAGSTREAM_ASSIGN(const auto type, place.TextIfAny("type"));
  if (type == "MULTIVARIATE") feature.type = flags::FeatureType::kMultivariate;
  features_.emplace(id, std::move(feature));
  return FeatureId{id};
}

Result<flags::Variant> Reading::Variant(const JsonPlace& place, FeatureId feature) {
  flags::Variant variant;
  FLAGSTREAM_ASSIGN(const auto id, place.IntegerIfAny("id"));
  variant.id = id.value_or(0);
  FLAGSTREAM_ASSIGN(const auto uuid, place.TextIfAny("mv_fs_value_uuid"));
  variant.uuid = uuid.value_or("");
  FLAGSTREAM_ASSIGN(variant.weight, place.Number("percentage_allocation"));
  FLAGSTREAM_ASSIGN(const JsonPlace option, place.Member("multivariate_feature_option"));
  FLAGSTREAM_ASSIGN(variant.option, Option(option, feature));
  return variant;
}

Result<MultivariateOptionId> Reading::Option(const JsonPlace& place, FeatureId feature) {
  FLAGSTREAM_ASSIGN(const int64_t id, place.Integer("id"));
  auto& options = features_.at(feature.value).options;
  if (std::ranges::find(options, MultivariateOptionId{id}, &flags::MultivariateOption::id) !=
      options.end()) {
    return MultivariateOptionId{id};
  }
  flags::MultivariateOption option = {.id = {id}};
  FLAGSTREAM_ASSIGN(const JsonPlace value, place.Member("value"));
  FLAGSTREAM_ASSIGN(option.value, Value(value));
  FLAGSTREAM_ASSIGN(option.key, place.TextIfAny("key"));
  options.push_back(std::move(option));
  return MultivariateOptionId{id};
}

void Reading::NoteUnread(const JsonPlace& document) {
  for (const auto& [name, value] : *document.value().AsObject()) {
    if (value.IsNull() || std::ranges::find(kEnvironmentMembers, name) != kEnvironmentMembers.end())
      continue;
    read_.left_out.emplace_back(name, "nothing here is like it");
  }
}

void Reading::Finish() {
  for (auto& [id, feature] : features_) {
    feature.is_server_key_only = std::ranges::find(server_key_only_, id) != server_key_only_.end();
    std::ranges::sort(feature.options, {}, &flags::MultivariateOption::id);
    read_.environment.features.push_back(std::move(feature));
  }
}

}  // namespace

Result<ReadDocument> ParseEnvironmentDocument(const Json& document) {
  return Reading().Run(JsonPlace(document, ""));
}

}  // namespace flagstream::wire
