// SPDX-License-Identifier: Apache-2.0
// Goal: statuses and bodies of organisations, projects, environments, features, states, identities,
// traits and the audit log.
#include <gtest/gtest.h>

#include "api/admin/admin_case_test.h"

namespace flagstream::api {
namespace {

class ResourcesTest : public AdminCase {
 protected:
  std::string StatePath() const {
    return "environments/dev-key/featurestates/" + std::to_string(world_.banner_state) + "/";
  }

  // The value of the banner's default state as JSON text.
  std::string Value() { return Get(StatePath()).Find("feature_state_value")->Dump(); }
};

TEST_F(ResourcesTest, MissingMembersOfAnOrganisationAndAProject) {
  EXPECT_EQ(Ask("POST", "organisations/", "{}").body, R"({"name":["This field is required."]})");
  EXPECT_EQ(Ask("POST", "projects/", R"({"name":"X"})").body,
            R"({"organisation":["This field is required."]})");
  EXPECT_EQ(Ask("POST", "projects/", R"({"organisation":1,"name":""})").body,
            R"({"name":["This field may not be blank."]})");
  EXPECT_EQ(Ask("POST", "projects/", R"({"name":"X","organisation":99})").status, 404);
  EXPECT_EQ(Ask("GET", "organisations/99/").body,
            R"({"detail":"No Organisation matches the given query."})");
}

TEST_F(ResourcesTest, PutLeavesWhatItDoesNotName) {
  Ask("PATCH", "environments/dev-key/", R"({"description":"d","hide_disabled_flags":true})");
  const wire::Json json =
      JsonOf(Ask("PUT", "environments/dev-key/", R"({"name":"Dev","project":1})"));
  EXPECT_EQ(*json.Find("description")->AsString(), "d");
  EXPECT_TRUE(*json.Find("hide_disabled_flags")->AsBool());
  const wire::Json reset =
      JsonOf(Ask("PUT", "environments/dev-key/", R"({"hide_disabled_flags":null})"));
  EXPECT_TRUE(reset.Find("hide_disabled_flags")->IsNull());
}

TEST_F(ResourcesTest, EnvironmentsArePagedAndNeedAProject) {
  EXPECT_EQ(Ask("GET", "environments/").status, 400);
  const wire::Json first = Get("environments/?project=1&page_size=1");
  EXPECT_EQ(*first.Find("count")->AsInteger(), 2);
  EXPECT_EQ(*first.Find("next")->AsString(),
            "http://flags.example.org/api/v1/environments/?page=2&page_size=1&project=1");
  EXPECT_TRUE(first.Find("previous")->IsNull());
  const wire::Json second = Get("environments/?project=1&page_size=1&page=2");
  EXPECT_TRUE(second.Find("next")->IsNull());
  EXPECT_EQ(*second.Find("previous")->AsString(),
            "http://flags.example.org/api/v1/environments/?page_size=1&project=1");
  for (const char* page : {"3", "0", "-1", "x", "99999999999999999999"}) {
    const auto answer = Ask("GET", "environments/?project=1&page_size=1&page=" + std::string(page));
    EXPECT_EQ(answer.status, 404) << page;
    EXPECT_EQ(answer.body, R"({"detail":"Invalid page."})");
  }
  EXPECT_EQ(Ask("GET", "environments/nope/").body,
            R"({"detail":"No Environment matches the given query."})");
}

TEST_F(ResourcesTest, EnvironmentNamesAndKeysAreUnique) {
  EXPECT_EQ(Ask("POST", "environments/", R"({"name":"Dev","project":1})").status, 400);
  const auto key = Ask("POST", "environments/", R"({"name":"X","project":1,"api_key":"prod-key"})");
  EXPECT_EQ(key.status, 400);
  EXPECT_TRUE(key.body.starts_with(R"({"api_key":[)")) << key.body;
  EXPECT_EQ(Ask("POST", "environments/", R"({"name":"X","project":1,"api_key":"ser.mine"})").status,
            400);
  EXPECT_EQ(Ask("POST", "environments/", R"({"name":"X","project":1,"api_key":"a/b"})").status,
            400);
}

TEST_F(ResourcesTest, CloneCopiesStates) {
  Ask("PATCH", StatePath(), R"({"feature_state_value":"changed"})");
  const auto answer = Ask("POST", "environments/dev-key/clone/", R"({"name":"Copy"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string key = *JsonOf(answer).Find("api_key")->AsString();
  const wire::Json list = Get("environments/" + key + "/featurestates/?feature_name=banner");
  ASSERT_EQ(*list.Find("count")->AsInteger(), 1);
  EXPECT_EQ(list.Find("results")->AsArray()->front().Find("feature_state_value")->Dump(),
            R"("changed")");
}

TEST_F(ResourcesTest, ServerKeysComeAndGo) {
  const auto created = Ask("POST", "environments/dev-key/api-keys/", R"({"name":"srv"})");
  ASSERT_EQ(created.status, 201);
  const wire::Json key = JsonOf(created);
  EXPECT_TRUE(key.Find("key")->AsString()->starts_with("ser."));
  const std::string path = "environments/dev-key/api-keys/" + key.Find("id")->Dump() + "/";
  const wire::Json expiring =
      JsonOf(Ask("PATCH", path, R"({"expires_at":"2030-01-01T00:00:00Z"})"));
  EXPECT_EQ(*expiring.Find("expires_at")->AsString(), "2030-01-01T00:00:00.000000Z");
  EXPECT_EQ(*expiring.Find("name")->AsString(), "srv");
  EXPECT_EQ(Ask("PATCH", path, R"({"expires_at":"soon"})").status, 400);
  EXPECT_EQ(Ask("DELETE", path).status, 204);
  EXPECT_EQ(Ask("GET", "environments/dev-key/api-keys/").body, "[]");
}

TEST_F(ResourcesTest, FeatureNamesAreUniqueWithoutRegardToCase) {
  const auto answer = Ask("POST", "projects/1/features/", R"({"name":"BANNER"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(
      answer.body,
      R"({"name":["Feature with that name already exists for this project. Note that feature names are case )"
      R"(insensitive."]})");
  EXPECT_EQ(Ask("POST", "projects/1/features/", R"({"name":"bad name!"})").status, 201);
}

