// SPDX-License-Identifier: Apache-2.0
// Goal: statuses and bodies of multivariate features: options, weights in all three families of
// feature states, and the filters of the list of features.
#include <gtest/gtest.h>

#include "api/admin/admin_case_test.h"

namespace flagstream::api {
namespace {

class VariantsTest : public AdminCase {
 protected:
  static constexpr std::string_view kFeatures = "projects/1/features/";

  VariantsTest() {
    const auto made = Ask("POST", kFeatures,
                          R"({"name":"exp","type":"MULTIVARIATE",)"
                          R"("initial_value":"ctl","multivariate_options":[)"
                          R"({"type":"unicode","string_value":"one",)"
                          R"("default_percentage_allocation":30},)"
                          R"({"type":"int","integer_value":2,)"
                          R"("default_percentage_allocation":"30.5"}]})");
    EXPECT_EQ(made.status, 201) << made.body;
    made_ = JsonOf(made);
    feature_ = made_.Find("id")->Dump();
    options_ = std::string(kFeatures) + feature_ + "/mv-options/";
  }

  const wire::Json& Option(size_t index) {
    return (*made_.Find("multivariate_options")->AsArray())[index];
  }
  std::string StatePath() {
    const wire::Json list = Get("environments/dev-key/featurestates/?feature=" + feature_);
    return "environments/dev-key/featurestates/" +
           list.Find("results")->AsArray()->front().Find("id")->Dump() + "/";
  }
  static std::string Weights(const wire::Json& state) {
    return state.Find("multivariate_feature_state_values")->Dump();
  }

  wire::Json made_;
  std::string feature_;
  std::string options_;
};

TEST_F(VariantsTest, OptionsShowTheirTypedValue) {
  EXPECT_EQ(Option(0).Dump(),
            R"({"id":1,"uuid":)" + Option(0).Find("uuid")->Dump() +
                R"(,"type":"unicode","integer_value":null,"string_value":"one",)"
                R"("boolean_value":null,"default_percentage_allocation":30.0,"key":null})");
  EXPECT_EQ(Option(1).Find("integer_value")->Dump(), "2");
  EXPECT_EQ(Option(1).Find("default_percentage_allocation")->Dump(), "30.5");
  const wire::Json list = Get(options_);
  EXPECT_EQ(list.Find("count")->Dump(), "2");
  EXPECT_EQ(list.Find("results")->AsArray()->front().Find("feature")->Dump(), feature_);
}

TEST_F(VariantsTest, OptionsComeAndGo) {
  const auto made = Ask("POST", options_,
                        R"({"type":"bool","boolean_value":true,"key":"yes",)"
                        R"("default_percentage_allocation":10,"feature":99})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string one = options_ + JsonOf(made).Find("id")->Dump() + "/";
  EXPECT_EQ(Ask("GET", one).body, made.body);
  EXPECT_EQ(
      Ask("GET", "multivariate/options/get-by-uuid/" + *JsonOf(made).Find("uuid")->AsString() + "/")
          .body,
      made.body);
  const wire::Json patched = JsonOf(Ask("PATCH", one, R"({"boolean_value":false})"));
  EXPECT_EQ(patched.Find("boolean_value")->Dump(), "false");
  EXPECT_EQ(patched.Find("key")->Dump(), R"("yes")");
  EXPECT_EQ(Ask("DELETE", one).status, 204);
  EXPECT_EQ(Ask("GET", one).status, 404);
  EXPECT_EQ(Ask("GET", "projects/1/features/1/mv-options/1/").status, 404);
}

TEST_F(VariantsTest, WrongOptionsAreRefusedByField) {
  EXPECT_EQ(Ask("POST", options_, R"({"default_percentage_allocation":90})").body,
            R"({"default_percentage_allocation":["Invalid percentage allocation"]})");
  EXPECT_EQ(Ask("POST", options_, R"({"type":"float","default_percentage_allocation":101})").body,
            R"({"type":["\"float\" is not a valid choice."],"default_percentage_allocation":)"
            R"(["Ensure this value is less than or equal to 100."]})");
  EXPECT_EQ(Ask("POST", options_, R"({"default_percentage_allocation":1,"key":"control"})").body,
            R"({"key":["\"control\" is a reserved variant key."]})");
  const auto nested =
      Ask("POST", kFeatures, R"({"name":"y","multivariate_options":[{},{"integer_value":"x"}]})");
  EXPECT_EQ(nested.status, 400);
  EXPECT_EQ(nested.body,
            R"({"multivariate_options":[{},{"integer_value":["A valid integer is required."]}]})");
  EXPECT_EQ(Ask("POST", kFeatures, R"({"name":"y","multivariate_options":[{},{}]})").body,
            R"({"multivariate_options":["Invalid percentage allocation"]})");
  EXPECT_EQ(Ask("POST", kFeatures, R"({"name":"y","type":"OTHER"})").body,
            R"({"type":["\"OTHER\" is not a valid choice."]})");
}

