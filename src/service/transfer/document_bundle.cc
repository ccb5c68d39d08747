// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/document_bundle.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "base/random.h"
#include "flags/rule_type.h"
#include "service/feature_names.h"
#include "store/records.h"
#include "store/typed_value.h"

namespace flagstream::service {
namespace {

std::string UuidOr(const std::string& uuid) { return uuid.empty() ? NewUuid() : uuid; }

class Making {
 public:
  Making(const flags::Environment& environment, int64_t now)
      : environment_(environment), now_(now) {}

  Bundle Run(const wire::ReadDocument& document) &&;

 private:
  struct Owner {
    std::optional<int64_t> identity;
    std::optional<int64_t> feature_segment;
  };

  void Place();
  void Feature(const flags::Feature& feature);
  const flags::FeatureState* DefaultOf(FeatureId feature) const;
  void Segment(const flags::Segment& segment);
  void Rules(int64_t segment, std::optional<int64_t> parent,
             const std::vector<flags::SegmentRule>& rules);
  void Conditions(int64_t segment, int64_t rule, const std::vector<flags::Condition>& conditions);
  void Overrides();
  void Identity(const flags::IdentityOverride& identity);
  void State(const flags::FeatureState& state, Owner owner);
  void Weights(int64_t state, std::vector<flags::Variant> variants);

  void CountIds();
  template <class Each>
  void ForEachState(const Each& each) const;
  void Note(const wire::ReadDocument& document);