TEST_F(ResourcesTest, NamesOfFeaturesFollowThePatternOfTheProject) {
  EXPECT_EQ(Ask("PATCH", "projects/1/", R"({"feature_name_regex":"["})").body,
            R"({"feature_name_regex":["Enter a valid regular expression."]})");
  const std::string too_long(256, 'a');
  EXPECT_EQ(Ask("PATCH", "projects/1/", R"({"feature_name_regex":")" + too_long + R"("})").status,
            400);
  EXPECT_EQ(Ask("PUT", "projects/1/", R"({"name":"Web","feature_name_regex":"[a-z]+"})").status,
            200);
  EXPECT_EQ(*Get("projects/1/").Find("feature_name_regex")->AsString(), "[a-z]+");
  EXPECT_EQ(Ask("POST", "projects/1/features/", R"({"name":"New"})").body,
            R"({"name":["Feature name must match regex: [a-z]+"]})");
  EXPECT_EQ(Ask("POST", "projects/1/features/", R"({"name":"new"})").status, 201);
  // A body that names no pattern leaves it, an empty one ends it.
  EXPECT_EQ(Ask("PUT", "projects/1/", R"({"name":"Web"})").status, 200);
  EXPECT_EQ(*Get("projects/1/").Find("feature_name_regex")->AsString(), "[a-z]+");
  EXPECT_EQ(Ask("PATCH", "projects/1/", R"({"feature_name_regex":""})").status, 200);
  EXPECT_EQ(Ask("POST", "projects/1/features/", R"({"name":"New2"})").status, 201);
}

TEST_F(ResourcesTest, NoGroupOwnsAFeature) {
  EXPECT_EQ(Ask("POST", "projects/1/features/", R"({"name":"x","group_owners":[4,5]})").body,
            R"({"group_owners":["Invalid pk \"4\" - object does not exist."]})");
  EXPECT_EQ(Ask("POST", "projects/1/features/", R"({"name":"x","group_owners":"4"})").status, 400);
  EXPECT_EQ(Ask("POST", "projects/1/features/", R"({"name":"x","group_owners":[]})").status, 201);
  EXPECT_EQ(Ask("PATCH", "projects/1/features/1/", R"({"group_owners":[4]})").status, 400);
  for (const std::string call : {"add-group-owners/", "remove-group-owners/"}) {
    const std::string path = "projects/1/features/1/" + call;
    const auto none = Ask("POST", path, R"({"group_ids":[]})");
    EXPECT_EQ(none.status, 200);
    EXPECT_EQ(JsonOf(none).Find("group_owners")->Dump(), "[]");
    EXPECT_EQ(*JsonOf(none).Find("id")->AsInteger(), 1);
    EXPECT_EQ(Ask("POST", path, R"({"group_ids":[4]})").body,
              R"({"group_ids":["Some groups not found"]})");
    EXPECT_EQ(Ask("POST", path, "{}").body, R"({"group_ids":["This field is required."]})");
    EXPECT_EQ(Ask("POST", "projects/1/features/99/" + call, R"({"group_ids":[4]})").status, 404);
  }
}

