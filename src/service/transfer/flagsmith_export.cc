// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/flagsmith_export.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/random.h"
#include "service/feature_names.h"
#include "service/transfer/flagsmith_live.h"
#include "service/transfer/flagsmith_objects.h"
#include "store/records.h"
#include "store/typed_value.h"

namespace flagstream::service {
namespace {

using Object = FlagsmithObject;
using wire::JsonPlace;

const std::string kOrganisation = "organisations.organisation";
const std::string kProject = "projects.project";
const std::string kTag = "tags.tag";
const std::string kEnvironment = "environments.environment";
const std::string kServerKey = "environments.environmentapikey";
const std::string kFeature = "features.feature";
const std::string kOption = "multivariate.multivariatefeatureoption";
const std::string kSegment = "segments.segment";
const std::string kRule = "segments.segmentrule";
const std::string kCondition = "segments.condition";
const std::string kLink = "features.featuresegment";
const std::string kIdentity = "identities.identity";
const std::string kTrait = "traits.trait";
const std::string kState = "features.featurestate";
const std::string kValue = "features.featurestatevalue";
const std::string kWeight = "multivariate.multivariatefeaturestatevalue";
const std::string kVersion = "feature_versioning.environmentfeatureversion";

constexpr std::string_view kSplit = "PERCENTAGE_SPLIT";

// Reads the fields of one object, and remembers the first that is wrong.
class Fields {
 public:
  explicit Fields(const Object& object) : object_(object) {}

  std::string Text(std::string_view name, std::string_view fallback = "") {
    return Read<std::string>(object_.fields.TextIfAny(name)).value_or(std::string(fallback));
  }
  std::optional<std::string> TextIfAny(std::string_view name) {
    return Read<std::string>(object_.fields.TextIfAny(name));
  }
  bool Boolean(std::string_view name, bool fallback = false) {
    return Read<bool>(object_.fields.BooleanIfAny(name)).value_or(fallback);
  }
  std::optional<bool> BooleanIfAny(std::string_view name) {
    return Read<bool>(object_.fields.BooleanIfAny(name));
  }
  std::optional<int64_t> IntegerIfAny(std::string_view name) {
    return Read<int64_t>(object_.fields.IntegerIfAny(name));
  }
  int64_t Time(std::string_view name, int64_t fallback) {
    return TimeIfAny(name).value_or(fallback);
  }
  std::optional<int64_t> TimeIfAny(std::string_view name) {
    return Read<int64_t>(service::TimeIfAny(object_.fields, name));
  }
  std::optional<double> NumberIfAny(std::string_view name) {
    const auto member = object_.fields.MemberIfAny(name);
    if (!member) return std::nullopt;
    const Result<double> number = member->Number();
    if (!number) return Fail<double>(number.error());
    return *number;
  }
  // One that everything has; an empty text is one.
  std::string Required(std::string_view name) {
    const Result<std::string> text = object_.fields.Text(name);
    if (!text) return Fail<std::string>(text.error()).value_or("");
    return *text;
  }

  Result<void> Check() const {
    if (!error_) return {};
    return *error_;
  }

 private:
  template <class T>
  std::optional<T> Fail(const Error& error) {
    if (!error_) error_ = Error(error.code(), object_.Name() + ": " + error.message());
    return std::nullopt;
  }
  template <class T>
  std::optional<T> Read(const Result<std::optional<T>>& result) {
    return result ? *result : Fail<T>(result.error());
  }

  const Object& object_;
  std::optional<Error> error_;
};

class Reading {
 public:
  Reading(FlagsmithObjects objects, int64_t now) : objects_(std::move(objects)), now_(now) {}

  Result<Bundle> Run() &&;

 private:
  using Maker = Result<void> (Reading::*)(const Object&);

  Result<void> Each(const std::string& model, const store::Table& table, Maker make);
  // The id of what the field names; says so if that was not taken.
  std::optional<int64_t> Parent(const Object& object, std::string_view field,
                                const std::string& model);
  void LeaveOut(const Object& object, std::string why) {
    bundle_.left_out.push_back({object.Name(), std::move(why)});
  }
  static std::string Uuid(Fields& fields) {
    const std::string uuid = fields.Text("uuid");
    return uuid.empty() ? NewUuid() : uuid;
  }

