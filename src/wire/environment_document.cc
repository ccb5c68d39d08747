// SPDX-License-Identifier: Apache-2.0
// The environment document: what local evaluation works from. SDKs refuse it over details, so every
// member here has its reason in the table of the wire specification: arrays are never null, ids are
// integers, times have six decimals and a zone.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "flags/evaluation.h"
#include "flags/rule_type.h"
#include "flags/snapshot_context.h"
#include "wire/flag_text.h"
#include "wire/json.h"
#include "wire/sdk.h"
#include "wire/time.h"

namespace flagstream::wire {
namespace {

// Writes the document from front to back.
class DocumentWriter {
 public:
  explicit DocumentWriter(const flags::Environment& environment) : environment_(environment) {
    out_.reserve(1'024 + 400 * environment.features.size());
  }

  std::string Write() &&;

 private:
  void Integer(std::string_view name, int64_t value) {
    Name(name);
    AppendJsonInteger(out_, value);
  }
  void Text(std::string_view name, std::string_view value) {
    Name(name);
    AppendJsonString(out_, value);
  }
  void Boolean(std::string_view name, bool value) {
    Name(name);
    out_ += value ? "true" : "false";
  }
  void Time(std::string_view name, int64_t micros) { Text(name, FormatDocumentTime(micros)); }
  void Begin(std::string_view name, char bracket) {
    Name(name);
    out_ += bracket;
  }
  void Name(std::string_view name);

  // Calls `write` for each element, with commas between them.
  template <class List, class Write>
  void Array(std::string_view name, const List& list, Write write) {
    Begin(name, '[');
    bool first = true;
    for (const auto& one : list) {
      if (!std::exchange(first, false)) out_ += ',';
      write(one);
    }
    out_ += ']';
  }

  void Project();
  void Organisation();
  void ServerKeyOnlyFeatures();
  void FeatureStates();
  void Segments();
  void Segment(const flags::Segment& segment);
  void Rule(const flags::SegmentRule& rule);
  void Condition(const flags::Condition& condition);
  void IdentityOverrides();
  void IdentityOverride(const flags::IdentityOverride& identity);
  void IdentityFeature(const flags::Feature& feature, const flags::FeatureState& state,
                       std::string_view identity_key);
  // Without its value and variants.
  void OpenFeatureState(const flags::Feature& feature, const flags::FeatureState& state,
                        const flags::SegmentOverride* override_of);
  void FeatureState(const flags::Feature& feature, const flags::FeatureState& state,
                    const flags::SegmentOverride* override_of = nullptr);
  void Variant(const flags::Feature& feature, const flags::Variant& variant);
  const flags::Feature* FindFeature(FeatureId id) const;
  bool HasKnownFeature(const flags::IdentityOverride& identity) const;

  const flags::Environment& environment_;
  std::string out_;
};

std::string DocumentWriter::Write() && {
  out_ += '{';
  Integer("id", environment_.id.value);
  Text("api_key", environment_.client_key);
  Text("name", environment_.name);
  Time("updated_at", environment_.stamp.micros());
  Boolean("allow_client_traits", environment_.allow_client_traits);
  Boolean("hide_sensitive_data", environment_.hide_sensitive_data);
  if (environment_.hide_disabled_flags) {
    Boolean("hide_disabled_flags", *environment_.hide_disabled_flags);
  } else {
    Name("hide_disabled_flags");
    out_ += "null";
  }
  Boolean("use_identity_composite_key_for_hashing",
          environment_.use_identity_composite_key_for_hashing);
  Boolean("use_identity_overrides_in_local_eval",
          environment_.use_identity_overrides_in_local_eval);
  Project();
  FeatureStates();
  IdentityOverrides();
  out_ += '}';
  return std::move(out_);
}

void DocumentWriter::Name(std::string_view name) {
  if (out_.back() != '{') out_ += ',';
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

void DocumentWriter::Project() {
  Begin("project", '{');
  Integer("id", environment_.project.id.value);
  Text("name", environment_.project.name);
  Organisation();
  Boolean("hide_disabled_flags", environment_.project.hide_disabled_flags);
  Segments();
  Boolean("enable_realtime_updates", environment_.project.enable_realtime_updates);
  ServerKeyOnlyFeatures();
  out_ += '}';
}

void DocumentWriter::Organisation() {
  Begin("organisation", '{');
  Integer("id", environment_.organisation.id.value);
  Text("name", environment_.organisation.name);
  Boolean("feature_analytics", environment_.organisation.feature_analytics);
  Boolean("stop_serving_flags", environment_.organisation.stop_serving_flags);
  Boolean("persist_trait_data", environment_.organisation.persist_trait_data);
  out_ += '}';
}

void DocumentWriter::ServerKeyOnlyFeatures() {
  Begin("server_key_only_feature_ids", '[');
  bool first = true;
  for (const flags::Feature& feature : environment_.features) {
    if (!feature.is_server_key_only) continue;
    if (!std::exchange(first, false)) out_ += ',';
    AppendJsonInteger(out_, feature.id.value);
  }
  out_ += ']';
}

void DocumentWriter::FeatureStates() {
  Begin("feature_states", '[');
  for (size_t i = 0; i < environment_.features.size(); ++i) {
    if (i > 0) out_ += ',';
    FeatureState(environment_.features[i], environment_.feature_states[i]);
  }
  out_ += ']';
}

// A segment that is for one feature is told of only where it overrides that.
void DocumentWriter::Segments() {
  Begin("segments", '[');
  bool first = true;
  for (const flags::Segment& segment : environment_.segments) {
    if (segment.feature && segment.overrides.empty()) continue;
    if (!std::exchange(first, false)) out_ += ',';
    Segment(segment);
  }
  out_ += ']';
}

void DocumentWriter::Segment(const flags::Segment& segment) {
  out_ += '{';
  Integer("id", segment.id.value);
  Text("name", segment.name);
  Array("rules", segment.rules, [this](const flags::SegmentRule& rule) { Rule(rule); });
  Begin("feature_states", '[');
  bool first = true;
  for (const flags::SegmentOverride& one : segment.overrides) {
    const flags::Feature* feature = FindFeature(one.state.feature);
    if (feature == nullptr) continue;
    if (!std::exchange(first, false)) out_ += ',';
    FeatureState(*feature, one.state, &one);
  }
  out_ += "]}";
}

// As deep as rules are, which is bounded where they are written and loaded.
void DocumentWriter::Rule(const flags::SegmentRule& rule) {
  out_ += '{';
  Text("type", flags::RuleTypeName(rule.type));
  Array("conditions", rule.conditions, [this](const flags::Condition& one) { Condition(one); });
  Array("rules", rule.rules, [this](const flags::SegmentRule& one) { Rule(one); });
  out_ += '}';
}

void DocumentWriter::Condition(const flags::Condition& condition) {
  out_ += '{';
  Text("operator", condition.operator_name);
  Text("property_", condition.property);
  if (condition.value) {
    Text("value", *condition.value);
  } else {
    Name("value");
    out_ += "null";
  }
  out_ += '}';
}

void DocumentWriter::IdentityOverrides() {
  Begin("identity_overrides", '[');
  bool first = true;
  for (const flags::IdentityOverride& identity : environment_.identity_overrides) {
    if (!environment_.use_identity_overrides_in_local_eval) break;
    if (!HasKnownFeature(identity)) continue;
    if (!std::exchange(first, false)) out_ += ',';
    IdentityOverride(identity);
  }
  out_ += ']';
}

void DocumentWriter::IdentityOverride(const flags::IdentityOverride& identity) {
  out_ += '{';
  Text("identifier", identity.identifier);
  Text("identity_uuid", identity.uuid);
  // Null: Elixir would hash with the number instead of the composite key.
  Name("django_id");
  out_ += "null";
  Text("environment_api_key", environment_.client_key);
  Text("composite_key", environment_.client_key + "_" + identity.identifier);
  Time("created_date", identity.created_micros);
  Name("dashboard_alias");
  out_ += "null";
  Name("identity_traits");
  out_ += "[]";
  Begin("identity_features", '[');
  const std::string key = flags::IdentityKey(environment_, identity.identifier, identity.identity);
  bool first = true;
  for (const flags::FeatureState& state : identity.feature_states) {
    const flags::Feature* feature = FindFeature(state.feature);
    if (feature == nullptr) continue;
    if (!std::exchange(first, false)) out_ += ',';
    IdentityFeature(*feature, state, key);
  }
  out_ += "]}";
}

// Some SDKs look at the variants of identity overrides and some do not, so what the variants give
// this identity is written as the value, and all agree.
void DocumentWriter::IdentityFeature(const flags::Feature& feature,
                                     const flags::FeatureState& state,
                                     std::string_view identity_key) {
  OpenFeatureState(feature, state, nullptr);
  AppendFlagValue(out_, flags::ValueFor(feature, state, identity_key));
  out_ += R"(,"multivariate_feature_state_values":[]})";
}

void DocumentWriter::FeatureState(const flags::Feature& feature, const flags::FeatureState& state,
                                  const flags::SegmentOverride* override_of) {
  OpenFeatureState(feature, state, override_of);
  AppendFlagValue(out_, state.value);
  Array("multivariate_feature_state_values", state.variants,
        [&](const flags::Variant& variant) { Variant(feature, variant); });
  out_ += '}';
}

// `django_id` is what clients hash with, so it is the seed and not the id.
void DocumentWriter::OpenFeatureState(const flags::Feature& feature,
                                      const flags::FeatureState& state,
                                      const flags::SegmentOverride* override_of) {
  out_ += R"({"feature":{)";
  Integer("id", feature.id.value);
  Text("name", feature.name);
  Text("type", FeatureTypeName(feature.type));
  out_ += '}';
  Boolean("enabled", state.enabled);
  Integer("django_id", state.hash_seed);
  Name("feature_segment");
  if (override_of == nullptr) {
    out_ += "null";
  } else {
    out_ += '{';
    Integer("priority", override_of->priority);
    out_ += '}';
  }
  Text("featurestate_uuid", state.uuid);
  Name("feature_state_value");
}

void DocumentWriter::Variant(const flags::Feature& feature, const flags::Variant& variant) {
  static const flags::MultivariateOption kNoOption;
  const flags::MultivariateOption* found = flags::FindOption(feature, variant.option);
  const flags::MultivariateOption& option = found == nullptr ? kNoOption : *found;
  out_ += '{';
  Integer("id", variant.id);
  Text("mv_fs_value_uuid", variant.uuid);
  Name("percentage_allocation");
  AppendJsonDouble(out_, variant.weight);
  Begin("multivariate_feature_option", '{');
  Integer("id", variant.option.value);
  Name("value");
  AppendFlagValue(out_, option.value);
  if (option.key) {
    Text("key", *option.key);
  } else {
    Name("key");
    out_ += "null";
  }
  out_ += "}}";
}

const flags::Feature* DocumentWriter::FindFeature(FeatureId id) const {
  const auto found = std::ranges::lower_bound(environment_.features, id, {}, &flags::Feature::id);
  return found == environment_.features.end() || found->id != id ? nullptr : &*found;
}

bool DocumentWriter::HasKnownFeature(const flags::IdentityOverride& identity) const {
  return std::ranges::any_of(identity.feature_states, [this](const flags::FeatureState& state) {
    return FindFeature(state.feature) != nullptr;
  });
}

}  // namespace

std::string EncodeEnvironmentDocument(const flags::Environment& environment) {
  return DocumentWriter(environment).Write();
}

}  // namespace flagstream::wire