TEST_F(ResourcesTest, InitialValuesAreTextAndStatesAreTyped) {
  const wire::Json created =
      JsonOf(Ask("POST", "projects/1/features/", R"({"name":"num","initial_value":5})"));
  EXPECT_EQ(created.Find("initial_value")->Dump(), R"("5")");
  EXPECT_EQ(created.Find("code_references_counts"), nullptr);
  EXPECT_EQ(created.Find("owners")->AsArray()->size(), 1U);
  const wire::Json list = Get("environments/dev-key/featurestates/?feature_name=num");
  EXPECT_EQ(list.Find("results")->AsArray()->front().Find("feature_state_value")->Dump(), "5");
}

TEST_F(ResourcesTest, FeaturesAreSearchedSortedAndShownWithAnEnvironment) {
  const wire::Json sorted = Get("projects/1/features/?sort_field=name&sort_direction=DESC");
  EXPECT_EQ(*sorted.Find("results")->AsArray()->front().Find("name")->AsString(), "limit");
  const wire::Json found = Get("projects/1/features/?search=ANN&environment=1");
  ASSERT_EQ(*found.Find("count")->AsInteger(), 1);
  const wire::Json& banner = found.Find("results")->AsArray()->front();
  EXPECT_EQ(banner.Find("environment_feature_state")->Find("feature_state_value")->Dump(),
            R"("hello")");
  EXPECT_TRUE(banner.Find("num_identity_overrides")->IsNull());
  EXPECT_EQ(*Get("projects/1/features/?is_archived=true").Find("count")->AsInteger(), 0);
  EXPECT_EQ(Ask("GET", "projects/1/features/?environment=x").status, 400);
}

TEST_F(ResourcesTest, StatesAreTypedByTheJsonOfTheirValue) {
  EXPECT_EQ(Ask("PATCH", StatePath(), R"({"enabled":false})").body,
            R"({"feature":1,"enabled":false})");
  EXPECT_EQ(Value(), R"("hello")");
  for (const auto& [sent, kept] :
       std::vector<std::pair<std::string, std::string>>{{"42", "42"},
                                                        {"true", "true"},
                                                        {"1.5", R"("1.5")"},
                                                        {"null", "null"},
                                                        {R"("")", R"("")"}}) {
    EXPECT_EQ(Ask("PATCH", StatePath(), R"({"feature_state_value":)" + sent + "}").status, 200);
    EXPECT_EQ(Value(), kept);
  }
  const wire::Json put =
      JsonOf(Ask("PUT", StatePath(), R"({"enabled":true,"feature_state_value":"v2","feature":1})"));
  EXPECT_EQ(put.Find("feature_state_value")->Dump(), R"("v2")");
  EXPECT_EQ(Ask("PATCH", StatePath(), R"({"feature_state_value":{"a":1}})").status, 400);
  EXPECT_EQ(Ask("PUT", StatePath(), R"({"feature":2})").status, 400);
}