  Result<void> Organisation(const Object& object);
  Result<void> Project(const Object& object);
  Result<void> Environment(const Object& object);
  Result<void> ServerKey(const Object& object);
  Result<void> Tag(const Object& object);
  Result<void> Feature(const Object& object);
  Result<void> TagsOf(const Object& feature);
  Result<void> Option(const Object& object);
  Result<void> Segment(const Object& object);
  Result<void> Rules();
  Result<void> Rule(const Object& object);
  Result<void> Condition(const Object& object);
  Result<void> Identity(const Object& object);
  Result<void> Trait(const Object& object);
  Result<void> Link(const Object& object);

  Result<void> Values();
  Result<void> States();
  Result<std::optional<FlagsmithState>> PlaceOf(const Object& object);
  Result<void> State(const FlagsmithState& state);
  void UsedLinks(const std::vector<FlagsmithState>& states);
  Result<void> Weight(const Object& object);
  void Notes();

  template <class Record>
  void Add(const Object& object, const Record& record) {
    bundle_.Add(record);
    objects_.Take(object);
  }

  FlagsmithObjects objects_;
  const int64_t now_;
  Bundle bundle_;

  std::vector<int64_t> versioned_;  // environments with versions of features
  std::map<int64_t, int64_t> segment_of_rule_;
  std::map<int64_t, int64_t> conditions_of_rule_;
  std::map<int64_t, store::FeatureSegment> links_;
  std::map<std::string, store::FlagColumns> values_;  // by the key of their state
  std::set<int64_t> multivariate_;                    // features
  std::set<int64_t> split_segments_;
  int64_t states_without_seed_ = 0;
  int64_t guesses_ = 0;
  int64_t feature_tags_ = 0;
};

Result<Bundle> Reading::Run() && {
  using store::TableOf;
  FLAGSTREAM_TRY(Each(kOrganisation, TableOf<store::Organisation>(), &Reading::Organisation));
  FLAGSTREAM_TRY(Each(kProject, TableOf<store::Project>(), &Reading::Project));
  FLAGSTREAM_TRY(Each(kEnvironment, TableOf<store::Environment>(), &Reading::Environment));
  FLAGSTREAM_TRY(Each(kServerKey, TableOf<store::EnvironmentApiKey>(), &Reading::ServerKey));
  FLAGSTREAM_TRY(Each(kTag, TableOf<store::Tag>(), &Reading::Tag));
  FLAGSTREAM_TRY(Each(kFeature, TableOf<store::Feature>(), &Reading::Feature));
  FLAGSTREAM_TRY(Each(kOption, TableOf<store::MultivariateOption>(), &Reading::Option));
  FLAGSTREAM_TRY(Each(kSegment, TableOf<store::Segment>(), &Reading::Segment));
  FLAGSTREAM_TRY(Rules());
  FLAGSTREAM_TRY(Each(kCondition, TableOf<store::SegmentCondition>(), &Reading::Condition));
  FLAGSTREAM_TRY(Each(kIdentity, TableOf<store::Identity>(), &Reading::Identity));
  FLAGSTREAM_TRY(Each(kTrait, TableOf<store::Trait>(), &Reading::Trait));
  FLAGSTREAM_TRY(Each(kLink, TableOf<store::FeatureSegment>(), &Reading::Link));
  FLAGSTREAM_TRY(Values());
  FLAGSTREAM_TRY(States());
  FLAGSTREAM_TRY(Each(kWeight, TableOf<store::MultivariateFeatureStateValue>(), &Reading::Weight));
  Notes();
  return std::move(bundle_);
}

Result<void> Reading::Each(const std::string& model, const store::Table& table, Maker make) {
  if (!objects_.KnowsIds(model)) bundle_.ForgetIds(table);
  for (const Object& object : objects_.Of(model)) {
    const auto deleted = object.fields.MemberIfAny("deleted_at");
    if (deleted) {
      LeaveOut(object, "it is deleted");
      continue;
    }
    FLAGSTREAM_TRY((this->*make)(object));
  }
  return {};
}

std::optional<int64_t> Reading::Parent(const Object& object, std::string_view field,
                                       const std::string& model) {
  const std::optional<int64_t> id = objects_.Find(object, field, model);
  if (!id) LeaveOut(object, "its " + std::string(field) + " is not among what is taken");
  return id;
}

Result<void> Reading::Organisation(const Object& object) {
  Fields fields(object);
  const store::Organisation made = {
      .id = object.id,
      .uuid = Uuid(fields),
      .name = fields.Required("name"),
      .created_date = fields.Time("created_date", now_),
      .webhook_notification_email = fields.TextIfAny("webhook_notification_email"),
      .persist_trait_data = fields.Boolean("persist_trait_data", true),
      .stop_serving_flags = fields.Boolean("stop_serving_flags"),
      .feature_analytics = fields.Boolean("feature_analytics"),
      .block_access_to_admin = fields.Boolean("block_access_to_admin"),
      .restrict_project_create_to_admin = fields.Boolean("restrict_project_create_to_admin"),
      .force_2fa = fields.Boolean("force_2fa")};
  Add(object, made);
  return fields.Check();
}

Result<void> Reading::Project(const Object& object) {
  const auto organisation = Parent(object, "organisation", kOrganisation);
  if (!organisation) return {};
  Fields fields(object);
  store::Project made;
  made.id = object.id;
  made.uuid = Uuid(fields);
  made.organisation_id = *organisation;
  made.name = fields.Required("name");
  made.created_date = fields.Time("created_date", now_);
  made.hide_disabled_flags = fields.Boolean("hide_disabled_flags");
  made.prevent_flag_defaults = fields.Boolean("prevent_flag_defaults");
  // Here everyone has it.
  made.enable_realtime_updates = true;
  made.only_allow_lower_case_feature_names =
      fields.Boolean("only_allow_lower_case_feature_names", true);
  made.feature_name_regex = fields.TextIfAny("feature_name_regex");
  made.stale_flags_limit_days = fields.IntegerIfAny("stale_flags_limit_days");
  made.minimum_change_request_approvals = fields.IntegerIfAny("minimum_change_request_approvals");
  made.enforce_feature_owners = fields.Boolean("enforce_feature_owners");
  Add(object, made);
  return fields.Check();
}

Result<void> Reading::Environment(const Object& object) {
  const auto project = Parent(object, "project", kProject);
  if (!project) return {};
  Fields fields(object);
  store::Environment made;
  made.id = object.id;
  made.uuid = Uuid(fields);
  made.project_id = *project;
  made.name = fields.Required("name");
  made.api_key = fields.Required("api_key");
  made.description = fields.TextIfAny("description");
  made.created_date = fields.Time("created_date", now_);
  made.minimum_change_request_approvals = fields.IntegerIfAny("minimum_change_request_approvals");
  made.allow_client_traits = fields.Boolean("allow_client_traits", true);
  made.banner_text = fields.TextIfAny("banner_text");
  made.banner_colour = fields.TextIfAny("banner_colour");
  made.hide_disabled_flags = fields.BooleanIfAny("hide_disabled_flags");
  made.use_identity_composite_key_for_hashing =
      fields.Boolean("use_identity_composite_key_for_hashing", true);
  made.hide_sensitive_data = fields.Boolean("hide_sensitive_data");
  made.use_identity_overrides_in_local_eval =
      fields.Boolean("use_identity_overrides_in_local_eval", true);
  if (fields.Boolean("use_v2_feature_versioning")) versioned_.push_back(object.id);
  Add(object, made);
  return fields.Check();
}

Result<void> Reading::ServerKey(const Object& object) {
  const auto environment = Parent(object, "environment", kEnvironment);
  if (!environment) return {};
  Fields fields(object);
  const store::EnvironmentApiKey made = {.id = object.id,
                                         .environment_id = *environment,
                                         .key = fields.Required("key"),
                                         .name = fields.Text("name"),
                                         .active = fields.Boolean("active", true),
                                         .created_at = fields.Time("created_at", now_),
                                         .expires_at = fields.TimeIfAny("expires_at")};
  Add(object, made);
  return fields.Check();
}

Result<void> Reading::Tag(const Object& object) {
  const auto project = Parent(object, "project", kProject);
  if (!project) return {};
  Fields fields(object);
  const store::Tag made = {.id = object.id,
                           .uuid = Uuid(fields),
                           .project_id = *project,
                           .label = fields.Required("label"),
                           .color = fields.Text("color"),
                           .description = fields.TextIfAny("description"),
                           .is_permanent = fields.Boolean("is_permanent"),
                           .is_system_tag = fields.Boolean("is_system_tag"),
                           .type = fields.Text("type", "NONE")};
  Add(object, made);
  return fields.Check();
}

Result<void> Reading::Feature(const Object& object) {
  const auto project = Parent(object, "project", kProject);
  if (!project) return {};
  Fields fields(object);
  const std::string name = fields.Required("name");
  const store::Feature made = {.id = object.id,
                               .uuid = Uuid(fields),
                               .project_id = *project,
                               .name = name,
                               .name_folded = FoldFeatureName(name),
                               .type = fields.Text("type", "STANDARD"),
                               .default_enabled = fields.Boolean("default_enabled"),
                               .initial_value = fields.TextIfAny("initial_value"),
                               .description = fields.TextIfAny("description"),
                               .is_archived = fields.Boolean("is_archived"),
                               .is_server_key_only = fields.Boolean("is_server_key_only"),
                               .created_date = fields.Time("created_date", now_)};
  if (made.type == "MULTIVARIATE") multivariate_.insert(object.id);
  Add(object, made);
  FLAGSTREAM_TRY(fields.Check());
  return TagsOf(object);
}

Result<void> Reading::TagsOf(const Object& feature) {
  const auto list = feature.fields.MemberIfAny("tags");
  if (!list) return {};
  FLAGSTREAM_ASSIGN(const auto references, list->Elements());
  for (const JsonPlace& reference : references) {
    const auto tag = objects_.FindReferred(reference, kTag);
    if (!tag) continue;
    bundle_.Add(store::FeatureTag{.id = ++feature_tags_, .feature_id = feature.id, .tag_id = *tag});
  }
  bundle_.ForgetIds(store::TableOf<store::FeatureTag>());
  return {};
}

// The value that `type` says, of the three that there are.
store::FlagColumns ColumnsOf(Fields& fields) {
  const std::string type = fields.Text("type", "unicode");
  const auto integer = fields.IntegerIfAny("integer_value");
  const auto boolean = fields.BooleanIfAny("boolean_value");
  auto text = fields.TextIfAny("string_value");
  if (type == "int")
    return {type, integer ? std::optional(std::to_string(*integer)) : std::nullopt};
  if (type == "bool") {
    if (!boolean) return {type, std::nullopt};
    return store::ToColumns(flags::FlagValue(*boolean));
  }
  return {"unicode", std::move(text)};
}

Result<void> Reading::Option(const Object& object) {
  const auto feature = Parent(object, "feature", kFeature);
  if (!feature) return {};
  Fields fields(object);
  store::FlagColumns columns = ColumnsOf(fields);
  const store::MultivariateOption made = {
      .id = object.id,
      .uuid = Uuid(fields),
      .feature_id = *feature,
      .value_type = std::move(columns.value_type),
      .value = std::move(columns.value),
      .default_percentage_allocation =
          fields.NumberIfAny("default_percentage_allocation").value_or(100),
      .key = fields.TextIfAny("key")};
  Add(object, made);
  return fields.Check();
}

Result<void> Reading::Segment(const Object& object) {
  const auto project = Parent(object, "project", kProject);
  if (!project) return {};
  // An earlier revision points at the segment that it is one of.
  const auto live = object.fields.MemberIfAny("version_of");
  if (live && std::ranges::find(object.keys, KeyOf(*live)) == object.keys.end()) return {};
  Fields fields(object);
  store::Segment made = {.id = object.id,
                         .uuid = Uuid(fields),
                         .project_id = *project,
                         .name = fields.Required("name"),
                         .description = fields.TextIfAny("description"),
                         .created_at = fields.Time("created_at", now_),
                         .updated_at = fields.Time("updated_at", now_),
                         .version = fields.IntegerIfAny("version").value_or(1)};
  if (object.fields.MemberIfAny("feature")) {
    made.feature_id = Parent(object, "feature", kFeature);
    if (!made.feature_id) return {};
  }
  Add(object, made);
  return fields.Check();
}

// Rules come in any order, and a rule only after the one it is below.
Result<void> Reading::Rules() {
  if (!objects_.KnowsIds(kRule)) bundle_.ForgetIds(store::TableOf<store::SegmentRule>());
  std::vector<const Object*> waiting;
  for (const Object& object : objects_.Of(kRule)) waiting.push_back(&object);
  for (size_t before = SIZE_MAX; !waiting.empty() && waiting.size() < before;) {
    before = waiting.size();
    std::vector<const Object*> left;
    for (const Object* object : waiting) {
      const bool is_ready = object->fields.MemberIfAny("segment") ||
                            objects_.Find(*object, "rule", kRule).has_value();
      if (is_ready) {
        FLAGSTREAM_TRY(Rule(*object));
      } else {
        left.push_back(object);
      }
    }
    waiting = std::move(left);
  }
  for (const Object* object : waiting) {
    LeaveOut(*object, "its rule is not among what is taken");
  }
  return {};
}

Result<void> Reading::Rule(const Object& object) {
  if (object.fields.MemberIfAny("deleted_at")) return {};
  Fields fields(object);
  store::SegmentRule made = {.id = object.id, .position = object.id, .type = fields.Text("type")};
  made.parent_id = objects_.Find(object, "rule", kRule);
  const auto segment = made.parent_id ? std::optional(segment_of_rule_.at(*made.parent_id))
                                      : Parent(object, "segment", kSegment);
  if (!segment) return {};
  made.segment_id = *segment;
  segment_of_rule_[object.id] = *segment;
  Add(object, made);
  return fields.Check();
}

Result<void> Reading::Condition(const Object& object) {
  const auto rule = Parent(object, "rule", kRule);
  if (!rule) return {};
  Fields fields(object);
  const store::SegmentCondition made = {.id = object.id,
                                        .segment_id = segment_of_rule_.at(*rule),
                                        .rule_id = *rule,
                                        .position = conditions_of_rule_[*rule]++,
                                        .operator_name = fields.Required("operator"),
                                        .property = fields.TextIfAny("property"),
                                        .value = fields.TextIfAny("value"),
                                        .description = fields.TextIfAny("description")};
  if (made.operator_name == kSplit) split_segments_.insert(made.segment_id);
  Add(object, made);
  return fields.Check();
}

Result<void> Reading::Identity(const Object& object) {
  const auto environment = Parent(object, "environment", kEnvironment);
  if (!environment) return {};
  Fields fields(object);
  const store::Identity made = {.id = object.id,
                                .uuid = NewUuid(),
                                .environment_id = *environment,
                                .identifier = fields.Required("identifier"),
                                .created_date = fields.Time("created_date", now_)};
  const auto system = object.fields.MemberIfAny("system_traits");
  if (system && system->value().AsObject() != nullptr && !system->value().AsObject()->empty()) {
    LeaveOut(object, "its system traits have no like here; the rest of it is taken");
  }
  Add(object, made);
  return fields.Check();
}

std::optional<flags::TraitValue> TraitValueOf(Fields& fields) {
  const std::string type = fields.Text("value_type", "unicode");
  const auto as_value = [](const auto& value) {
    return value ? std::optional<flags::TraitValue>(*value) : std::nullopt;
  };
  if (type == "int") return as_value(fields.IntegerIfAny("integer_value"));
  if (type == "bool") return as_value(fields.BooleanIfAny("boolean_value"));
  if (type == "float") return as_value(fields.NumberIfAny("float_value"));
  return as_value(fields.TextIfAny("string_value"));
}

Result<void> Reading::Trait(const Object& object) {
  const auto identity = Parent(object, "identity", kIdentity);
  if (!identity) return {};
  Fields fields(object);
  const auto value = TraitValueOf(fields);
  FLAGSTREAM_TRY(fields.Check());
  if (!value) {
    LeaveOut(object, "it has no value");
    return {};
  }
  store::TraitColumns columns = store::ToColumns(*value);
  const store::Trait made = {.id = object.id,
                             .identity_id = *identity,
                             .trait_key = fields.Required("trait_key"),
                             .value_type = std::move(columns.value_type),
                             .value = std::move(columns.value),
                             .created_date = fields.Time("created_date", now_)};
  Add(object, made);
  return fields.Check();
}

// Kept aside until it is known which of them live states hang on.
Result<void> Reading::Link(const Object& object) {
  const auto feature = Parent(object, "feature", kFeature);
  if (!feature) return {};
  const auto segment = Parent(object, "segment", kSegment);
  if (!segment) return {};
  const auto environment = Parent(object, "environment", kEnvironment);
  if (!environment) return {};
  Fields fields(object);
  links_[object.id] = {.id = object.id,
                       .uuid = Uuid(fields),
                       .feature_id = *feature,
                       .segment_id = *segment,
                       .environment_id = *environment,
                       .priority = fields.IntegerIfAny("priority").value_or(0)};
  objects_.Take(object);
  return fields.Check();
}

Result<void> Reading::Values() {
  for (const Object& object : objects_.Of(kValue)) {
    const auto state = object.fields.MemberIfAny("feature_state");
    if (!state || object.fields.MemberIfAny("deleted_at")) continue;
    Fields fields(object);
    values_[KeyOf(*state)] = ColumnsOf(fields);
    FLAGSTREAM_TRY(fields.Check());
  }
  return {};
}

Result<std::optional<FlagsmithState>> Reading::PlaceOf(const Object& object) {
  const std::optional<FlagsmithState> none;
  const auto environment = Parent(object, "environment", kEnvironment);
  if (!environment) return none;
  const auto feature = Parent(object, "feature", kFeature);
  if (!feature) return none;
  FlagsmithState state = {&object, *environment, *feature, {}, {}, 0};
  if (object.fields.MemberIfAny("identity")) {
    state.identity = Parent(object, "identity", kIdentity);
    if (!state.identity) return none;
  } else if (object.fields.MemberIfAny("feature_segment")) {
    const auto link = Parent(object, "feature_segment", kLink);
    if (!link) return none;
    state.link = *link;
    state.segment = links_.at(*link).segment_id;
  }
  return std::optional(state);
}

Result<void> Reading::States() {
  if (!objects_.KnowsIds(kState)) bundle_.ForgetIds(store::TableOf<store::FeatureState>());
  std::vector<FlagsmithState> all;
  for (const Object& object : objects_.Of(kState)) {
    if (object.fields.MemberIfAny("deleted_at")) continue;
    FLAGSTREAM_ASSIGN(const std::optional<FlagsmithState> state, PlaceOf(object));
    if (state) all.push_back(*state);
  }
  FlagsmithLive live(objects_, versioned_, now_, bundle_.left_out);
  FLAGSTREAM_ASSIGN(const std::vector<FlagsmithState> picked, live.Pick(all));
  guesses_ = live.guesses();
  UsedLinks(picked);
  for (const FlagsmithState& state : picked) FLAGSTREAM_TRY(State(state));
  return {};
}

// Their priorities become 0, 1, 2, ... in the order that they had.
void Reading::UsedLinks(const std::vector<FlagsmithState>& states) {
  std::vector<store::FeatureSegment> used;
  for (const FlagsmithState& state : states) {
    if (state.link != 0) used.push_back(links_.at(state.link));
  }
  std::ranges::sort(used, {}, [](const store::FeatureSegment& link) {
    return std::tuple(link.environment_id, link.feature_id, link.priority, link.segment_id);
  });
  std::map<std::pair<int64_t, int64_t>, int64_t> next;
  for (store::FeatureSegment& link : used) {
    link.priority = next[{link.environment_id, link.feature_id}]++;
    bundle_.Add(link);
  }
}

Result<void> Reading::State(const FlagsmithState& state) {
  const Object& object = *state.object;
  Fields fields(object);
  store::FlagColumns columns = {"unicode", std::nullopt};
  for (const std::string& key : object.keys) {
    if (const auto found = values_.find(key); found != values_.end()) columns = found->second;
  }
  store::FeatureState made;
  made.id = object.id;
  made.uuid = Uuid(fields);
  made.environment_id = state.environment;
  made.feature_id = state.feature;
  made.identity_id = state.identity;
  made.enabled = fields.Boolean("enabled");
  made.value_type = std::move(columns.value_type);
  made.value = std::move(columns.value);
  made.created_at = fields.Time("created_at", now_);
  made.updated_at = fields.Time("updated_at", now_);
  made.live_from = fields.Time("live_from", made.created_at);
  made.version = fields.IntegerIfAny("version").value_or(1);
  if (state.link != 0) made.feature_segment_id = state.link;
  made.hash_seed = fields.IntegerIfAny("mv_hashing_salt").value_or(0);
  const bool knows_seed = made.hash_seed != 0 || objects_.KnowsIds(kState);
  if (!knows_seed && multivariate_.contains(state.feature)) ++states_without_seed_;
  Add(object, made);
  return fields.Check();
}

Result<void> Reading::Weight(const Object& object) {
  // Those of states that are not live go with them.
  const auto state = objects_.Find(object, "feature_state", kState);
  if (!state) return {};
  const auto option = Parent(object, "multivariate_feature_option", kOption);
  if (!option) return {};
  Fields fields(object);
  const store::MultivariateFeatureStateValue made = {
      .id = object.id,
      .uuid = Uuid(fields),
      .feature_state_id = *state,
      .multivariate_option_id = *option,
      .percentage_allocation = fields.NumberIfAny("percentage_allocation").value_or(0)};
  Add(object, made);
  return fields.Check();
}

void Reading::Notes() {
  const std::vector<std::string_view> known = {
      kOrganisation, kProject, kTag,   kEnvironment, kServerKey, kFeature,
      kOption,       kSegment, kRule,  kCondition,   kLink,      kIdentity,
      kTrait,        kState,   kValue, kWeight,      kVersion};
  for (const auto& [model, count] : objects_.Others(known)) {
    bundle_.left_out.push_back(
        {model + " (" + std::to_string(count) + ")", "nothing here is like it"});
  }
  if (states_without_seed_ > 0) {
    bundle_.notes.push_back("The file has no ids, so it does not say what the variants of " +
                            std::to_string(states_without_seed_) +
                            " feature states are chosen by: identities may get other variants.");
  }
  if (!objects_.KnowsIds(kSegment) && !split_segments_.empty()) {
    bundle_.notes.push_back("The file has no ids, and the percentage splits of " +
                            std::to_string(split_segments_.size()) +
                            " segments hash theirs: they take other identities now.");
  }
  if (guesses_ > 0) {
    bundle_.notes.push_back("The file does not name versions of features. Of " +
                            std::to_string(guesses_) +
                            " features in an environment the one made last was taken.");
  }
}

}  // namespace

Result<Bundle> ReadFlagsmithExport(const wire::Json& dump, int64_t now_micros) {
  FLAGSTREAM_ASSIGN(FlagsmithObjects objects, FlagsmithObjects::Read(dump));
  return Reading(std::move(objects), now_micros).Run();
}

}  // namespace flagstream::service
