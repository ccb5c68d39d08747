// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "store/records.h"

// Which columns each record has, in the order of its row, what is unique among them and which rows
// they refer to. The audit log refers to nothing: it outlives what it tells of.
namespace flagstream::store {

template <class Record, class Member>
struct Field {
  std::string_view name;
  Member Record::* member;
};

using UniqueKeyNames = std::vector<std::vector<std::string_view>>;

// A column, and the table whose rows it names.
using ReferenceNames = std::vector<std::pair<std::string_view, std::string_view>>;

template <class Record>
struct Columns;

template <>
struct Columns<User> {
  static constexpr std::string_view kTable = "user_account";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &User::id}, Field{"uuid", &User::uuid}, Field{"email", &User::email},
      Field{"first_name", &User::first_name}, Field{"last_name", &User::last_name},
      Field{"password_hash", &User::password_hash}, Field{"sign_up_type", &User::sign_up_type},
      Field{"is_active", &User::is_active}, Field{"is_superuser", &User::is_superuser},
      Field{"marketing_consent_given", &User::marketing_consent_given},
      Field{"date_joined", &User::date_joined}, Field{"last_login", &User::last_login});
  static UniqueKeyNames UniqueKeys() { return {{"email"}}; }
  static ReferenceNames References() { return {}; }
};

template <>
struct Columns<Token> {
  static constexpr std::string_view kTable = "token";
  static constexpr auto kFields =
      std::make_tuple(Field{"id", &Token::id}, Field{"user_id", &Token::user_id},
                      Field{"key_hash", &Token::key_hash}, Field{"created_at", &Token::created_at},
                      Field{"is_api", &Token::is_api});
  static UniqueKeyNames UniqueKeys() { return {{"key_hash"}}; }
  static ReferenceNames References() { return {{"user_id", "user_account"}}; }
};

template <>
struct Columns<Organisation> {
  static constexpr std::string_view kTable = "organisation";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &Organisation::id}, Field{"uuid", &Organisation::uuid},
      Field{"name", &Organisation::name}, Field{"created_date", &Organisation::created_date},
      Field{"webhook_notification_email", &Organisation::webhook_notification_email},
      Field{"persist_trait_data", &Organisation::persist_trait_data},
      Field{"stop_serving_flags", &Organisation::stop_serving_flags},
      Field{"feature_analytics", &Organisation::feature_analytics},
      Field{"block_access_to_admin", &Organisation::block_access_to_admin},
      Field{"restrict_project_create_to_admin", &Organisation::restrict_project_create_to_admin},
      Field{"force_2fa", &Organisation::force_2fa});
  static UniqueKeyNames UniqueKeys() { return {}; }
  static ReferenceNames References() { return {}; }
};

template <>
struct Columns<Membership> {
  static constexpr std::string_view kTable = "membership";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &Membership::id}, Field{"user_id", &Membership::user_id},
      Field{"organisation_id", &Membership::organisation_id}, Field{"role", &Membership::role},
      Field{"date_joined", &Membership::date_joined});
  static UniqueKeyNames UniqueKeys() { return {{"user_id", "organisation_id"}}; }
  static ReferenceNames References() {
    return {{"user_id", "user_account"}, {"organisation_id", "organisation"}};
  }
};

template <>
struct Columns<UserPermission> {
  static constexpr std::string_view kTable = "user_permission";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &UserPermission::id}, Field{"user_id", &UserPermission::user_id},
      Field{"organisation_id", &UserPermission::organisation_id},
      Field{"project_id", &UserPermission::project_id},
      Field{"environment_id", &UserPermission::environment_id},
      Field{"admin", &UserPermission::admin}, Field{"permissions", &UserPermission::permissions});
  static UniqueKeyNames UniqueKeys() {
    return {{"user_id", "organisation_id", "project_id", "environment_id"}};
  }
  static ReferenceNames References() {
    return {{"user_id", "user_account"},
            {"organisation_id", "organisation"},
            {"project_id", "project"},
            {"environment_id", "environment"}};
  }
};