TEST_F(ResourcesTest, ValuesHaveALongestLength) {
  const std::string longest(20'000, 'x');
  EXPECT_EQ(Ask("PATCH", StatePath(), R"({"feature_state_value":")" + longest + R"("})").status,
            200);
  const auto answer = Ask("PATCH", StatePath(), R"({"feature_state_value":")" + longest + R"(x"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body,
            R"({"string_value":["Ensure this field has no more than 20000 characters."]})");
}

TEST_F(ResourcesTest, FlatStatesHaveTypedObjects) {
  const std::string path = "features/featurestates/" + std::to_string(world_.banner_state) + "/";
  const wire::Json put = JsonOf(Ask(
      "PUT", path,
      R"({"enabled":true,"feature":1,"environment":1,"feature_state_value":{"type":"int","integer_value":7}})"));
  EXPECT_EQ(put.Find("feature_state_value")->Dump(),
            R"({"type":"int","string_value":null,"integer_value":7,"boolean_value":null})");
  EXPECT_EQ(Value(), "7");
  EXPECT_EQ(Ask("PUT", path, R"({"environment":2})").status, 400);
  EXPECT_EQ(Ask("GET", path).status, 405);
  EXPECT_EQ(*Get("features/featurestates/?environment=1").Find("count")->AsInteger(), 2);
  EXPECT_EQ(Ask("GET", "features/featurestates/").status, 400);
}

TEST_F(ResourcesTest, DefaultStatesStay) {
  EXPECT_EQ(Ask("DELETE", StatePath()).status, 400);
  EXPECT_EQ(Ask("POST", "environments/dev-key/featurestates/", R"({"feature":1})").status, 400);
}

TEST_F(ResourcesTest, IdentitiesAreFoundByPartOrWhole) {
  Ask("POST", "environments/dev-key/identities/", R"({"identifier":"alice2"})");
  EXPECT_EQ(*Get("environments/dev-key/identities/?q=ALICE").Find("count")->AsInteger(), 2);
  EXPECT_EQ(*Get("environments/dev-key/identities/?q=%22alice%22").Find("count")->AsInteger(), 1);
  const auto again = Ask("POST", "environments/dev-key/identities/", R"({"identifier":"alice"})");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(
      again.body,
      R"({"identifier":"Identity with identifier 'alice' already exists in this environment"})");
  EXPECT_EQ(Ask("PUT", "environments/dev-key/identities/1/", R"({"identifier":"bob"})").status,
            400);
  EXPECT_EQ(Ask("PUT", "environments/dev-key/identities/1/", R"({"identifier":"alice"})").status,
            200);
}

TEST_F(ResourcesTest, OverridesOfAnIdentity) {
  const std::string path = "environments/dev-key/identities/1/featurestates/";
  const auto created =
      Ask("POST", path, R"({"feature":1,"enabled":false,"feature_state_value":"only alice"})");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(JsonOf(created).Find("identity")->Dump(), "1");
  const auto again = Ask("POST", path, R"({"feature":1,"enabled":false})");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(
      again.body,
      R"(["['Feature state already exists for this environment, feature, version, segment & identity )"
      R"(combination']"])");
  EXPECT_EQ(Ask("POST", path, R"({"feature":99})").body,
            R"({"feature":["Invalid pk \"99\" - object does not exist."]})");

  const wire::Json all = Get(path + "all/");
  ASSERT_EQ(all.AsArray()->size(), 2U);
  EXPECT_EQ((*all.AsArray())[0].Find("overridden_by")->Dump(), R"("IDENTITY")");
  EXPECT_EQ((*all.AsArray())[1].Find("overridden_by")->Dump(), "null");
  EXPECT_EQ(Get(path).Find("results")->AsArray()->front().Find("identity")->Dump(),
            R"({"id":1,"identifier":"alice"})");
  EXPECT_EQ(*Get("environments/dev-key/featurestates/?anyIdentity=1").Find("count")->AsInteger(),
            1);
  EXPECT_EQ(*Get("projects/1/features/?environment=1")
                 .Find("results")
                 ->AsArray()
                 ->front()
                 .Find("num_identity_overrides")
                 ->AsInteger(),
            1);

  const std::string one = path + JsonOf(created).Find("id")->Dump() + "/";
  EXPECT_EQ(Ask("DELETE", one).status, 204);
  EXPECT_EQ(Ask("DELETE", one).status, 404);
}