TEST_F(VariantsTest, StatesHaveWeights) {
  const std::string path = StatePath();
  EXPECT_EQ(Weights(Get(path)),
            R"([{"id":1,"multivariate_feature_option":1,"percentage_allocation":30.0},)"
            R"({"id":2,"multivariate_feature_option":2,"percentage_allocation":30.5}])");
  const auto put = Ask("PUT", path,
                       R"({"multivariate_feature_state_values":[)"
                       R"({"id":2,"multivariate_feature_option":2,"percentage_allocation":60}]})");
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(Weights(JsonOf(put)),
            R"([{"id":2,"multivariate_feature_option":2,"percentage_allocation":60.0}])");
  const auto over = Ask("PUT", path,
                        R"({"multivariate_feature_state_values":[)"
                        R"({"multivariate_feature_option":1,"percentage_allocation":60},)"
                        R"({"multivariate_feature_option":2,"percentage_allocation":60}]})");
  EXPECT_EQ(over.status, 400);
  EXPECT_EQ(over.body, R"({"non_field_errors":["Multivariate percentage values exceed 100%."]})");
  EXPECT_EQ(
      Ask("PATCH", path, R"({"multivariate_feature_state_values":[{}]})").body,
      R"({"multivariate_feature_state_values":[{"multivariate_feature_option":)"
      R"(["This field is required."],"percentage_allocation":["This field is required."]}]})");
  EXPECT_EQ(Ask("PATCH", path,
                R"({"multivariate_feature_state_values":[)"
                R"({"multivariate_feature_option":99,"percentage_allocation":1}]})")
                .status,
            400);
}

TEST_F(VariantsTest, OverridesOfIdentitiesHaveWeights) {
  const std::string path = "environments/dev-key/identities/1/featurestates/";
  const auto made = Ask("POST", path,
                        R"({"feature":)" + feature_ +
                            R"(,"enabled":true,"multivariate_feature_state_values":[)"
                            R"({"multivariate_feature_option":1,"percentage_allocation":100}]})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(JsonOf(made)
                .Find("multivariate_feature_state_values")
                ->AsArray()
                ->front()
                .Find("percentage_allocation")
                ->Dump(),
            "100.0");
  const wire::Json all = Get(path + "all/");
  EXPECT_EQ(Weights(all.AsArray()->back()),
            R"([{"multivariate_feature_option":{"value":"one"},"percentage_allocation":100.0}])");

  Ask("POST", "environments/dev-key/identities/", R"({"identifier":"bob"})");
  const auto copied =
      Ask("POST", "environments/dev-key/identities/2/featurestates/clone-from-given-identity/",
          R"({"source_identity_id":1})");
  ASSERT_EQ(copied.status, 200) << copied.body;
  EXPECT_EQ(copied.body, Ask("GET", path + "all/").body);
  EXPECT_EQ(
      Ask("POST", "environments/dev-key/identities/2/featurestates/clone-from-given-identity/",
          R"({"source_identity_id":99})")
          .status,
      404);
}