template <>
struct Columns<MasterApiKey> {
  static constexpr std::string_view kTable = "master_api_key";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &MasterApiKey::id}, Field{"organisation_id", &MasterApiKey::organisation_id},
      Field{"prefix", &MasterApiKey::prefix}, Field{"key_hash", &MasterApiKey::key_hash},
      Field{"name", &MasterApiKey::name}, Field{"created", &MasterApiKey::created},
      Field{"revoked", &MasterApiKey::revoked}, Field{"expiry_date", &MasterApiKey::expiry_date},
      Field{"created_by_id", &MasterApiKey::created_by_id});
  static UniqueKeyNames UniqueKeys() { return {{"prefix"}}; }
  static ReferenceNames References() { return {{"organisation_id", "organisation"}}; }
};

template <>
struct Columns<Project> {
  static constexpr std::string_view kTable = "project";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &Project::id}, Field{"uuid", &Project::uuid},
      Field{"organisation_id", &Project::organisation_id}, Field{"name", &Project::name},
      Field{"created_date", &Project::created_date},
      Field{"hide_disabled_flags", &Project::hide_disabled_flags},
      Field{"prevent_flag_defaults", &Project::prevent_flag_defaults},
      Field{"enable_realtime_updates", &Project::enable_realtime_updates},
      Field{"only_allow_lower_case_feature_names", &Project::only_allow_lower_case_feature_names},
      Field{"feature_name_regex", &Project::feature_name_regex},
      Field{"stale_flags_limit_days", &Project::stale_flags_limit_days},
      Field{"minimum_change_request_approvals", &Project::minimum_change_request_approvals},
      Field{"enforce_feature_owners", &Project::enforce_feature_owners});
  static UniqueKeyNames UniqueKeys() { return {{"organisation_id", "name"}}; }
  static ReferenceNames References() { return {{"organisation_id", "organisation"}}; }
};

template <>
struct Columns<Environment> {
  static constexpr std::string_view kTable = "environment";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &Environment::id}, Field{"uuid", &Environment::uuid},
      Field{"project_id", &Environment::project_id}, Field{"name", &Environment::name},
      Field{"api_key", &Environment::api_key}, Field{"description", &Environment::description},
      Field{"created_date", &Environment::created_date},
      Field{"minimum_change_request_approvals", &Environment::minimum_change_request_approvals},
      Field{"allow_client_traits", &Environment::allow_client_traits},
      Field{"banner_text", &Environment::banner_text},
      Field{"banner_colour", &Environment::banner_colour},
      Field{"hide_disabled_flags", &Environment::hide_disabled_flags},
      Field{"use_identity_composite_key_for_hashing",
            &Environment::use_identity_composite_key_for_hashing},
      Field{"hide_sensitive_data", &Environment::hide_sensitive_data},
      Field{"use_identity_overrides_in_local_eval",
            &Environment::use_identity_overrides_in_local_eval},
      Field{"stamp", &Environment::stamp}, Field{"previous_stamp", &Environment::previous_stamp},
      Field{"revision", &Environment::revision});
  static UniqueKeyNames UniqueKeys() { return {{"api_key"}, {"project_id", "name"}}; }
  static ReferenceNames References() { return {{"project_id", "project"}}; }
  static constexpr std::string_view kStampColumn = "stamp";
};

template <>
struct Columns<EnvironmentApiKey> {
  static constexpr std::string_view kTable = "environment_api_key";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &EnvironmentApiKey::id},
      Field{"environment_id", &EnvironmentApiKey::environment_id},
      Field{"key", &EnvironmentApiKey::key}, Field{"name", &EnvironmentApiKey::name},
      Field{"active", &EnvironmentApiKey::active},
      Field{"created_at", &EnvironmentApiKey::created_at},
      Field{"expires_at", &EnvironmentApiKey::expires_at});
  static UniqueKeyNames UniqueKeys() { return {{"key"}}; }
  static ReferenceNames References() { return {{"environment_id", "environment"}}; }
};