TEST_F(ResourcesTest, TraitsOfAnIdentity) {
  const std::string path = "environments/dev-key/identities/1/traits/";
  const auto created =
      Ask("POST", path, R"({"trait_key":"f","value_type":"float","float_value":1.5})");
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(JsonOf(created).Find("float_value")->Dump(), "1.5");
  EXPECT_EQ(Ask("POST", path, R"({"trait_key":"f","string_value":"x"})").status, 400);
  EXPECT_EQ(
      Ask("POST", path, R"({"value_type":"int"})").body,
      R"({"trait_key":["This field is required."],"integer_value":["This field is required."]})");
  const std::string one = path + JsonOf(created).Find("id")->Dump() + "/";
  EXPECT_EQ(JsonOf(Ask("PATCH", one, R"({"value_type":"bool","boolean_value":true})"))
                .Find("value_type")
                ->Dump(),
            R"("bool")");
  EXPECT_EQ(Ask("GET", "environments/dev-key/trait-keys/").body, R"({"keys":["f"]})");
  EXPECT_EQ(Ask("DELETE", one + "?deleteAllMatchingTraits=true").status, 204);
  EXPECT_EQ(Ask("GET", "environments/dev-key/trait-keys/").body, R"({"keys":[]})");
}

TEST_F(ResourcesTest, AuditTellsWhoChangedWhat) {
  Ask("PATCH", StatePath(), R"({"enabled":false})");
  const wire::Json list = Get("projects/1/audit/?environments=1&page_size=1");
  const wire::Json& row = list.Find("results")->AsArray()->front();
  EXPECT_EQ(*row.Find("author")->Find("email")->AsString(), "ada@example.org");
  EXPECT_EQ(*row.Find("related_object_type")->AsString(), "FEATURE_STATE");
  EXPECT_EQ(*row.Find("environment")->Find("api_key")->AsString(), "dev-key");
  const wire::Json details = Get("audit/" + row.Find("id")->Dump() + "/");
  EXPECT_EQ(details.Find("change_details")->Dump(),
            R"([{"field":"enabled","old":true,"new":false}])");
  EXPECT_EQ(*Get("audit/?is_system_event=true").Find("count")->AsInteger(), 0);
}

TEST_F(ResourcesTest, DeletedThingsAreGone) {
  EXPECT_EQ(Ask("DELETE", "projects/1/features/1/").status, 204);
  EXPECT_EQ(Ask("GET", "projects/1/features/1/").body,
            R"({"detail":"No Feature matches the given query."})");
  EXPECT_EQ(Ask("DELETE", "environments/dev-key/").status, 204);
  EXPECT_EQ(Ask("GET", "environments/dev-key/").status, 404);
  EXPECT_EQ(Ask("DELETE", "projects/1/").status, 204);
  EXPECT_EQ(Ask("DELETE", "organisations/1/").status, 204);
  EXPECT_EQ(Get("organisations/").Find("count")->Dump(), "0");
}

}  // namespace
}  // namespace flagstream::api