TEST_F(VariantsTest, OverridesOfSegmentsAreMadeInTwoCalls) {
  world_.AddSegment("beta");
  const auto link = Ask("POST", "features/feature-segments/",
                        R"({"feature":)" + feature_ + R"(,"segment":1,"environment":1})");
  ASSERT_EQ(link.status, 201) << link.body;
  const std::string body =
      R"({"feature":)" + feature_ + R"(,"environment":1,"feature_segment":)" +
      JsonOf(link).Find("id")->Dump() +
      R"(,"enabled":true,"feature_state_value":{"type":"unicode","string_value":"for beta"},)"
      R"("multivariate_feature_state_values":[)"
      R"({"multivariate_feature_option":2,"percentage_allocation":50}]})";
  const auto made = Ask("POST", "features/featurestates/", body);
  ASSERT_EQ(made.status, 201) << made.body;
  const wire::Json state = JsonOf(made);
  EXPECT_EQ(state.Find("feature_segment")->Dump(), JsonOf(link).Find("id")->Dump());
  EXPECT_EQ(state.Find("multivariate_feature_state_values")->AsArray()->size(), 1U);
  EXPECT_EQ(Ask("POST", "features/featurestates/", body).status, 400);

  const std::string one = "features/featurestates/" + state.Find("id")->Dump() + "/";
  EXPECT_EQ(JsonOf(Ask("PATCH", one, R"({"enabled":false})")).Find("enabled")->Dump(), "false");
  EXPECT_EQ(
      Ask("GET", "features/featurestates/get-by-uuid/" + *state.Find("uuid")->AsString() + "/")
          .status,
      200);
  EXPECT_EQ(Get("features/featurestates/?environment=1&feature_segment=" +
                JsonOf(link).Find("id")->Dump())
                .Find("count")
                ->Dump(),
            "1");
  // The family below environments has defaults and identities only.
  EXPECT_EQ(Ask("GET", "environments/dev-key/" + one.substr(one.find('/') + 1)).status, 404);
  EXPECT_EQ(Get("environments/dev-key/featurestates/?feature=" + feature_).Find("count")->Dump(),
            "1");
}

TEST_F(VariantsTest, StatesThatAreThereAlreadyAreNotMade) {
  const auto made = Ask("POST", "features/featurestates/", R"({"feature":1,"environment":1})");
  EXPECT_EQ(made.status, 400);
  EXPECT_TRUE(made.body.starts_with(R"(["['Feature state already exists)")) << made.body;
  EXPECT_EQ(Ask("POST", "features/featurestates/", R"({"feature":1})").body,
            R"({"environment":["This field is required."]})");
  EXPECT_EQ(Ask("POST", "features/featurestates/",
                R"({"feature":1,"environment":1,"identifier":"alice"})")
                .status,
            201);
  EXPECT_EQ(Ask("POST", "features/featurestates/",
                R"({"feature":1,"environment":1,"feature_segment":99})")
                .status,
            400);
}

TEST_F(VariantsTest, FeaturesCarryTagsAndAreFiltered) {
  Ask("POST", "projects/1/tags/", R"({"label":"beta"})");
  const auto tagged = Ask("PATCH", "projects/1/features/1/", R"({"tags":[1]})");
  EXPECT_EQ(JsonOf(tagged).Find("tags")->Dump(), "[1]");
  EXPECT_EQ(Ask("PATCH", "projects/1/features/1/", R"({"tags":[9]})").body,
            R"({"tags":["Invalid pk \"9\" - object does not exist."]})");
  const auto count = [&](const std::string& query) {
    return Get(std::string(kFeatures) + query).Find("count")->Dump();
  };
  EXPECT_EQ(count("?tags=1"), "1");
  EXPECT_EQ(count("?tags="), "2");
  EXPECT_EQ(count("?tags=1,%202&tag_strategy=UNION"), "1");
  EXPECT_EQ(count("?tags=1,2"), "0");
  EXPECT_EQ(count("?type=MULTIVARIATE"), "1");
  EXPECT_EQ(count("?owners=" + std::to_string(world_.admin.user.value)), "3");
  EXPECT_EQ(count("?group_owners=1"), "0");
  EXPECT_EQ(count("?environment=1&is_enabled=false"), "1");
  EXPECT_EQ(count("?environment=1&value_search=hell"), "1");
  EXPECT_EQ(Ask("GET", "projects/1/features/?is_enabled=true").status, 400);
  EXPECT_EQ(Ask("GET", "projects/1/features/?tags=x").body,
            R"({"tags":["Tag IDs must be integers."]})");
  EXPECT_EQ(Ask("GET", "projects/1/features/?type=OTHER").status, 400);
  EXPECT_EQ(Ask("GET", "projects/1/features/?page=2&page_size=2").status, 200);
  EXPECT_EQ(Ask("GET", "projects/1/features/?page=3&page_size=2").status, 404);
}

TEST_F(VariantsTest, EvaluationsAreListed) {
  EXPECT_EQ(Ask("GET", "projects/1/features/1/evaluation-data/?environment_id=1").body, "[]");
  EXPECT_EQ(Ask("GET", "projects/1/features/1/evaluation-data/").status, 400);
}

}  // namespace
}  // namespace flagstream::api