template <>
struct Columns<Feature> {
  static constexpr std::string_view kTable = "feature";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &Feature::id}, Field{"uuid", &Feature::uuid},
      Field{"project_id", &Feature::project_id}, Field{"name", &Feature::name},
      Field{"name_folded", &Feature::name_folded}, Field{"type", &Feature::type},
      Field{"default_enabled", &Feature::default_enabled},
      Field{"initial_value", &Feature::initial_value}, Field{"description", &Feature::description},
      Field{"is_archived", &Feature::is_archived},
      Field{"is_server_key_only", &Feature::is_server_key_only},
      Field{"created_date", &Feature::created_date});
  static UniqueKeyNames UniqueKeys() { return {{"project_id", "name_folded"}}; }
  static ReferenceNames References() { return {{"project_id", "project"}}; }
};

template <>
struct Columns<FeatureOwner> {
  static constexpr std::string_view kTable = "feature_owner";
  static constexpr auto kFields = std::make_tuple(Field{"id", &FeatureOwner::id},
                                                  Field{"feature_id", &FeatureOwner::feature_id},
                                                  Field{"user_id", &FeatureOwner::user_id});
  static UniqueKeyNames UniqueKeys() { return {{"feature_id", "user_id"}}; }
  static ReferenceNames References() {
    return {{"feature_id", "feature"}, {"user_id", "user_account"}};
  }
};

template <>
struct Columns<Tag> {
  static constexpr std::string_view kTable = "tag";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &Tag::id}, Field{"uuid", &Tag::uuid}, Field{"project_id", &Tag::project_id},
      Field{"label", &Tag::label}, Field{"color", &Tag::color},
      Field{"description", &Tag::description}, Field{"is_permanent", &Tag::is_permanent},
      Field{"is_system_tag", &Tag::is_system_tag}, Field{"type", &Tag::type});
  static UniqueKeyNames UniqueKeys() { return {}; }
  static ReferenceNames References() { return {{"project_id", "project"}}; }
};

template <>
struct Columns<FeatureTag> {
  static constexpr std::string_view kTable = "feature_tag";
  static constexpr auto kFields =
      std::make_tuple(Field{"id", &FeatureTag::id}, Field{"feature_id", &FeatureTag::feature_id},
                      Field{"tag_id", &FeatureTag::tag_id});
  static UniqueKeyNames UniqueKeys() { return {{"feature_id", "tag_id"}}; }
  static ReferenceNames References() { return {{"feature_id", "feature"}, {"tag_id", "tag"}}; }
};

template <>
struct Columns<MultivariateOption> {
  static constexpr std::string_view kTable = "multivariate_option";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &MultivariateOption::id}, Field{"uuid", &MultivariateOption::uuid},
      Field{"feature_id", &MultivariateOption::feature_id},
      Field{"value_type", &MultivariateOption::value_type},
      Field{"value", &MultivariateOption::value},
      Field{"default_percentage_allocation", &MultivariateOption::default_percentage_allocation},
      Field{"key", &MultivariateOption::key});
  static UniqueKeyNames UniqueKeys() { return {}; }
  static ReferenceNames References() { return {{"feature_id", "feature"}}; }
};

template <>
struct Columns<Segment> {
  static constexpr std::string_view kTable = "segment";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &Segment::id}, Field{"uuid", &Segment::uuid},
      Field{"project_id", &Segment::project_id}, Field{"name", &Segment::name},
      Field{"description", &Segment::description}, Field{"feature_id", &Segment::feature_id},
      Field{"created_at", &Segment::created_at}, Field{"updated_at", &Segment::updated_at},
      Field{"version", &Segment::version});
  static UniqueKeyNames UniqueKeys() { return {}; }
  static ReferenceNames References() {
    return {{"project_id", "project"}, {"feature_id", "feature"}};
  }
};

template <>
struct Columns<SegmentRule> {
  static constexpr std::string_view kTable = "segment_rule";
  static constexpr auto kFields =
      std::make_tuple(Field{"id", &SegmentRule::id}, Field{"segment_id", &SegmentRule::segment_id},
                      Field{"parent_id", &SegmentRule::parent_id},
                      Field{"position", &SegmentRule::position}, Field{"type", &SegmentRule::type});
  static UniqueKeyNames UniqueKeys() { return {}; }
  static ReferenceNames References() {
    return {{"segment_id", "segment"}, {"parent_id", "segment_rule"}};
  }
};