  const flags::Environment& environment_;
  const int64_t now_;
  Bundle bundle_;
  bool states_have_ids_ = true;
  bool weights_have_ids_ = true;
  int64_t rules_ = 0;
  int64_t conditions_ = 0;
  int64_t links_ = 0;
  int64_t states_ = 0;
  int64_t weights_ = 0;
};

Bundle Making::Run(const wire::ReadDocument& document) && {
  CountIds();
  Place();
  for (const flags::Feature& feature : environment_.features) Feature(feature);
  for (const flags::Segment& segment : environment_.segments) Segment(segment);
  for (const flags::FeatureState& state : environment_.feature_states) State(state, {});
  Overrides();
  for (const flags::IdentityOverride& identity : environment_.identity_overrides) {
    Identity(identity);
  }
  Note(document);
  return std::move(bundle_);
}

template <class Each>
void Making::ForEachState(const Each& each) const {
  for (const flags::FeatureState& state : environment_.feature_states) each(state);
  for (const flags::Segment& segment : environment_.segments) {
    for (const flags::SegmentOverride& one : segment.overrides) each(one.state);
  }
  for (const flags::IdentityOverride& identity : environment_.identity_overrides) {
    for (const flags::FeatureState& state : identity.feature_states) each(state);
  }
}

// An id is one only if every row has another.
void Making::CountIds() {
  std::set<int64_t> states;
  std::set<int64_t> weights;
  ForEachState([&](const flags::FeatureState& state) {
    if (state.id.value == 0 || !states.insert(state.id.value).second) states_have_ids_ = false;
    for (const flags::Variant& variant : state.variants) {
      if (variant.id == 0 || !weights.insert(variant.id).second) weights_have_ids_ = false;
    }
  });
  if (!states_have_ids_) bundle_.ForgetIds(store::TableOf<store::FeatureState>());
  if (!weights_have_ids_) {
    bundle_.ForgetIds(store::TableOf<store::MultivariateFeatureStateValue>());
  }
  bundle_.ForgetIds(store::TableOf<store::SegmentRule>());
  bundle_.ForgetIds(store::TableOf<store::SegmentCondition>());
  bundle_.ForgetIds(store::TableOf<store::FeatureSegment>());
  bundle_.ForgetIds(store::TableOf<store::Identity>());
}

void Making::Place() {
  bundle_.Add(
      store::Organisation{.id = environment_.organisation.id.value,
                          .uuid = NewUuid(),
                          .name = environment_.organisation.name,
                          .created_date = now_,
                          .persist_trait_data = environment_.organisation.persist_trait_data,
                          .stop_serving_flags = environment_.organisation.stop_serving_flags,
                          .feature_analytics = environment_.organisation.feature_analytics});
  const bool is_lower = std::ranges::all_of(
      environment_.features,
      [](const flags::Feature& feature) { return FoldFeatureName(feature.name) == feature.name; });
  bundle_.Add(
      store::Project{.id = environment_.project.id.value,
                     .uuid = NewUuid(),
                     .organisation_id = environment_.organisation.id.value,
                     .name = environment_.project.name,
                     .created_date = now_,
                     .hide_disabled_flags = environment_.project.hide_disabled_flags,
                     .enable_realtime_updates = environment_.project.enable_realtime_updates,
                     .only_allow_lower_case_feature_names = is_lower});
  store::Environment made;
  made.id = environment_.id.value;
  made.uuid = NewUuid();
  made.project_id = environment_.project.id.value;
  made.name = environment_.name;
  made.api_key = environment_.client_key;
  made.created_date = now_;
  made.allow_client_traits = environment_.allow_client_traits;
  made.hide_disabled_flags = environment_.hide_disabled_flags;
  made.use_identity_composite_key_for_hashing = environment_.use_identity_composite_key_for_hashing;
  made.hide_sensitive_data = environment_.hide_sensitive_data;
  made.use_identity_overrides_in_local_eval = environment_.use_identity_overrides_in_local_eval;
  bundle_.Add(made);
}

const flags::FeatureState* Making::DefaultOf(FeatureId feature) const {
  const auto found =
      std::ranges::find(environment_.feature_states, feature, &flags::FeatureState::feature);
  return found == environment_.feature_states.end() ? nullptr : &*found;
}

void Making::Feature(const flags::Feature& feature) {
  const flags::FeatureState* state = DefaultOf(feature.id);
  const bool is_multivariate = feature.type == flags::FeatureType::kMultivariate;
  bundle_.Add(store::Feature{
      .id = feature.id.value,
      .uuid = NewUuid(),
      .project_id = environment_.project.id.value,
      .name = feature.name,
      .name_folded = FoldFeatureName(feature.name),
      .type = is_multivariate ? "MULTIVARIATE" : "STANDARD",
      .initial_value = state == nullptr ? std::nullopt : store::ToColumns(state->value).value,
      .is_server_key_only = feature.is_server_key_only,
      .created_date = now_});
  for (const flags::MultivariateOption& option : feature.options) {
    double weight = 0;
    if (state != nullptr) {
      const auto found = std::ranges::find(state->variants, option.id, &flags::Variant::option);
      if (found != state->variants.end()) weight = found->weight;
    }
    store::FlagColumns columns = store::ToColumns(option.value);
    bundle_.Add(store::MultivariateOption{.id = option.id.value,
                                          .uuid = NewUuid(),
                                          .feature_id = feature.id.value,
                                          .value_type = std::move(columns.value_type),
                                          .value = std::move(columns.value),
                                          .default_percentage_allocation = weight,
                                          .key = option.key});
  }
}

void Making::Segment(const flags::Segment& segment) {
  bundle_.Add(store::Segment{.id = segment.id.value,
                             .uuid = NewUuid(),
                             .project_id = environment_.project.id.value,
                             .name = segment.name,
                             .created_at = now_,
                             .updated_at = now_});
  Rules(segment.id.value, std::nullopt, segment.rules);
}

// As deep as the document, whose depth is bounded where it is read.
void Making::Rules(int64_t segment, std::optional<int64_t> parent,
                   const std::vector<flags::SegmentRule>& rules) {
  int64_t position = 0;
  for (const flags::SegmentRule& rule : rules) {
    const int64_t id = ++rules_;
    bundle_.Add(store::SegmentRule{.id = id,
                                   .segment_id = segment,
                                   .parent_id = parent,
                                   .position = position++,
                                   .type = std::string(flags::RuleTypeName(rule.type))});
    Conditions(segment, id, rule.conditions);
    Rules(segment, id, rule.rules);
  }
}

void Making::Conditions(int64_t segment, int64_t rule,
                        const std::vector<flags::Condition>& conditions) {
  int64_t position = 0;
  for (const flags::Condition& condition : conditions) {
    store::SegmentCondition row = {.id = ++conditions_,
                                   .segment_id = segment,
                                   .rule_id = rule,
                                   .position = position++,
                                   .operator_name = condition.operator_name,
                                   .value = condition.value};
    if (!condition.property.empty()) row.property = condition.property;
    bundle_.Add(row);
  }
}

// Priorities of a feature become 0, 1, 2, ... in the order that they had.
void Making::Overrides() {
  using Place = std::tuple<int64_t, int64_t, int64_t>;  // feature, priority, segment
  std::vector<std::pair<Place, const flags::FeatureState*>> all;
  for (const flags::Segment& segment : environment_.segments) {
    for (const flags::SegmentOverride& one : segment.overrides) {
      all.push_back({{one.state.feature.value, one.priority, segment.id.value}, &one.state});
    }
  }
  std::ranges::sort(all);
  std::map<int64_t, int64_t> next;
  for (const auto& [place, state] : all) {
    const auto& [feature, priority, segment] = place;
    const int64_t link = ++links_;
    bundle_.Add(store::FeatureSegment{.id = link,
                                      .uuid = NewUuid(),
                                      .feature_id = feature,
                                      .segment_id = segment,
                                      .environment_id = environment_.id.value,
                                      .priority = next[feature]++});
    State(*state, {.feature_segment = link});
  }
}

void Making::Identity(const flags::IdentityOverride& identity) {
  bundle_.Add(store::Identity{
      .id = identity.identity.value,
      .uuid = UuidOr(identity.uuid),
      .environment_id = environment_.id.value,
      .identifier = identity.identifier,
      .created_date = identity.created_micros == 0 ? now_ : identity.created_micros});
  for (const flags::FeatureState& state : identity.feature_states) {
    State(state, {.identity = identity.identity.value});
  }
}

void Making::State(const flags::FeatureState& state, Owner owner) {
  store::FlagColumns columns = store::ToColumns(state.value);
  store::FeatureState row;
  row.id = states_have_ids_ ? state.id.value : ++states_;
  row.uuid = UuidOr(state.uuid);
  row.environment_id = environment_.id.value;
  row.feature_id = state.feature.value;
  row.identity_id = owner.identity;
  row.enabled = state.enabled;
  row.value_type = std::move(columns.value_type);
  row.value = std::move(columns.value);
  row.created_at = now_;
  row.updated_at = now_;
  row.live_from = now_;
  row.feature_segment_id = owner.feature_segment;
  row.hash_seed = state.hash_seed;
  bundle_.Add(row);
  Weights(row.id, state.variants);
}

void Making::Weights(int64_t state, std::vector<flags::Variant> variants) {
  // Without an id, the uuid as a number is their order.
  std::ranges::sort(variants, {}, [](const flags::Variant& variant) {
    return std::tuple(variant.id, variant.id == 0 ? variant.uuid : std::string(), variant.option);
  });
  for (const flags::Variant& variant : variants) {
    bundle_.Add(
        store::MultivariateFeatureStateValue{.id = weights_have_ids_ ? variant.id : ++weights_,
                                             .uuid = UuidOr(variant.uuid),
                                             .feature_state_id = state,
                                             .multivariate_option_id = variant.option.value,
                                             .percentage_allocation = variant.weight});
  }
}

void Making::Note(const wire::ReadDocument& document) {
  for (const auto& [what, why] : document.left_out) bundle_.left_out.push_back({what, why});
  int64_t without_seed = 0;
  ForEachState([&](const flags::FeatureState& state) {
    if (state.hash_seed == 0 && !state.variants.empty()) ++without_seed;
  });
  if (without_seed > 0) {
    bundle_.notes.push_back(std::to_string(without_seed) +
                            " states with variants have no django_id: their identities may get "
                            "other variants.");
  }
  bundle_.notes.push_back(
      "A document has no server keys, tags, descriptions, archived marks, traits or identities "
      "without overrides; a Flagsmith export has them.");
}

}  // namespace

Bundle ToBundle(const wire::ReadDocument& document, int64_t now_micros) {
  return Making(document.environment, now_micros).Run(document);
}

}  // namespace flagstream::service
