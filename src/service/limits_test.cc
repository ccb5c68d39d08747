// SPDX-License-Identifier: Apache-2.0
// Goal: each limit of the flag model is reached, what is there stays, and the refusal is counted by
// the limit's name.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "service/environment_keys.h"
#include "service/feature_files.h"
#include "service/identity_overrides.h"
#include "service/master_keys.h"
#include "service/multivariate_options.h"
#include "service/segment_overrides.h"
#include "service/segments.h"
#include "service/tags.h"
#include "service/traits.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using testing::ManagementWorld;
using testing::Must;

class LimitsTest : public ::testing::Test {
 protected:
  LimitsTest() { world_.context.refusals = &refusals_; }

  double RefusalsAt(const std::string& limit) const {
    const std::string text = registry_.PrometheusText();
    const std::string sample = "flagstream_limit_refusals_total{limit=\"" + limit + "\"} ";
    const size_t at = text.find(sample);
    return at == std::string::npos ? -1 : std::stod(text.substr(at + sample.size()));
  }

  template <class Refused>
  void ExpectFull(const std::string& limit, const std::string& before, const Refused& refused) {
    ASSERT_FALSE(refused) << limit;
    EXPECT_TRUE(refused.error().code() == ErrorCode::kTooLarge ||
                refused.error().code() == ErrorCode::kInvalidArgument)
        << limit;
    EXPECT_EQ(world_.Fingerprint(), before) << limit;
    EXPECT_EQ(RefusalsAt(limit), ++expected_[limit]) << limit;
  }

  static std::vector<RuleInput> RulesWith(size_t conditions) {
    RuleInput rule;
    rule.type = "ALL";
    ConditionInput condition;
    condition.operator_name = "IS_SET";
    condition.property = "plan";
    rule.conditions.assign(conditions, condition);
    return {rule};
  }

  telemetry::Registry registry_;
  LimitRefusals refusals_{registry_};
  std::map<std::string, int> expected_;
  ManagementWorld world_;
  const Context& context_ = world_.context;
  const auth::Principal& admin_ = world_.admin;
};

TEST_F(LimitsTest, OfOrganisationsAndTheirParts) {
  world_.context.limits = {.organisations_per_user_max = 1,
                           .master_keys_per_organisation_max = 0,
                           .projects_per_organisation_max = 1,
                           .environments_per_project_max = 2,
                           .server_keys_per_environment_max = 0,
                           .tags_per_project_max = 0};
  const std::string before = world_.Fingerprint();
  ExpectFull("organisations_per_user", before,
             Organisations(context_).Create(admin_, {.name = "X"}));
  ExpectFull("master_keys_per_organisation", before,
             MasterKeys(context_).Create(admin_, world_.organisation, {.name = "X"}));
  ExpectFull("projects_per_organisation", before,
             Projects(context_).Create(admin_, world_.organisation, {.name = "X"}));
  ExpectFull("environments_per_project", before,
             Environments(context_).Create(admin_, world_.project, {.name = "X"}));
  ExpectFull("environments_per_project", before,
             Environments(context_).Clone(admin_, "dev-key", "X"));
  ExpectFull("server_keys_per_environment", before,
             EnvironmentKeys(context_).Create(admin_, "dev-key", {.name = "X"}));
  ExpectFull("tags_per_project", before,
             Tags(context_).Create(admin_, world_.project, {.label = "X"}));
}

TEST_F(LimitsTest, OfFeaturesAndTheirOptions) {
  world_.context.limits = {.features_per_project_max = 2, .options_per_feature_max = 1};
  const OptionInput none_of_all = {
      .value_type = "unicode", .string_value = "red", .default_percentage_allocation = 0.0};
  MultivariateOptions options(context_);
  Must(options.Create(admin_, world_.project, {world_.banner.id}, none_of_all));
  const std::string before = world_.Fingerprint();
  ExpectFull("options_per_feature", before,
             options.Create(admin_, world_.project, {world_.banner.id}, none_of_all));
  ExpectFull("features_per_project", before,
             Features(context_).Create(admin_, world_.project, {.name = "X"}));
  FeatureFiles files(context_);
  const auto import = [&](const std::string& file) {
    return files.Import(admin_, {world_.dev.id}, ImportStrategy::kOverwrite, file);
  };
  ExpectFull("features_per_project", before, import(R"([{"name":"X"}])"));
  ExpectFull("options_per_feature", before,
             import(R"([{"name":"banner","multivariate":[{"value":"new",
                         "percentage_allocation":0,"default_percentage_allocation":0}]}])"));
  world_.context.limits.features_per_project_max = 3;
  ExpectFull("options_per_feature", before, import(R"([{"name":"X","multivariate":[
                 {"value":"a","percentage_allocation":0,"default_percentage_allocation":0},
                 {"value":"b","percentage_allocation":0,"default_percentage_allocation":0}]}])"));
}

TEST_F(LimitsTest, OfSegmentsAndTheirOverrides) {
  world_.context.limits = {.segments_per_project_max = 1,
                           .segment_overrides_per_environment_max = 1};
  Segments segments(context_);
  const SegmentId only{
      Must(segments.Create(admin_, world_.project, {.name = "only", .rules = RulesWith(1)}))
          .value.segment.id};
  SegmentOverrides overrides(context_);
  Must(overrides.CreateWithState(admin_, "dev-key", {world_.banner.id}, {.segment = only}));
  const std::string before = world_.Fingerprint();
  ExpectFull("segments_per_project", before,
             segments.Create(admin_, world_.project, {.name = "X", .rules = RulesWith(1)}));
  ExpectFull("segments_per_project", before, segments.Clone(admin_, world_.project, only, "X"));
  ExpectFull("segment_overrides_per_environment", before,
             overrides.CreateWithState(admin_, "dev-key", {world_.limit.id}, {.segment = only}));
  ExpectFull("conditions_per_segment", before,
             segments.Update(admin_, world_.project, only,
                             {.rules = RulesWith(kConditionsPerSegmentMax + 1)}));
  const std::vector<RuleInput> many(kRulesPerSegmentMax + 1, RulesWith(0).front());
  ExpectFull("rules_per_segment", before,
             segments.Update(admin_, world_.project, only, {.rules = many}));
}

TEST_F(LimitsTest, OfIdentitiesAndWhatTheyHave) {
  world_.context.limits = {.identities_per_environment_max = 1,
                           .traits_per_identity_max = 0,
                           .identity_overrides_per_environment_max = 0};
  const IdentityId alice{world_.alice.id};
  const std::string before = world_.Fingerprint();
  ExpectFull("identities_per_environment", before,
             Identities(context_).Create(admin_, "dev-key", "X"));
  ExpectFull("traits_per_identity", before,
             Traits(context_).Create(admin_, "dev-key", alice,
                                     {.key = "k", .value = flags::TraitValue(true)}));
  ExpectFull("identity_overrides_per_environment", before,
             IdentityOverrides(context_).Create(admin_, "dev-key", alice,
                                                {.feature = {world_.banner.id}, .value = {}}));
}

}  // namespace
}  // namespace flagstream::service