template <>
struct Columns<SegmentCondition> {
  static constexpr std::string_view kTable = "segment_condition";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &SegmentCondition::id}, Field{"segment_id", &SegmentCondition::segment_id},
      Field{"rule_id", &SegmentCondition::rule_id}, Field{"position", &SegmentCondition::position},
      Field{"operator_name", &SegmentCondition::operator_name},
      Field{"property", &SegmentCondition::property}, Field{"value", &SegmentCondition::value},
      Field{"description", &SegmentCondition::description});
  static UniqueKeyNames UniqueKeys() { return {}; }
  static ReferenceNames References() {
    return {{"segment_id", "segment"}, {"rule_id", "segment_rule"}};
  }
};

template <>
struct Columns<FeatureSegment> {
  static constexpr std::string_view kTable = "feature_segment";
  static constexpr auto kFields =
      std::make_tuple(Field{"id", &FeatureSegment::id}, Field{"uuid", &FeatureSegment::uuid},
                      Field{"feature_id", &FeatureSegment::feature_id},
                      Field{"segment_id", &FeatureSegment::segment_id},
                      Field{"environment_id", &FeatureSegment::environment_id},
                      Field{"priority", &FeatureSegment::priority});
  static UniqueKeyNames UniqueKeys() { return {{"feature_id", "segment_id", "environment_id"}}; }
  static ReferenceNames References() {
    return {
        {"feature_id", "feature"}, {"segment_id", "segment"}, {"environment_id", "environment"}};
  }
};

template <>
struct Columns<FeatureState> {
  static constexpr std::string_view kTable = "feature_state";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &FeatureState::id}, Field{"uuid", &FeatureState::uuid},
      Field{"environment_id", &FeatureState::environment_id},
      Field{"feature_id", &FeatureState::feature_id},
      Field{"identity_id", &FeatureState::identity_id}, Field{"enabled", &FeatureState::enabled},
      Field{"value_type", &FeatureState::value_type}, Field{"value", &FeatureState::value},
      Field{"created_at", &FeatureState::created_at},
      Field{"updated_at", &FeatureState::updated_at}, Field{"live_from", &FeatureState::live_from},
      Field{"version", &FeatureState::version},
      Field{"feature_segment_id", &FeatureState::feature_segment_id},
      Field{"hash_seed", &FeatureState::hash_seed});
  static UniqueKeyNames UniqueKeys() {
    return {{"environment_id", "feature_id", "identity_id", "feature_segment_id"}};
  }
  static ReferenceNames References() {
    return {{"environment_id", "environment"},
            {"feature_id", "feature"},
            {"identity_id", "identity"},
            {"feature_segment_id", "feature_segment"}};
  }
};

template <>
struct Columns<MultivariateFeatureStateValue> {
  static constexpr std::string_view kTable = "multivariate_feature_state_value";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &MultivariateFeatureStateValue::id},
      Field{"uuid", &MultivariateFeatureStateValue::uuid},
      Field{"feature_state_id", &MultivariateFeatureStateValue::feature_state_id},
      Field{"multivariate_option_id", &MultivariateFeatureStateValue::multivariate_option_id},
      Field{"percentage_allocation", &MultivariateFeatureStateValue::percentage_allocation});
  static UniqueKeyNames UniqueKeys() { return {{"feature_state_id", "multivariate_option_id"}}; }
  static ReferenceNames References() {
    return {{"feature_state_id", "feature_state"},
            {"multivariate_option_id", "multivariate_option"}};
  }
};

template <>
struct Columns<Identity> {
  static constexpr std::string_view kTable = "identity";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &Identity::id}, Field{"uuid", &Identity::uuid},
      Field{"environment_id", &Identity::environment_id},
      Field{"identifier", &Identity::identifier}, Field{"created_date", &Identity::created_date},
      Field{"stamp", &Identity::stamp}, Field{"base_revision", &Identity::base_revision});
  static UniqueKeyNames UniqueKeys() { return {{"environment_id", "identifier"}}; }
  static ReferenceNames References() { return {{"environment_id", "environment"}}; }
  static constexpr std::string_view kStampColumn = "stamp";
};

template <>
struct Columns<DeletedIdentity> {
  static constexpr std::string_view kTable = "deleted_identity";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &DeletedIdentity::id}, Field{"environment_id", &DeletedIdentity::environment_id},
      Field{"identifier", &DeletedIdentity::identifier}, Field{"stamp", &DeletedIdentity::stamp},
      Field{"base_revision", &DeletedIdentity::base_revision});
  static UniqueKeyNames UniqueKeys() { return {{"environment_id", "identifier"}}; }
  static ReferenceNames References() { return {{"environment_id", "environment"}}; }
  static constexpr std::string_view kStampColumn = "stamp";
};

template <>
struct Columns<Trait> {
  static constexpr std::string_view kTable = "trait";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &Trait::id}, Field{"identity_id", &Trait::identity_id},
      Field{"trait_key", &Trait::trait_key}, Field{"value_type", &Trait::value_type},
      Field{"value", &Trait::value}, Field{"created_date", &Trait::created_date});
  static UniqueKeyNames UniqueKeys() { return {{"identity_id", "trait_key"}}; }
  static ReferenceNames References() { return {{"identity_id", "identity"}}; }
};

template <>
struct Columns<AuditLog> {
  static constexpr std::string_view kTable = "audit_log";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &AuditLog::id}, Field{"created_date", &AuditLog::created_date},
      Field{"log", &AuditLog::log}, Field{"author_id", &AuditLog::author_id},
      Field{"organisation_id", &AuditLog::organisation_id},
      Field{"project_id", &AuditLog::project_id},
      Field{"environment_id", &AuditLog::environment_id},
      Field{"related_object_id", &AuditLog::related_object_id},
      Field{"related_object_uuid", &AuditLog::related_object_uuid},
      Field{"related_object_type", &AuditLog::related_object_type},
      Field{"change_type", &AuditLog::change_type}, Field{"changes", &AuditLog::changes},
      Field{"author_key", &AuditLog::author_key});
  static UniqueKeyNames UniqueKeys() { return {}; }
  static ReferenceNames References() { return {}; }
};

template <>
struct Columns<FeatureExport> {
  static constexpr std::string_view kTable = "feature_export";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &FeatureExport::id}, Field{"environment_id", &FeatureExport::environment_id},
      Field{"name", &FeatureExport::name}, Field{"status", &FeatureExport::status},
      Field{"created_at", &FeatureExport::created_at}, Field{"content", &FeatureExport::content});
  static UniqueKeyNames UniqueKeys() { return {}; }
  static ReferenceNames References() { return {{"environment_id", "environment"}}; }
};

template <>
struct Columns<FeatureImport> {
  static constexpr std::string_view kTable = "feature_import";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &FeatureImport::id}, Field{"environment_id", &FeatureImport::environment_id},
      Field{"strategy", &FeatureImport::strategy}, Field{"status", &FeatureImport::status},
      Field{"created_at", &FeatureImport::created_at});
  static UniqueKeyNames UniqueKeys() { return {}; }
  static ReferenceNames References() { return {{"environment_id", "environment"}}; }
};

template <>
struct Columns<AnalyticsCount> {
  static constexpr std::string_view kTable = "analytics_count";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &AnalyticsCount::id}, Field{"environment_id", &AnalyticsCount::environment_id},
      Field{"feature_id", &AnalyticsCount::feature_id}, Field{"day", &AnalyticsCount::day},
      Field{"count", &AnalyticsCount::count});
  static UniqueKeyNames UniqueKeys() { return {{"environment_id", "feature_id", "day"}}; }
  static ReferenceNames References() {
    return {{"environment_id", "environment"}, {"feature_id", "feature"}};
  }
};

template <>
struct Columns<RequestCount> {
  static constexpr std::string_view kTable = "request_count";
  static constexpr auto kFields = std::make_tuple(
      Field{"id", &RequestCount::id}, Field{"environment_id", &RequestCount::environment_id},
      Field{"day", &RequestCount::day}, Field{"flags", &RequestCount::flags},
      Field{"identities", &RequestCount::identities}, Field{"traits", &RequestCount::traits},
      Field{"environment_document", &RequestCount::environment_document});
  static UniqueKeyNames UniqueKeys() { return {{"environment_id", "day"}}; }
  static ReferenceNames References() { return {{"environment_id", "environment"}}; }
};

}  // namespace flagstream::store
